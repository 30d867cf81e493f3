/** Where volatility is squeezed: Bollinger bands inside Keltner channels (strategies.md 1.5). */
import type { CandleSeries } from '../core/candles.ts';
import { percentileRank } from '../indicators/percentile.ts';
import { linearRegressionEndAt } from '../indicators/regression.ts';
import type { Columns } from './columns.ts';

const DEVIATIONS = 2;
/** Half width of the Keltner channel, in ATR. */
export const KELTNER_ATR = 1.5;
const MOMENTUM_BARS = 20;
/** How many bars back a squeeze may have ended. */
const RELEASE_BARS = 3;
const RUN_BARS_SEEN = 48;

/** A run of squeezed bars that has ended. Bars are indices of the candles. */
interface SqueezeRun {
  readonly start: number;
  /** The last squeezed bar. */
  readonly end: number;
  readonly length: number;
  /** Highest high and lowest low of the run's last 48 bars. */
  readonly high: number;
  readonly low: number;
}

/** SMA20 +- 2 SD20 lies within EMA20 +- 1.5 ATR14. */
export function isSqueezed({ sma20, deviation20, ema20, atr14 }: Columns, bar: number): boolean {
  const band = DEVIATIONS * deviation20(bar);
  const mean = sma20(bar);
  const channel = KELTNER_ATR * atr14[bar]!;
  return mean + band < ema20[bar]! + channel && mean - band > ema20[bar]! - channel;
}

/** The latest run that ended one to three bars before the last candle; null when there is none. */
function releasedRun(candles: CandleSeries, columns: Columns): SqueezeRun | null {
  const t = candles.length - 1;
  for (let end = t - 1; end >= t - RELEASE_BARS; end -= 1) {
    if (isSqueezed(columns, end) && !isSqueezed(columns, end + 1)) return runUntil(candles, columns, end);
  }
  return null;
}

function runUntil(candles: CandleSeries, columns: Columns, end: number): SqueezeRun {
  let start = end;
  while (start > 0 && isSqueezed(columns, start - 1)) start -= 1;
  const seen = Math.max(start, end - RUN_BARS_SEEN + 1);
  return {
    start,
    end,
    length: end - start + 1,
    high: Math.max(...candles.high.subarray(seen, end + 1)),
    low: Math.min(...candles.low.subarray(seen, end + 1)),
  };
}

/**
 * Least-squares end value of the close's distance from the middle between SMA20 and the 20-bar channel's middle, at the last
 * candle and at the one before.
 */
export function momentumOf(
  { close }: CandleSeries,
  { highest20, lowest20, sma20 }: Columns,
): readonly [number, number] {
  const t = close.length - 1;
  const first = t - MOMENTUM_BARS;
  const distance = new Float64Array(MOMENTUM_BARS + 1);
  for (let bar = first; bar <= t; bar += 1) {
    distance[bar - first] = close[bar]! - ((highest20(bar) + lowest20(bar)) / 2 + sma20(bar)) / 2;
  }
  const at = (bar: number): number => linearRegressionEndAt(distance, bar, MOMENTUM_BARS, first);
  return [at(t), at(t - 1)];
}

/** Width of the Bollinger band at `bar`, price units. */
export function bandWidth({ deviation20 }: Columns, bar: number): number {
  return 2 * DEVIATIONS * deviation20(bar);
}

/** A squeeze that has just ended. */
export interface Release {
  readonly run: SqueezeRun;
  /** Rank of the band's width at the run's end among the bars that end there, 0..1. */
  readonly widthPercentile: number;
}

/** Equal widths must rank as equal: what differs beyond ten digits is the order in which closes were added up. */
function comparableWidth(columns: Columns, index: number): number {
  return Number(bandWidth(columns, index).toPrecision(10));
}

/** The release and how narrow the band was, among `widthBars` bars; null when no squeeze ended in the last three. */
export function releaseOf(candles: CandleSeries, columns: Columns, widthBars: number): Release | null {
  const run = releasedRun(candles, columns);
  if (run === null) return null;
  const widths = Array.from({ length: widthBars }, (_, back) => comparableWidth(columns, run.end - back));
  return { run, widthPercentile: percentileRank(widths, comparableWidth(columns, run.end)) };
}
