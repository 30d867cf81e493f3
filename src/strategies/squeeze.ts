/** Where volatility is squeezed: Bollinger bands inside Keltner channels. */
import type { CandleColumns } from '../core/candles.ts';
import type { Indicators, MarketView } from '../core/strategy.ts';

const DEVIATIONS = 2;
/** Half width of the Keltner channel, in ATR. */
export const KELTNER_ATR = 1.5;
const MOMENTUM_BARS = 20;
/** Of the bars' numbers around the middle of the window. */
const HALF_WIDTH = (MOMENTUM_BARS - 1) / 2;
const SQUARED_DISTANCES = (MOMENTUM_BARS * (MOMENTUM_BARS * MOMENTUM_BARS - 1)) / 12;
/** How many bars back a squeeze may have ended. */
const RELEASE_BARS = 3;
const RUN_BARS_SEEN = 48;

/** A run of squeezed bars. Bars are indices of the candles. */
export interface SqueezeRun {
  readonly start: number;
  /** The last squeezed bar. */
  readonly end: number;
  readonly length: number;
  /** Highest high and lowest low of the run's last 48 bars. */
  readonly high: number;
  readonly low: number;
}

/** How far SMA20 +- 2 SD20 lies within EMA20 +- 1.5 ATR14, on the side where it is nearer to leaving it; price units. */
export function squeezeMargin({ sma20, deviation20, ema20, atr14 }: Indicators, bar: number): number {
  const band = DEVIATIONS * deviation20(bar);
  const mean = sma20(bar);
  const channel = KELTNER_ATR * atr14[bar]!;
  const middle = ema20[bar]!;
  return Math.min(middle + channel - (mean + band), mean - band - (middle - channel));
}

export function isSqueezed(indicators: Indicators, bar: number): boolean {
  return squeezeMargin(indicators, bar) > 0;
}

/** The latest run that ended one to three bars before `bar`; null when there is none. */
export function releasedRun(view: MarketView, bar: number): SqueezeRun | null {
  let after = isSqueezed(view.indicators, bar);
  for (let end = bar - 1; end >= bar - RELEASE_BARS; end -= 1) {
    const squeezed = isSqueezed(view.indicators, end);
    if (squeezed && !after) return runUntil(view, end);
    after = squeezed;
  }
  return null;
}

/** The run that goes on until `end`, which is squeezed. */
export function runUntil({ candles, indicators }: MarketView, end: number): SqueezeRun {
  let start = end;
  while (isSqueezed(indicators, start - 1)) start -= 1;
  const seen = Math.max(start, end - RUN_BARS_SEEN + 1);
  return { start, end, length: end - start + 1, ...rangeOf(candles, seen, end) };
}

function rangeOf(candles: CandleColumns, from: number, to: number): { readonly high: number; readonly low: number } {
  let high = -Infinity;
  let low = Infinity;
  for (let bar = from; bar <= to; bar += 1) {
    high = Math.max(high, candles.high[bar]!);
    low = Math.min(low, candles.low[bar]!);
  }
  return { high, low };
}

/**
 * Least-squares end value (TA-Lib's LINEARREG) of the close's distance from the middle between SMA20 and the 20-bar channel's middle, over
 * the 20 bars that end at `bar`.
 */
export function momentumAt({ candles: { close }, indicators }: MarketView, bar: number): number {
  const { sma20, highest20, lowest20 } = indicators;
  const first = bar - MOMENTUM_BARS + 1;
  let sum = 0;
  let moment = 0;
  for (let at = first; at <= bar; at += 1) {
    const distance = close[at]! - ((highest20(at) + lowest20(at)) / 2 + sma20(at)) / 2;
    sum += distance;
    moment += distance * (at - first);
  }
  const slope = (moment - HALF_WIDTH * sum) / SQUARED_DISTANCES;
  return sum / MOMENTUM_BARS + slope * HALF_WIDTH;
}

/** Width of the Bollinger band at `bar`, price units. */
export function bandWidth({ deviation20 }: Indicators, bar: number): number {
  return 2 * DEVIATIONS * deviation20(bar);
}

/** Rank of the band's width at `end` among the `bars` widths that end there, its own included, 0..1. */
export function widthPercentile(indicators: Indicators, end: number, bars: number): number {
  const width = bandWidth(indicators, end);
  let less = 0;
  let equal = 0;
  for (let back = 0; back < bars; back += 1) {
    const order = compareWidths(bandWidth(indicators, end - back), width);
    if (order < 0) less += 1;
    else if (order === 0) equal += 1;
  }
  return (less + 0.5 * equal) / bars;
}

/** Equal widths must rank as equal: what differs beyond ten digits is the order in which closes were added up. */
function compareWidths(left: number, right: number): number {
  const difference = left - right;
  // Further apart than one step of the tenth digit, which texts need not be asked about.
  if (Math.abs(difference) > 1e-9 * right) return difference;
  return Number(left.toPrecision(10)) - Number(right.toPrecision(10));
}
