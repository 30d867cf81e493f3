/** What the series part needs of price, once the candles are let go. */
import type { CandleSeries } from '../core/candles.ts';
import { DAY_MS, TIMEFRAME_MS } from '../core/time.ts';
import { closeOfLast } from './closed.ts';
import type { PriceMemo } from './finding.ts';

/** `spansMs`: one for each strategy. */
export function memoOf(candles: CandleSeries, spansMs: readonly number[]): PriceMemo {
  return {
    closeTime: closeOfLast(candles),
    timeframeMs: TIMEFRAME_MS[candles.timeframe],
    closeNow: candles.close[candles.length - 1]!,
    closes24h: closesOfDay(candles),
    closeAtSpan: spansMs.map((spanMs) => closeBefore(candles, spanMs)),
  };
}

/** Close of the latest candle that was closed `ms` before the close of the last one; null when there is none. */
export function closeBefore({ time, close, length }: CandleSeries, ms: number): number | null {
  // Open times of candles of one length stand as far apart as their closes.
  const latest = time[length - 1]! - ms;
  let index = length - 1;
  while (index >= 0 && time[index]! > latest) index -= 1;
  return index < 0 ? null : close[index]!;
}

function closesOfDay({ time, close, length, timeframe }: CandleSeries): Float64Array {
  const step = TIMEFRAME_MS[timeframe];
  const closes = new Float64Array(DAY_MS / step + 1).fill(Number.NaN);
  const last = time[length - 1]!;
  for (let index = length - 1; index >= 0 && last - time[index]! <= DAY_MS; index -= 1) {
    closes[closes.length - 1 - (last - time[index]!) / step] = close[index]!;
  }
  return closes;
}

/** Close of the latest candle that was closed at `time`, NaN when that candle is missing or closed more than 24 h before the last one. */
export function closeAt({ closeTime, timeframeMs, closes24h }: PriceMemo, time: number): number {
  const back = Math.ceil((closeTime - time) / timeframeMs);
  return closes24h[closes24h.length - 1 - back] ?? Number.NaN;
}
