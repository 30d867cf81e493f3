import { sliceColumns, type CandleSeries } from '../core/candles.ts';
import { TIMEFRAME_MS } from '../core/time.ts';

/** A redenomination (x1000, /10) is no move that anyone could have traded. */
const LARGEST_RISE = 2;
const LARGEST_FALL = -0.67;
const LARGEST_GAP_BARS = 24;

export interface Continuous {
  /** The candles after the last break; all of them when there is none. */
  readonly series: CandleSeries;
  readonly cut: boolean;
}

/**
 * The candles after the last break: an open more than 200 % above or 67 % below the close before it, or more than 24
 * candles missing in a row.
 *
 * @param gapBarMs length of the bars that the 24 are counted in, ms; the series' own unless it is about to be resampled
 */
export function continuousTail(series: CandleSeries, gapBarMs: number = TIMEFRAME_MS[series.timeframe]): Continuous {
  const { time, open, close, length } = series;
  const largestStep = TIMEFRAME_MS[series.timeframe] + LARGEST_GAP_BARS * gapBarMs;
  for (let t = length - 1; t > 0; t--) {
    const move = open[t]! / close[t - 1]! - 1;
    if (move > LARGEST_RISE || move < LARGEST_FALL || time[t]! - time[t - 1]! > largestStep) {
      return { series: sliceColumns(series, t, length), cut: true };
    }
  }
  return { series, cut: false };
}
