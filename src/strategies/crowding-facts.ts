/** What crowding-reversal measures in the candles, as the side sees it (strategies.md 1.4, rulings.md 19). */
import type { CandleSeries } from '../core/candles.ts';
import type { Side } from '../core/strategy.ts';
import type { Columns } from './columns.ts';
import type { Bar } from './scoring.ts';
import { barAt, lowerWick, ratio, signOf, volumeRatio } from './scoring.ts';

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

/** One of the last three candles. Shorts see prices negated and the RSI as 100 - RSI. */
export interface Recent {
  /** How far the close lies below the mean, in standard deviations. */
  readonly stretch: number;
  readonly rsi: number;
  readonly rangeRatio: number;
  readonly volumeRatio: number;
  readonly wick: number;
  readonly low: number;
}

export interface Facts {
  readonly side: Side;
  readonly bar: Bar;
  readonly previousClose: number;
  readonly recent: readonly Recent[];
  readonly mean: number;
  /** The band below the mean. */
  readonly band: number;
  /** Where the close would have to be to stand on that band, which moves with it. */
  readonly backInside: number;
  readonly atr: number;
  readonly adx: number;
  /** Change of EMA200 over 24 candles in ATR; NaN below 224 candles. */
  readonly slope: number;
  /** From the close to the stop, price units. */
  readonly stop: number;
}

function recentOf(candles: CandleSeries, columns: Columns, side: Side, q: number): Recent {
  const bar = barAt(candles, q, side);
  const rsi = columns.rsi14[q]!;
  return {
    stretch: ratio(signOf(side) * columns.sma20(q) - bar.close, columns.deviation20(q)),
    rsi: side === 'long' ? rsi : 100 - rsi,
    rangeRatio: ratio(columns.trueRange(q), columns.atr14[q - 1]!),
    volumeRatio: volumeRatio(candles, columns.volume20, q),
    wick: lowerWick(bar),
    low: bar.low,
  };
}

/**
 * The close c that solves c = mean20 - 2 deviations of the last 20 closes, c being the last of them. With m and v as mean and
 * variance of the other 19: mean20 = m + (c - m) / 20 and variance20 = 0.95 v + 0.0475 (c - m)^2.
 */
function closeOnBand({ close }: CandleSeries, side: Side): number {
  const others = close.subarray(close.length - BAND_BARS, -1);
  const n = others.length;
  const mean = others.reduce((sum, price) => sum + price, 0) / n;
  const variance = others.reduce((sum, price) => sum + (price - mean) ** 2, 0) / n;
  const share = n / BAND_BARS;
  const squared = PARAMETERS.band_deviations ** 2;
  const distance = Math.sqrt((squared * variance) / (share - squared / BAND_BARS));
  return signOf(side) * mean - distance;
}

export function factsOf(candles: CandleSeries, columns: Columns, side: Side): Facts {
  const t = candles.length - 1;
  const sign = signOf(side);
  const bar = barAt(candles, t, side);
  const atr = columns.atr14[t]!;
  const mean = sign * columns.sma20(t);
  const recent = Array.from({ length: PARAMETERS.recent_bars }, (_, back) =>
    recentOf(candles, columns, side, t - back),
  );
  const lowest = Math.min(...recent.map(({ low }) => low));
  return {
    side,
    bar,
    previousClose: sign * candles.close[t - 1]!,
    recent,
    mean,
    band: mean - PARAMETERS.band_deviations * columns.deviation20(t),
    backInside: closeOnBand(candles, side),
    atr,
    adx: columns.adx14[t]!,
    slope: (sign * (columns.ema200[t]! - (columns.ema200[t - PARAMETERS.slope_bars] ?? Number.NaN))) / atr,
    stop: Math.max(bar.close - lowest + PARAMETERS.stop_margin_atr * atr, PARAMETERS.min_stop_atr * atr),
  };
}

/** The largest among the last three candles. */
export function best(facts: Facts, of: (recent: Recent) => number): number {
  return Math.max(...facts.recent.map(of));
}
