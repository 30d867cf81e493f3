import type { CandleSeries } from '../../../src/core/candles.ts';
import { floorTo, TIMEFRAME_MS, type Timeframe } from '../../../src/core/time.ts';

/** True when candles of `from` can be put together to candles of `to`. */
export function canResample(from: Timeframe, to: Timeframe): boolean {
  return TIMEFRAME_MS[from] < TIMEFRAME_MS[to] && TIMEFRAME_MS[to] % TIMEFRAME_MS[from] === 0;
}

/**
 * `series` in a coarser timeframe. Only buckets that hold every one of their candles count: a bucket with a
 * hole would understate its volume and range. `canResample` must hold.
 */
export function resample(series: CandleSeries, timeframe: Timeframe): CandleSeries {
  const bucketMs = TIMEFRAME_MS[timeframe];
  const perBucket = bucketMs / TIMEFRAME_MS[series.timeframe];
  const capacity = Math.floor(series.length / perBucket);
  const column = (): Float64Array => new Float64Array(capacity);
  const out = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  let length = 0;
  let first = 0;
  while (first < series.length) {
    const bucket = floorTo(series.time[first]!, bucketMs);
    let end = first + 1;
    while (end < series.length && series.time[end]! < bucket + bucketMs) end++;
    if (end - first === perBucket) {
      let high = series.high[first]!;
      let low = series.low[first]!;
      let volume = 0;
      for (let i = first; i < end; i++) {
        high = Math.max(high, series.high[i]!);
        low = Math.min(low, series.low[i]!);
        volume += series.volume[i]!;
      }
      out.time[length] = bucket;
      out.open[length] = series.open[first]!;
      out.high[length] = high;
      out.low[length] = low;
      out.close[length] = series.close[end - 1]!;
      out.volume[length] = volume;
      length++;
    }
    first = end;
  }
  return {
    market: series.market,
    timeframe,
    length,
    time: out.time.subarray(0, length),
    open: out.open.subarray(0, length),
    high: out.high.subarray(0, length),
    low: out.low.subarray(0, length),
    close: out.close.subarray(0, length),
    volume: out.volume.subarray(0, length),
  };
}
