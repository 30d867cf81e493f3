/** Columns before and after repairs, and the usual file, which needs none. */
import type { CandleColumns, CandleFindings } from '../core/candles.ts';
import { OUT_OF_RANGE } from '../core/range.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import type { Failure } from './bytes.ts';
import { countFuture, swappedDetail, volumeDetail } from './plausible.ts';
import { MS_BELOW, MS_FROM } from './times.ts';

/** Rows in the file's order and time unit; NaN where a value is no number. Whoever fills them hands them over. */
export interface RawColumns {
  readonly length: number;
  readonly time: Float64Array;
  readonly open: Float64Array;
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
}

export type RepairedColumns =
  | {
      readonly ok: true;
      readonly columns: CandleColumns;
      readonly timeframe: Timeframe;
      readonly findings: Omit<CandleFindings, 'naiveTimes'>;
    }
  | Failure;

/** In a loop over every row the name of another module would cost as much as all else. */
const FROM = MS_FROM;
const BELOW = MS_BELOW;
const LIMIT = OUT_OF_RANGE;
/** Fewer are judged one by one. */
const CLEAN_FROM_ROWS = 5;

/**
 * Most files need no repair: one look at each row tells, and the answer is what the repairs would have come to. Null for all
 * other files.
 */
export function cleanColumns(raw: RawColumns, timeframe: Timeframe, now: number): RepairedColumns | null {
  const { time, length: rows } = raw;
  const stepMs = TIMEFRAME_MS[timeframe];
  const latest = now + stepMs;
  let steps = 0;
  let before = -Infinity;
  for (let i = 0; i < rows; i++) {
    const at = time[i]!;
    if (!(at > before && at >= FROM && at < BELOW && at <= latest)) return null;
    // A step behind a time on the grid is on it: a remainder of doubles costs more than all else here.
    if (at - before === stepMs) steps++;
    else if (at % stepMs !== 0) return null;
    if (!isSoundRow(raw, i)) return null;
    before = at;
  }
  // More than half of the steps are the timeframe, so their median is.
  if (rows < CLEAN_FROM_ROWS || steps <= rows / 2 || countFuture(time, latest) > 0) return null;
  if (volumeDetail(raw) !== null || swappedDetail(raw) !== null) return null;
  const missing = (before - time[0]!) / stepMs + 1 - rows;
  const unchanged = { shifted: 0, widened: 0 };
  const none = { disordered: 0, duplicates: 0, notFinite: 0, impossible: 0, offGrid: 0, future: 0, noVolume: 0 };
  return { ok: true, columns: raw, timeframe, findings: { rows, missing, ...none, ...unchanged } };
}

/** In range, possible, with a volume, and high and low reach to the body without help. */
function isSoundRow({ open, high, low, close, volume }: RawColumns, i: number): boolean {
  const top = high[i]!;
  const bottom = low[i]!;
  const first = open[i]!;
  const last = close[i]!;
  return (
    bottom > 0 &&
    bottom <= first &&
    bottom <= last &&
    top >= first &&
    top >= last &&
    top < LIMIT &&
    volume[i]! >= 0 &&
    volume[i]! < LIMIT
  );
}
