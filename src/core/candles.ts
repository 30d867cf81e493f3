/** Candles as columns, and what was found wrong in a file. */
import type { Market } from './market.ts';
import type { Timeframe } from './time.ts';

/** Struct of arrays, oldest first, strictly increasing times, positive prices in range. All columns have `length` entries. */
export interface CandleColumns {
  readonly length: number;
  /** Open time, ms UTC. */
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  /** In range and not negative, NaN where none was measured. In the unit the file has (base asset or contracts); strategies use ratios only. */
  readonly volume: Float64Array;
}

/** Columns of one market and timeframe. Strategies only ever see closed candles. */
export interface CandleSeries extends CandleColumns {
  readonly market: Market;
  readonly timeframe: Timeframe;
}

/** What the reader found and repaired in one file. All counts of rows. */
export interface CandleFindings {
  readonly rows: number;
  /** Rows that stood out of order and were sorted. */
  readonly disordered: number;
  /** Rows with a time that another row has as well; the last one in the file is kept. */
  readonly duplicates: number;
  /** Missing candles between the first and the last. */
  readonly missing: number;
  /** Rows dropped for a time or a price that is not a finite number. */
  readonly notFinite: number;
  /** Rows dropped for an impossible price (not positive, high below low, open or close outside high and low, out of range) or volume (negative, out of range). */
  readonly impossible: number;
  /** Rows dropped because their time is not on the timeframe's grid. */
  readonly offGrid: number;
  /** Rows dropped because they are dated in the future, or stand alone behind a gap longer than all before them. */
  readonly future: number;
  /** Rows with a time that names no zone, read as UTC. */
  readonly naiveTimes: number;
  /** Rows with a time that labels the end of the candle, moved to its start. */
  readonly shifted: number;
  /** Rows whose open is the close before it and lies outside high and low, which were widened to it. */
  readonly widened: number;
  /** Candles without a volume; their prices count. */
  readonly noVolume: number;
}

/** Why a candle file could not be used. Stable: readers of the feed match on it. */
export type FileSkipReason =
  | 'empty-file'
  | 'no-candles'
  | 'truncated-json'
  | 'invalid-json'
  | 'truncated-gzip'
  | 'invalid-gzip'
  | 'truncated-zip'
  | 'invalid-zip'
  | 'damaged-file'
  | 'missing-package'
  | 'unsupported-format'
  | 'unknown-name'
  | 'unknown-timeframe'
  | 'not-candles'
  | 'bad-series'
  | 'too-large'
  | 'not-a-file'
  | 'unreadable'
  | 'changed-while-reading';

export interface SkippedFile {
  /** Path relative to the scanned folder (or as given for a single file). */
  readonly file: string;
  readonly reason: FileSkipReason;
  /** One sentence that says what is wrong and what helps. */
  readonly detail: string;
  /** The market that the file's name or the refused part of its content speaks of, or null when neither says one. */
  readonly market: Market | null;
}

/** The columns `[from, to)` of `series`, sharing its memory. */
export function sliceColumns<T extends CandleColumns>(series: T, from: number, to: number): T {
  return {
    ...series,
    length: to - from,
    time: series.time.subarray(from, to),
    open: series.open.subarray(from, to),
    high: series.high.subarray(from, to),
    low: series.low.subarray(from, to),
    close: series.close.subarray(from, to),
    volume: series.volume.subarray(from, to),
  };
}
