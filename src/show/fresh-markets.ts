/** Which markets' candles are recent enough to be compared with others. */
import type { MarketRow } from '../core/market-row.ts';
import { TIMEFRAME_MS } from '../core/time.ts';

/** As signals are stale: the last closed candle ended more than two timeframes before `asOf` (ms UTC), or there is none. */
export function isStaleAt({ closed_at: closed, timeframe }: MarketRow, asOf: number): boolean {
  return closed === null || timeframe === null || closed < asOf - 2 * TIMEFRAME_MS[timeframe];
}
