/** From rows as a file has them to columns that hold what `CandleColumns` promises. */
import type { CandleColumns, CandleFindings, FileSkipReason } from '../core/candles.ts';
import { TIMEFRAME_MS, timeframeOf, TIMEFRAMES, type Timeframe } from '../core/time.ts';

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
  | { readonly ok: false; readonly reason: FileSkipReason; readonly detail: string };

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** More impossible rows than this share are no accident: the columns are mixed up or the data made up. */
const IMPOSSIBLE_SHARE = 0.01;
const IMPOSSIBLE_FROM_ROWS = 100;
/** Fewer rows in another order of columns may be an accident. */
const SWAPPED_FROM_ROWS = 3;
const ALONE_SHARE = 0.01;
/** Fewer steps than this say nothing about the timeframe. */
const STEPS_TO_JUDGE = 3;
/** Prices computed by their writer may miss high and low by the last digits of a double. */
const ROUNDING = 1e-9;

export function createColumns(length: number): RawColumns {
  const column = (): Float64Array => new Float64Array(length);
  return { length, time: column(), open: column(), high: column(), low: column(), close: column(), volume: column() };
}

/**
 * Drops what is not finite, impossible, off the grid or in the future, sorts, keeps the last of equal times, and refuses a file
 * whose time unit or step is not what it should be. `raw` is changed.
 *
 * @param timeframe as the file is named; null when only the step of its times can tell
 * @param now wall clock, ms UTC
 */
export function repairColumns(raw: RawColumns, timeframe: Timeframe | null, now: number): RepairedColumns {
  const rows = raw.length;
  if (!toMilliseconds(raw)) return refused('its times are in mixed units (s, ms, us, ns)');
  // Judged on all rows: those that are dropped below leave holes that are no steps.
  const step = stepOf(raw.time, timeframe);
  if (!step.ok) return step;
  const stepMs = TIMEFRAME_MS[step.timeframe];

  const finite = keepRows(raw, (i) => isFiniteRow(raw, i));
  const notFinite = rows - finite.length;
  const swapped = countSwapped(finite);
  let columns = keepRows(finite, (i) => isPossible(finite, i));
  const impossible = finite.length - columns.length;
  const mixedUp = impossibleDetail({ rows, impossible, swapped });
  if (mixedUp !== null) return refused(mixedUp);

  const disordered = countDisordered(columns.time);
  const sorted = disordered === 0 ? columns : sortRows(columns);
  columns = keepRows(sorted, (i) => i === sorted.length - 1 || sorted.time[i] !== sorted.time[i + 1]);
  const duplicates = sorted.length - columns.length;

  const unique = columns;
  columns = keepRows(unique, (i) => unique.time[i]! % stepMs === 0);
  const offGrid = unique.length - columns.length;
  if (offGrid > unique.length / 2) {
    return refused(`its open times are no multiples of ${step.timeframe} from 00:00 UTC`);
  }

  const future = countFuture(columns.time, now + stepMs);
  const onGrid = columns;
  columns = keepRows(onGrid, (i) => i < onGrid.length - future);
  const { length } = columns;
  if (length === 0) return { ok: false, reason: 'no-candles', detail: emptyDetail(rows, future) };
  const missing = (columns.time[length - 1]! - columns.time[0]!) / stepMs + 1 - length;
  const findings = { rows, disordered, duplicates, missing, notFinite, impossible, offGrid, future };
  return { ok: true, columns, timeframe: step.timeframe, findings };
}

function emptyDetail(rows: number, future: number): string {
  if (rows === 0) return 'it holds no candles';
  if (future > 0)
    return `all of its ${future} candles are dated in the future: check its times and this machine's clock`;
  return `none of its ${rows} rows is a candle with finite, possible prices`;
}

type Step = { readonly ok: true; readonly timeframe: Timeframe } | Extract<RepairedColumns, { readonly ok: false }>;

function stepOf(time: Float64Array, named: Timeframe | null): Step {
  const step = medianStep(time);
  if (step === null) {
    if (named !== null) return { ok: true, timeframe: named };
    const detail = 'it has too few candles to tell their timeframe: say it in its name, e.g. BINANCE_BTCUSDT_4h.json';
    return { ok: false, reason: 'unknown-timeframe', detail };
  }
  const found = timeframeOf(step);
  const words = found ?? `${step / 1000} s`;
  if (named !== null && step !== TIMEFRAME_MS[named]) {
    return refused(`its name says ${named} but its candles are ${words} apart: rename or replace it`);
  }
  if (found !== null) return { ok: true, timeframe: found };
  const detail = `its candles are ${words} apart; known are ${TIMEFRAMES.join(' ')}`;
  return { ok: false, reason: 'unknown-timeframe', detail };
}

/** Why the impossible rows are no accident, or null when they may be one. */
function impossibleDetail(counts: { rows: number; impossible: number; swapped: number }): string | null {
  const { rows, impossible, swapped } = counts;
  if (impossible > rows / 2 && swapped >= impossible * (1 - IMPOSSIBLE_SHARE) && rows >= SWAPPED_FROM_ROWS) {
    return `its columns stand as time, open, close, high, low, volume (as KuCoin and Jesse write them): put them in the order time, open, high, low, close, volume`;
  }
  if (rows < IMPOSSIBLE_FROM_ROWS || impossible <= rows * IMPOSSIBLE_SHARE) return null;
  return `${impossible} of ${rows} rows have impossible prices (not positive, or outside high and low)`;
}

/** Rows that are possible only when the columns behind the open are taken as close, high, low. */
function countSwapped({ length, open, high: close, low: high, close: low }: RawColumns): number {
  let count = 0;
  for (let i = 0; i < length; i++) {
    const inRange = high[i]! >= Math.max(open[i]!, close[i]!) && low[i]! <= Math.min(open[i]!, close[i]!);
    if (inRange && low[i]! > 0 && high[i]! > low[i]!) count++;
  }
  return count;
}

/**
 * How many of the last rows are dated beyond `latest`, or stand alone: at most one in a hundred, behind a gap longer than
 * everything before it. Either is a slip of the writer, and would make all else look old.
 */
function countFuture(time: Float64Array, latest: number): number {
  let kept = time.length;
  while (kept > 0 && time[kept - 1]! > latest) kept--;
  const most = Math.floor(kept * ALONE_SHARE);
  for (let i = kept - 1; i >= kept - most; i--) {
    if (time[i]! - time[i - 1]! > time[i - 1]! - time[0]!) return time.length - i;
  }
  return time.length - kept;
}

function refused(detail: string): Extract<RepairedColumns, { readonly ok: false }> {
  return { ok: false, reason: 'bad-series', detail };
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

/** All six are finite, and the time is sound. */
function isFiniteRow({ time, open, high, low, close, volume }: RawColumns, i: number): boolean {
  return (
    isSoundTime(time[i]!) &&
    Number.isFinite(open[i]) &&
    Number.isFinite(high[i]) &&
    Number.isFinite(low[i]) &&
    Number.isFinite(close[i]) &&
    Number.isFinite(volume[i])
  );
}

/** True also when high or low miss the body by rounding; they are widened then. */
function isPossible({ open, high, low, close, volume }: RawColumns, i: number): boolean {
  const top = Math.max(open[i]!, close[i]!);
  const bottom = Math.min(open[i]!, close[i]!);
  const possible =
    low[i]! > 0 &&
    bottom > 0 &&
    volume[i]! >= 0 &&
    high[i]! >= low[i]! &&
    high[i]! >= top * (1 - ROUNDING) &&
    low[i]! <= bottom * (1 + ROUNDING);
  if (possible) {
    high[i] = Math.max(high[i]!, top);
    low[i] = Math.min(low[i]!, bottom);
  }
  return possible;
}

/** How many units make a millisecond, by magnitude (reliability.md C): s below 1e11, ms below 1e14, us below 1e17, else ns. */
function unitsPerMs(time: number): number {
  if (time < 1e11) return 1e-3;
  if (time < 1e14) return 1;
  return time < 1e17 ? 1e3 : 1e6;
}

/** After 1970 and within what nanoseconds can say. */
function isSoundTime(time: number): boolean {
  return time > 0 && time < 1e19;
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

/** Of the different times; null when there are too few steps to judge. */
function medianStep(time: Float64Array): number | null {
  const sound = time.filter(isSoundTime).sort();
  const different = sound.filter((at, i) => at !== sound[i - 1]);
  const steps = different.length - 1;
  if (steps < STEPS_TO_JUDGE) return null;
  return Float64Array.from({ length: steps }, (_, i) => different[i + 1]! - different[i]!).sort()[steps >> 1]!;
}
