/** From rows as a file has them to columns that hold what `CandleColumns` promises. */
import type { CandleColumns, CandleFindings } from '../core/candles.ts';
import { OUT_OF_RANGE } from '../core/range.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { failed, type Failure } from './bytes.ts';
import {
  countFuture,
  countSwapped,
  holesDetail,
  impossibleDetail,
  isSoundTime,
  severalMarketsDetail,
  stepOf,
  volumeDetail,
} from './plausible.ts';

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

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Prices computed by their writer may miss high and low by the last digits of a double. */
const ROUNDING = 1e-9;
/** In a loop over every row the name of another module would cost as much as all else. */
const LIMIT = OUT_OF_RANGE;
/** Times in ms by their magnitude. */
const MS_FROM = 1e11;
const MS_BELOW = 1e14;
/** Fewer are judged one by one. */
const CLEAN_FROM_ROWS = 5;

export function createColumns(length: number): RawColumns {
  const column = (): Float64Array => new Float64Array(length);
  return { length, time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/**
 * Drops what is not finite, impossible, off the grid or in the future, sorts, keeps the last of equal times, and refuses a file
 * whose time unit or step is not what it should be. A candle may lack its volume. `raw` is changed.
 *
 * @param timeframe as the file is named; null when only the step of its times can tell
 * @param now wall clock, ms UTC
 */
export function repairColumns(raw: RawColumns, timeframe: Timeframe | null, now: number): RepairedColumns {
  const clean = timeframe === null ? null : cleanColumns(raw, timeframe, now);
  if (clean !== null) return clean;
  const rows = raw.length;
  if (!toMilliseconds(raw)) return failed('bad-series', 'its times are in mixed units (s, ms, us, ns)');
  // Judged on all rows: those that are dropped below leave holes that are no steps.
  const step = stepOf(raw.time, timeframe);
  if (!step.ok) return step;
  const stepMs = TIMEFRAME_MS[step.timeframe];

  const finite = keepRows(raw, (i) => isFiniteRow(raw, i));
  const notFinite = rows - finite.length;
  const swapped = countSwapped(finite);
  let columns = keepRows(finite, (i) => isPossible(finite, i));
  const impossible = finite.length - columns.length;
  const mixedUp = impossibleDetail({ rows, impossible, swapped }) ?? volumeDetail(columns);
  if (mixedUp !== null) return failed('bad-series', mixedUp);

  const disordered = countDisordered(columns.time);
  const sorted = disordered === 0 ? columns : sortRows(columns);
  const several = severalMarketsDetail(sorted);
  if (several !== null) return failed('bad-series', several);
  columns = keepRows(sorted, (i) => !isRepeated(sorted, i));
  const duplicates = sorted.length - columns.length;

  const unique = columns;
  columns = keepRows(unique, (i) => unique.time[i]! % stepMs === 0);
  const offGrid = unique.length - columns.length;
  if (offGrid > unique.length / 2) {
    return failed('bad-series', `its open times are no multiples of ${step.timeframe} from 00:00 UTC`);
  }

  const future = countFuture(columns.time, now + stepMs);
  const onGrid = columns;
  columns = keepRows(onGrid, (i) => i < onGrid.length - future);
  const { length } = columns;
  if (length === 0) return failed('no-candles', missingColumn(raw) ?? emptyDetail(rows, future));
  const holes = holesDetail(columns.time, rows, step.timeframe);
  if (holes !== null) return failed('bad-series', holes);
  const missing = (columns.time[length - 1]! - columns.time[0]!) / stepMs + 1 - length;
  const noVolume = columns.volume.filter(Number.isNaN).length;
  const findings = { rows, disordered, duplicates, missing, notFinite, impossible, offGrid, future, noVolume };
  return { ok: true, columns, timeframe: step.timeframe, findings };
}

/** True when the next row has the same time. A volume that only the earlier one has is handed on to it. */
function isRepeated({ time, volume, length }: RawColumns, i: number): boolean {
  if (i === length - 1 || time[i] !== time[i + 1]) return false;
  if (Number.isNaN(volume[i + 1])) volume[i + 1] = volume[i]!;
  return true;
}

/** Told when one column alone keeps every row from being a candle; null otherwise. */
function missingColumn(raw: RawColumns): string | null {
  const empty = NAMES.filter((name) => name !== 'volume' && raw[name].every(Number.isNaN));
  const [only] = empty;
  return raw.length === 0 || empty.length !== 1 || only === undefined
    ? null
    : `its column ${only} holds no numbers: get candles that have them`;
}

/**
 * Most files need no repair: one look at each row tells, and the answer is what the repairs would have come to. Null for all
 * other files.
 */
function cleanColumns(raw: RawColumns, timeframe: Timeframe, now: number): RepairedColumns | null {
  const { time, length: rows } = raw;
  const stepMs = TIMEFRAME_MS[timeframe];
  const latest = now + stepMs;
  let steps = 0;
  let before = -Infinity;
  for (let i = 0; i < rows; i++) {
    const at = time[i]!;
    if (!(at > before && at >= MS_FROM && at < MS_BELOW && at <= latest)) return null;
    // A step behind a time on the grid is on it: a remainder of doubles costs more than all else here.
    if (at - before === stepMs) steps++;
    else if (at % stepMs !== 0) return null;
    if (!isSoundRow(raw, i)) return null;
    before = at;
  }
  // More than half of the steps are the timeframe, so their median is.
  if (rows < CLEAN_FROM_ROWS || steps <= rows / 2 || countFuture(time, latest) > 0 || volumeDetail(raw) !== null)
    return null;
  const missing = (before - time[0]!) / stepMs + 1 - rows;
  const none = { disordered: 0, duplicates: 0, notFinite: 0, impossible: 0, offGrid: 0, future: 0, noVolume: 0 };
  return { ok: true, columns: raw, timeframe, findings: { rows, missing, ...none } };
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

function emptyDetail(rows: number, future: number): string {
  if (rows === 0) return 'it holds no candles';
  if (future > 0)
    return `all of its ${future} candles are dated in the future: check its times and this machine's clock`;
  return `none of its ${rows} rows is a candle with finite, possible prices`;
}

/** The rows that `keep` accepts, moved together in place. */
function keepRows(columns: RawColumns, keep: (row: number) => boolean): RawColumns {
  let kept = 0;
  for (let i = 0; i < columns.length; i++) {
    if (!keep(i)) continue;
    if (kept !== i) for (const name of NAMES) columns[name][kept] = columns[name][i]!;
    kept++;
  }
  return kept === columns.length ? columns : mapColumns(kept, (name) => columns[name].subarray(0, kept));
}

function mapColumns(length: number, column: (name: (typeof NAMES)[number]) => Float64Array): RawColumns {
  return {
    length,
    time: column('time'),
    open: column('open'),
    high: column('high'),
    low: column('low'),
    close: column('close'),
    volume: column('volume'),
  };
}

/** The prices are finite, and the time is sound. */
function isFiniteRow({ time, open, high, low, close }: RawColumns, i: number): boolean {
  return (
    isSoundTime(time[i]!) &&
    Number.isFinite(open[i]) &&
    Number.isFinite(high[i]) &&
    Number.isFinite(low[i]) &&
    Number.isFinite(close[i])
  );
}

/** True also when high or low miss the body by rounding; they are widened then. */
function isPossible({ open, high, low, close, volume }: RawColumns, i: number): boolean {
  const top = Math.max(open[i]!, close[i]!);
  const bottom = Math.min(open[i]!, close[i]!);
  const possible =
    low[i]! > 0 &&
    bottom > 0 &&
    Math.max(high[i]!, top) < LIMIT &&
    (Number.isNaN(volume[i]) || (volume[i]! >= 0 && volume[i]! < LIMIT)) &&
    high[i]! >= low[i]! &&
    high[i]! >= top * (1 - ROUNDING) &&
    low[i]! <= bottom * (1 + ROUNDING);
  if (possible) {
    high[i] = Math.max(high[i]!, top);
    low[i] = Math.min(low[i]!, bottom);
  }
  return possible;
}

/** How many units make a millisecond, by magnitude: s below 1e11, ms below 1e14, us below 1e17, else ns. */
function unitsPerMs(time: number): number {
  if (time < MS_FROM) return 1e-3;
  if (time < MS_BELOW) return 1;
  return time < 1e17 ? 1e3 : 1e6;
}

/** Sound times only; false when they are of more than one unit. */
function toMilliseconds({ time, length }: RawColumns): boolean {
  const first = time.find(isSoundTime);
  if (first === undefined) return true;
  const units = unitsPerMs(first);
  for (let i = 0; i < length; i++) {
    if (!isSoundTime(time[i]!)) continue;
    if (unitsPerMs(time[i]!) !== units) return false;
    if (units === 1e-3) time[i] = time[i]! * 1e3;
    // Nanoseconds lie beyond 2^53: the double is off by less than a microsecond.
    else if (units === 1e6) time[i] = Math.round(time[i]! / 1e6);
    else time[i] = time[i]! / units;
  }
  return true;
}

function countDisordered(time: Float64Array): number {
  let newest = -Infinity;
  let count = 0;
  for (const at of time) {
    if (at < newest) count++;
    else newest = at;
  }
  return count;
}

/** By time; rows of equal time keep their order. */
function sortRows(columns: RawColumns): RawColumns {
  const order = Uint32Array.from({ length: columns.length }, (_, i) => i);
  order.sort((a, b) => columns.time[a]! - columns.time[b]! || a - b);
  return mapColumns(columns.length, (name) => Float64Array.from(order, (row) => columns[name][row]!));
}
