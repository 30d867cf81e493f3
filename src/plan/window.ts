/** Which buckets a run asks for. */
import { SERIES_WINDOW_MS, type Window } from '../core/series.ts';
import { floorTo, TIMEFRAME_MS, type Timeframe } from '../core/time.ts';

/** A candle that closed up to this many timeframes ago is not stale. */
const OLDEST_TIMEFRAMES = 2;

/**
 * Buckets that any of `markets` may look at: from 30 days before the close of the oldest candle that is not stale. That
 * depends on the grid alone, so that one late market does not make a run ask for other buckets than the run before.
 * `closedAt`: close of the market's last closed candle.
 */
export function seriesWindow(
  asOf: number,
  markets: readonly { readonly closedAt: number; readonly timeframe: Timeframe }[],
): Window {
  const longest = markets.reduce((most, { timeframe }) => Math.max(most, TIMEFRAME_MS[timeframe]), 0);
  const newest = markets.reduce((most, { closedAt }) => Math.max(most, closedAt), -Infinity);
  // Without a market nothing will be asked for.
  if (longest === 0) return { from: asOf - SERIES_WINDOW_MS, to: asOf, closedBy: asOf };
  return {
    from: floorTo(asOf, longest) - OLDEST_TIMEFRAMES * longest - SERIES_WINDOW_MS,
    to: asOf,
    closedBy: newest,
  };
}
