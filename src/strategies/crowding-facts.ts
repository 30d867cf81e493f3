/** What crowding-reversal measures in the candles. */
import type { MarketView, Side } from '../core/strategy.ts';
import type { Entry } from './conditions.ts';
import type { Bar, BySide } from './sides.ts';
import { barAt, lowerWick, ratio, signOf, volumeRatio } from './sides.ts';

export const PARAMETERS = {
  recent_bars: 3,
  band_deviations: 2,
  rsi_extreme: 32,
  min_close_location: 0.5,
  stop_margin_atr: 0.5,
  min_stop_atr: 1,
  slope_bars: 24,
  max_bars: 24,
} as const;

const BAND_BARS = 20;

/** How far one candle went, as the chart shows it. */
interface Stretch {
  /** From the close up to the mean, in standard deviations: positive below the mean. */
  readonly deviations: number;
  readonly rsi: number;
}

export interface Reading {
  readonly view: MarketView;
  readonly bar: number;
  /** The last three candles, the newest first. */
  readonly recent: readonly Stretch[];
  readonly mean: number;
  readonly deviation: number;
  readonly atr: number;
}

/** Shorts see prices and distances negated and the RSI as 100 - RSI. */
export interface ReversalEntry extends Entry {
  readonly bar: Bar;
  readonly previousClose: number;
  readonly recent: readonly Stretch[];
  readonly mean: number;
  /** The band below the mean. */
  readonly band: number;
  /** Where the close would have to be to stand on that band, which moves with it. */
  readonly backInside: () => number;
}

export interface Facts extends ReversalEntry {
  /** The largest among the last three candles. */
  readonly rangeRatio: number;
  /** NaN when it was measured in none of them. */
  readonly volumeRatio: number;
  readonly wick: number;
  readonly adx: number;
  /** Change of EMA200 over 24 candles in ATR; NaN below 224 candles. */
  readonly slope: number;
}

export function readAt(view: MarketView, bar: number): Reading {
  const { close } = view.candles;
  const { sma20, deviation20, rsi14, atr14 } = view.indicators;
  const recent: Stretch[] = [];
  for (let q = bar; q > bar - PARAMETERS.recent_bars; q -= 1) {
    recent.push({ deviations: ratio(sma20(q) - close[q]!, deviation20(q)), rsi: rsi14[q]! });
  }
  return { view, bar, recent, mean: sma20(bar), deviation: deviation20(bar), atr: atr14[bar]! };
}

export function entryOf(reading: Reading, side: Side): ReversalEntry {
  const { view, bar: at, deviation, atr } = reading;
  const { candles } = view;
  const sign = signOf(side);
  const bar = barAt(candles, at, side);
  const mean = sign * reading.mean;
  return {
    side,
    close: bar.close,
    atr,
    stop: Math.max(
      bar.close - lowestOf(reading, side) + PARAMETERS.stop_margin_atr * atr,
      PARAMETERS.min_stop_atr * atr,
    ),
    target: mean - bar.close,
    bar,
    previousClose: sign * candles.close[at - 1]!,
    recent: side === 'long' ? reading.recent : reading.recent.map(upsideDown),
    mean,
    band: mean - PARAMETERS.band_deviations * deviation,
    backInside: () => closeOnBand(candles.close, at, side),
  };
}

function upsideDown({ deviations, rsi }: Stretch): Stretch {
  return { deviations: -deviations, rsi: 100 - rsi };
}

/** Of the last three candles, as the side sees it. */
function lowestOf({ view: { candles }, bar }: Reading, side: Side): number {
  let lowest = Infinity;
  for (let q = bar; q > bar - PARAMETERS.recent_bars; q -= 1) {
    lowest = Math.min(lowest, side === 'long' ? candles.low[q]! : -candles.high[q]!);
  }
  return lowest;
}

/** Whether a candle went far enough. */
export function isStretched({ deviations, rsi }: Stretch): boolean {
  return deviations >= PARAMETERS.band_deviations && rsi <= PARAMETERS.rsi_extreme;
}

export function deepest({ recent }: Pick<ReversalEntry, 'recent'>): number {
  let most = -Infinity;
  for (const { deviations } of recent) most = Math.max(most, deviations);
  return most;
}

/**
 * The candle that a side's stretch is judged by: deviations and RSI must hold in one and the same. One in which they do, else the one
 * that went furthest.
 */
export function judgedStretch(entry: ReversalEntry): Stretch {
  const furthest = deepest(entry);
  return entry.recent.find(isStretched) ?? entry.recent.find(({ deviations }) => deviations === furthest)!;
}

export function factsOf(view: MarketView, reading: Reading): BySide<Facts> {
  return { long: factsOfSide(view, reading, 'long'), short: factsOfSide(view, reading, 'short') };
}

function factsOfSide({ candles, indicators }: MarketView, reading: Reading, side: Side): Facts {
  const { bar, atr } = reading;
  const { trueRange, atr14, volume20, adx14, ema200 } = indicators;
  let [range, wick] = [0, 0];
  for (let q = bar; q > bar - PARAMETERS.recent_bars; q -= 1) {
    range = Math.max(range, ratio(trueRange(q), atr14[q - 1]!));
    wick = Math.max(wick, lowerWick(barAt(candles, q, side)));
  }
  return {
    ...entryOf(reading, side),
    rangeRatio: range,
    volumeRatio: volumeRatio(candles, volume20, bar, PARAMETERS.recent_bars),
    wick,
    adx: adx14[bar]!,
    slope: (signOf(side) * (ema200[bar]! - ema200[bar - PARAMETERS.slope_bars]!)) / atr,
  };
}

/**
 * The close c that solves c = mean20 - 2 deviations of 20 closes, c being the last of them and at `end`. With m and v as mean and
 * variance of the other 19: mean20 = m + (c - m) / 20 and variance20 = 0.95 v + 0.0475 (c - m)^2.
 */
export function closeOnBand(close: Float64Array, end: number, side: Side): number {
  const count = BAND_BARS - 1;
  const origin = close[end - 1]!;
  let sum = 0;
  for (let q = end - count; q < end; q += 1) sum += close[q]! - origin;
  const mean = sum / count;
  let squares = 0;
  for (let q = end - count; q < end; q += 1) squares += (close[q]! - origin - mean) ** 2;
  const share = count / BAND_BARS;
  const squared = PARAMETERS.band_deviations ** 2;
  const distance = Math.sqrt((squared * squares) / count / (share - squared / BAND_BARS));
  return signOf(side) * (origin + mean) - distance;
}
