/** Where copies of candles stand: in memory of their own, or in memory that every market uses again. */
import type { CandleColumns } from '../core/candles.ts';
import { createColumns, type RawColumns } from './columns.ts';

/** Columns of that length, with whatever stood in them before. */
export type TakeColumns = (length: number) => RawColumns;

const COLUMNS = 6;
/** Rows of the reused memory; whoever needs more gets memory of his own, which is freed in between. */
const MOST_ROWS = 50_000;

let block = new Float64Array(0);
let used = 0;
let wanted = 0;

/** Columns that last until `startMarket` is called. */
export const takeForMarket: TakeColumns = (length) => {
  const size = COLUMNS * length;
  wanted += size;
  if (used + size > block.length) return createColumns(length);
  const from = used;
  used += size;
  const column = (index: number): Float64Array => block.subarray(from + index * length, from + (index + 1) * length);
  return {
    length,
    time: column(0),
    open: column(1),
    high: column(2),
    low: column(3),
    close: column(4),
    volume: column(5),
  };
};

/** The columns taken before may be overwritten from here on. */
export function startMarket(): void {
  if (wanted > block.length && block.length < COLUMNS * MOST_ROWS) {
    block = new Float64Array(Math.min(COLUMNS * MOST_ROWS, wanted));
  }
  used = 0;
  wanted = 0;
}

/** `series` with its candles copied. */
export function copied<T extends CandleColumns>(series: T, take: TakeColumns = createColumns): T {
  const to = take(series.length);
  to.time.set(series.time);
  to.open.set(series.open);
  to.high.set(series.high);
  to.low.set(series.low);
  to.close.set(series.close);
  to.volume.set(series.volume);
  return { ...series, ...to };
}
