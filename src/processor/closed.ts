import { sliceColumns, type CandleSeries } from '../core/candles.ts';
import { TIMEFRAME_MS } from '../core/time.ts';

/** The candles of `series` that are closed at `asOf` (ms UTC): open time + timeframe <= asOf. */
export function closedCandles(series: CandleSeries, asOf: number): CandleSeries {
  const lastOpen = asOf - TIMEFRAME_MS[series.timeframe];
  let closed = series.length;
  while (closed > 0 && series.time[closed - 1]! > lastOpen) closed--;
  return closed === series.length ? series : sliceColumns(series, 0, closed);
}

/** When the last candle of `series`, which has one, closes, ms UTC. */
export function closeOfLast(series: CandleSeries): number {
  return series.time[series.length - 1]! + TIMEFRAME_MS[series.timeframe];
}
