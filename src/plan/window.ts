/** Which buckets a run asks for. */
import type { CandleSeries } from '../core/candles.ts';
import { SERIES_WINDOW_MS, type Window } from '../core/series.ts';
import { floorTo, TIMEFRAME_MS } from '../core/time.ts';

/** A candle that closed up to this many timeframes ago is not stale (rulings.md 4). */
const OLDEST_TIMEFRAMES = 2;

/**
 * Buckets that any of `series` (closed candles, at least one series) may look at: from 30 days before the close of the
 * oldest candle that is not stale. That depends on the grid alone, so that one late market does not make a run ask for
 * other buckets than the run before.
 */
export function seriesWindow(asOf: number, series: readonly CandleSeries[]): Window {
  const closes = series.map(({ time, timeframe }) => time.at(-1)! + TIMEFRAME_MS[timeframe]);
  const longest = Math.max(...series.map(({ timeframe }) => TIMEFRAME_MS[timeframe]));
  return {
    from: floorTo(asOf, longest) - OLDEST_TIMEFRAMES * longest - SERIES_WINDOW_MS,
    to: asOf,
    closedBy: Math.max(...closes),
  };
}
