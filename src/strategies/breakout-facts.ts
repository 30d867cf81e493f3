/** What trend-breakout measures in the candles. */
import type { MarketView, Side } from '../core/strategy.ts';
import type { Entry } from './conditions.ts';
import type { BySide } from './sides.ts';
import { signOf, volumeRatio } from './sides.ts';

export const PARAMETERS = {
  channel_bars: 20,
  calm_bars: 400,
  calm_min_bars: 100,
  stop_atr: 2,
  target_atr: 4,
  max_bars: 48,
} as const;

/** ATR14 has its first value at this candle. */
const FIRST_RANGE = 14;

export interface Reading {
  readonly close: number;
  readonly previousClose: number;
  /** The channel of the 20 candles before this one, and the one that the previous close stood against. */
  readonly high: number;
  readonly low: number;
  readonly previousHigh: number;
  readonly previousLow: number;
  readonly atr: number;
}

/** For shorts the channel's bottom is its top. */
export interface BreakoutEntry extends Entry {
  readonly previousClose: number;
  readonly top: number;
  readonly previousTop: number;
}

/** Where ATR14 / close of the last candle stands among the values before it; the same for both sides. */
interface Calm {
  /** Values it is ranked among, at most 400. */
  readonly bars: number;
  /** 0..1; NaN when there are too few values to rank among. */
  readonly percentile: number;
}

export interface Facts extends BreakoutEntry {
  readonly calm: Calm;
  /** NaN below 200 candles. */
  readonly ema200: number;
  /** NaN when it was not measured. */
  readonly volume: number;
}

export function readAt({ candles: { close }, indicators }: MarketView, bar: number): Reading {
  return {
    close: close[bar]!,
    previousClose: close[bar - 1]!,
    high: indicators.highest20(bar - 1),
    low: indicators.lowest20(bar - 1),
    previousHigh: indicators.highest20(bar - 2),
    previousLow: indicators.lowest20(bar - 2),
    atr: indicators.atr14[bar]!,
  };
}

export function entryOf(reading: Reading, side: Side): BreakoutEntry {
  const { close, previousClose, high, low, previousHigh, previousLow, atr } = reading;
  const long = side === 'long';
  const sign = signOf(side);
  return {
    side,
    close: sign * close,
    previousClose: sign * previousClose,
    top: sign * (long ? high : low),
    previousTop: sign * (long ? previousHigh : previousLow),
    atr,
    stop: PARAMETERS.stop_atr * atr,
    target: PARAMETERS.target_atr * atr,
  };
}

export function factsOf(view: MarketView, reading: Reading): BySide<Facts> {
  const { candles, indicators } = view;
  const bar = candles.length - 1;
  const calm = calmAt(view, bar);
  const volume = volumeRatio(candles, indicators.volume20, bar);
  const ema200 = indicators.ema200[bar]!;
  return {
    long: { ...entryOf(reading, 'long'), calm, volume, ema200 },
    short: { ...entryOf(reading, 'short'), calm, volume, ema200: -ema200 },
  };
}

function calmAt({ candles: { close }, indicators: { atr14 } }: MarketView, bar: number): Calm {
  const from = Math.max(FIRST_RANGE, bar - PARAMETERS.calm_bars);
  const bars = bar - from;
  if (bars < PARAMETERS.calm_min_bars) return { bars, percentile: Number.NaN };
  const now = atr14[bar]! / close[bar]!;
  let less = 0;
  let equal = 0;
  for (let index = from; index < bar; index += 1) {
    const before = atr14[index]! / close[index]!;
    if (before < now) less += 1;
    else if (before === now) equal += 1;
  }
  return { bars, percentile: (less + 0.5 * equal) / bars };
}

export function distanceAtr({ close, top, atr }: BreakoutEntry): number {
  return (close - top) / atr;
}
