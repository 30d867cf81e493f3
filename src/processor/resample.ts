/** Candles of a coarser timeframe from finer ones, into memory that is used again. */
import type { CandleColumns, CandleSeries } from '../core/candles.ts';
import { floorTo, TIMEFRAME_MS, type Timeframe } from '../core/time.ts';

/** True when candles of `from` can be put together to candles of `to`. */
export function canResample(from: Timeframe, to: Timeframe): boolean {
  return TIMEFRAME_MS[from] < TIMEFRAME_MS[to] && TIMEFRAME_MS[to] % TIMEFRAME_MS[from] === 0;
}

export interface Resampler {
  /**
   * The last whole candles of `timeframe` that `series` makes. Only buckets that hold every one of their candles count: a bucket with
   * a hole would understate its volume and range. `canResample` must hold. The answer lasts until `reset`.
   */
  readonly resample: (series: CandleSeries, timeframe: Timeframe) => CandleSeries;
  /** What was answered before may be overwritten from here on. */
  readonly reset: () => void;
}

/** Where the candles of one answer stand: at the end of each column. */
interface Slot {
  readonly columns: Omit<CandleColumns, 'length'>;
  /** The last candles of the columns, by their number: markets of one folder have the same few. */
  readonly views: Map<number, CandleColumns>;
}

/** @param most how many candles an answer has at most */
export function createResampler(most: number): Resampler {
  const slots: Slot[] = [];
  let used = 0;
  return {
    resample: (series, timeframe) => {
      const slot = (slots[used++] ??= createSlot(most));
      const length = fillSlot(series, timeframe, slot.columns, most);
      return { market: series.market, timeframe, ...viewOf(slot, most, length) };
    },
    reset: () => {
      used = 0;
    },
  };
}

function createSlot(most: number): Slot {
  const column = (): Float64Array => new Float64Array(most);
  const columns = { time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
  return { columns, views: new Map() };
}

function viewOf({ columns, views }: Slot, most: number, length: number): CandleColumns {
  const known = views.get(length);
  if (known !== undefined) return known;
  const last = (column: Float64Array): Float64Array => column.subarray(most - length);
  const view = {
    length,
    time: last(columns.time),
    open: last(columns.open),
    high: last(columns.high),
    low: last(columns.low),
    close: last(columns.close),
    volume: last(columns.volume),
  };
  views.set(length, view);
  return view;
}

/** Fills the columns from their end, and answers how many candles there are. */
function fillSlot(series: CandleSeries, timeframe: Timeframe, out: Slot['columns'], most: number): number {
  const { time, open, high, low, close, volume } = series;
  const bucketMs = TIMEFRAME_MS[timeframe];
  const perBucket = bucketMs / TIMEFRAME_MS[series.timeframe];
  let free = most;
  let end = series.length;
  while (end > 0 && free > 0) {
    const bucket = floorTo(time[end - 1]!, bucketMs);
    const first = startOfBucket(time, end, bucket);
    if (end - first === perBucket) {
      let highest = high[first]!;
      let lowest = low[first]!;
      let sum = 0;
      for (let i = first; i < end; i++) {
        if (high[i]! > highest) highest = high[i]!;
        if (low[i]! < lowest) lowest = low[i]!;
        sum += volume[i]!;
      }
      free--;
      out.time[free] = bucket;
      out.open[free] = open[first]!;
      out.high[free] = highest;
      out.low[free] = lowest;
      out.close[free] = close[end - 1]!;
      out.volume[free] = Number.isNaN(sum) ? sumOfMeasured(volume, first, end) : sum;
    }
    end = first;
  }
  return most - free;
}

/** NaN when none was measured. */
function sumOfMeasured(volume: Float64Array, from: number, to: number): number {
  const measured = volume.subarray(from, to).filter((one) => !Number.isNaN(one));
  return measured.length === 0 ? Number.NaN : measured.reduce((sum, one) => sum + one);
}

function startOfBucket(time: Float64Array, end: number, bucket: number): number {
  let first = end;
  while (first > 0 && time[first - 1]! >= bucket) first--;
  return first;
}
