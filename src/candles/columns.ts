/** From rows as a file has them to columns that hold what `CandleColumns` promises. */
import { OUT_OF_RANGE } from '../core/range.ts';
import { TIMEFRAME_MS, type Timeframe } from '../core/time.ts';
import { failed } from './bytes.ts';
import { cleanColumns, type RawColumns, type RepairedColumns } from './clean-columns.ts';
import {
  countFuture,
  holesDetail,
  impossibleDetail,
  orderDetail,
  severalMarketsDetail,
  stepOf,
  swappedDetail,
  volumeDetail,
} from './plausible.ts';
import {
  isSoundTime,
  localTimesDetail,
  millisecondsOf,
  moveToOpen,
  noTimesDetail,
  offGridDetail,
  PLAIN_TIMES,
  type TimesSaid,
} from './times.ts';

export type { RawColumns, RepairedColumns } from './clean-columns.ts';

const NAMES = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;

/** Of the rows: more that stand between the others are of another series. */
const OFF_GRID_SHARE = 0.2;
const OFF_GRID_FROM_ROWS = 5;
/** Prices computed by their writer may miss high and low by the last digits of a double. */
const ROUNDING = 1e-9;
/** In a loop over every row the name of another module would cost as much as all else. */
const LIMIT = OUT_OF_RANGE;

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
export function repairColumns(
  raw: RawColumns,
  timeframe: Timeframe | null,
  now: number,
  { naiveTimes, labelsEnd }: TimesSaid = PLAIN_TIMES,
): RepairedColumns {
  const clean = timeframe === null || naiveTimes > 0 || labelsEnd ? null : cleanColumns(raw, timeframe, now);
  if (clean !== null) return clean;
  const rows = raw.length;
  const noTimes = noTimesDetail(raw.time);
  if (noTimes !== null) return failed('bad-series', noTimes);
  for (let i = 0; i < rows; i++) if (isSoundTime(raw.time[i]!)) raw.time[i] = millisecondsOf(raw.time[i]!);
  // Judged on all rows: those that are dropped below leave holes that are no steps.
  const step = stepOf(raw.time, timeframe);
  if (!step.ok) return step;
  const stepMs = TIMEFRAME_MS[step.timeframe];
  const shifted = labelsEnd ? moveToOpen(raw.time, stepMs) : 0;

  const finite = keepRows(raw, (i) => isFiniteRow(raw, i));
  const notFinite = rows - finite.length;
  const order = orderDetail(finite);
  const { possible, widened } = keepPossible(finite);
  const impossible = finite.length - possible.length;
  const mixedUp = impossibleDetail({ rows, impossible, order }) ?? volumeDetail(possible);
  if (mixedUp !== null) return failed('bad-series', mixedUp);

  const disordered = countDisordered(possible.time);
  const sorted = disordered === 0 ? possible : sortRows(possible);
  const several = severalMarketsDetail(sorted) ?? swappedDetail(sorted);
  if (several !== null) return failed('bad-series', several);
  const unique = keepRows(sorted, (i) => !isRepeated(sorted, i));
  const duplicates = sorted.length - unique.length;

  const off = unique.time.filter((at) => at % stepMs !== 0);
  const onGrid = keepRows(unique, (i) => unique.time[i]! % stepMs === 0);
  const offGrid = off.length;
  const isMost = offGrid > unique.length / 2;
  if (isMost || (offGrid >= OFF_GRID_FROM_ROWS && offGrid > unique.length * OFF_GRID_SHARE)) {
    const most = isMost ? '' : `${offGrid} of ${unique.length} rows are off the others: `;
    return failed('bad-series', most + offGridDetail(off, step.timeframe));
  }

  const local = naiveTimes > 0 ? localTimesDetail(newestOf(onGrid.time), now) : null;
  if (local !== null) return failed('bad-series', local);
  const future = countFuture(onGrid.time, now + stepMs);
  const columns = keepRows(onGrid, (i) => i < onGrid.length - future);
  const { length } = columns;
  if (length === 0) return failed('no-candles', missingColumn(raw) ?? emptyDetail(rows, future));
  const holes = holesDetail(columns.time, rows, step.timeframe);
  if (holes !== null) return failed('bad-series', holes);
  const missing = (columns.time[length - 1]! - columns.time[0]!) / stepMs + 1 - length;
  const dropped = { notFinite, impossible, offGrid, future };
  const noVolume = columns.volume.filter(Number.isNaN).length;
  const findings = { rows, disordered, duplicates, missing, ...dropped, shifted, widened, noVolume };
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

function keepPossible(finite: RawColumns): { readonly possible: RawColumns; readonly widened: number } {
  let widened = 0;
  const possible = keepRows(finite, (i) => {
    if (isPossible(finite, i)) return true;
    const isWidened = opensAtLastClose(finite, i);
    if (isWidened) widened++;
    return isWidened;
  });
  return { possible, widened };
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

/**
 * True when nothing is wrong with a candle but its open: some exchanges, BitMEX before all, open where the last candle closed, also
 * where nobody traded there. High or low is widened to it then.
 */
function opensAtLastClose(columns: RawColumns, i: number): boolean {
  const { time, open, close, high, low } = columns;
  const isLast = (before: number): boolean => close[before] === open[i] && time[before]! < time[i]!;
  if (!isLast(i - 1) && !isLast(i + 1)) return false;
  const written = open[i]!;
  open[i] = close[i]!;
  const isSound = written > 0 && isPossible(columns, i);
  open[i] = written;
  if (!isSound) return false;
  high[i] = Math.max(high[i]!, written);
  low[i] = Math.min(low[i]!, written);
  return true;
}

/** Slips that stand alone years ahead left out. */
function newestOf(time: Float64Array): number {
  return time[time.length - 1 - countFuture(time, Infinity)]!;
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
