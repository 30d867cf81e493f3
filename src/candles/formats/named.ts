/** From cells under the names of their columns to candles, in one way for CSV, JSON, Arrow and Parquet. */
import { failed, type Failure } from '../bytes.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import type { FileName } from '../names.ts';
import { toNumber, toTextTime } from '../values.ts';
import { cutTimesDetail } from '../times.ts';
import { areTooMany, unreadableCell } from './cells.ts';
import { oneSeries, type FormatReading } from './format.ts';
import { COLUMNS, kindOfRows, marketFault, missingFault, type Layout } from './keys.ts';

export interface NamedTable {
  readonly names: readonly string[];
  readonly length: number;
  /** What stands in a column; undefined where a row ends early. Read row by row. */
  readonly column: (index: number) => (row: number) => unknown;
  /** True when the type of the times says that they have no zone. */
  readonly isNaive?: boolean;
}

const NUMBERS = COLUMNS.slice(1);
/** Times further apart are those of the two ends of a candle. */
const SAME_TIME_MS = 1_000;

/** What a file lacks whose columns have names. */
export function lackingFault(names: readonly string[]): Failure {
  const detail = 'it lacks some of the columns time (or date), open, high, low, close and volume';
  return missingFault(names) ?? failed('not-candles', detail);
}

/** @param told markets that stand outside of the rows */
export function readCells(
  table: NamedTable,
  layout: Layout,
  named: FileName,
  told: readonly unknown[] = [],
): FormatReading {
  const { length, names, isNaive = false } = table;
  const columns = createColumns(length);
  const timeAt = table.column(layout.time);
  const cells = NUMBERS.map((name) => cellsOf(table, layout[name]));
  const numbers = NUMBERS.map((name) => columns[name]);
  const marketsAt = layout.markets.map((at) => ({ at: table.column(at), markets: new Set<unknown>() }));
  let naiveTimes = 0;
  let unreadable = 0;
  let example: Failure | null = null;
  for (let row = 0; row < length; row++) {
    const written = timeAt(row);
    const { time, naive } = toTextTime(written);
    if (naive || isNaive) naiveTimes++;
    columns.time[row] = time;
    let sum = time;
    for (let i = 0; i < cells.length; i++) sum += numbers[i]![row] = toNumber(cells[i]!(row));
    // Files that were put together from parts repeat their header.
    if (written === names[layout.time]) continue;
    for (const { at, markets } of marketsAt) markets.add(at(row));
    // One sum looks at all six.
    if (!Number.isNaN(sum)) continue;
    const fault = unreadableCell(
      written,
      cells.map((at) => at(row)),
    );
    if (fault !== null) unreadable++;
    example ??= fault;
  }
  if (example !== null && areTooMany(unreadable, length)) return example;
  const cut = length === 0 ? null : cutTimesDetail(timeAt(0), columns.time);
  if (cut !== null) return failed('bad-series', cut);
  const labelsEnd = layout.labelsEnd || isCloseTime(table, layout, columns);
  // What stands around the rows may name the market twice, in two spellings.
  const groups: readonly Iterable<unknown>[] = [
    ...told.map((one) => [one]),
    ...marketsAt.map(({ markets }) => markets),
  ];
  const fault = groups.map((markets) => marketFault(markets, named)).find((found) => found !== null);
  const kind = kindOfRows([...told, ...marketsAt.flatMap(({ markets }) => Array.from(markets))], named);
  return fault ?? oneSeries(named, columns, { naiveTimes, labelsEnd }, kind);
}

/** The cells of a column; of one that there is not, cells without a value. */
function cellsOf({ column }: NamedTable, at: number | null): (row: number) => unknown {
  return at === null ? () => undefined : column(at);
}

/** True when the times are those of the column that names the close. */
function isCloseTime({ column }: NamedTable, { closeTime }: Layout, { time }: RawColumns): boolean {
  const row = closeTime === null ? -1 : time.findIndex((at) => at > 0);
  if (closeTime === null || row === -1) return false;
  return Math.abs(toTextTime(column(closeTime)(row)).time - time[row]!) <= SAME_TIME_MS;
}
