/** From cells under the names of their columns to candles, in one way for CSV, JSON, Arrow and Parquet. */
import { failed, type Failure } from '../bytes.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import type { FileName } from '../names.ts';
import { toNumber, toTextTime } from '../values.ts';
import { cutTimesDetail, millisecondsOf, type TimesSaid } from '../times.ts';
import { areTooMany, isMissing, unreadableCell } from './cells.ts';
import { oneSeries, type FormatReading } from './format.ts';
import { COLUMNS, kindOfRows, marketFault, marketSaid, missingFault, spotByRows, type Layout } from './keys.ts';

export interface NamedTable {
  readonly names: readonly string[];
  readonly length: number;
  /** What stands in a column; undefined where a row ends early. Read row by row. */
  readonly column: (index: number) => (row: number) => unknown;
  /** True when the type of the times says that they have no zone. */
  readonly isNaive?: boolean;
}

const NUMBERS = COLUMNS.slice(1);
/** Of the numbers: open, high, low, close. */
const PRICES = 4;
/** Times further apart are those of the two ends of a candle. */
const SAME_TIME_MS = 1_000;

/** What a file lacks whose columns have names. */
export function lackingFault(names: readonly string[], symbol: string | null): Failure {
  const detail = 'it lacks some of the columns time (or date), open, high, low, close and volume';
  return missingFault(names, symbol) ?? failed('not-candles', detail);
}

const TWO_HEADERS = 'a second header with other columns stands among its rows: write one file for each part';

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
  const marketsAt = layout.markets.map((index) => ({
    key: names[index]!,
    cellOf: table.column(index),
    markets: new Set<unknown>(),
  }));
  const constants = layout.constant.map((at) => ({ at, cellOf: table.column(at), first: null as unknown }));
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
    if (Number.isNaN(time) && isHeader(written, cells, row)) {
      if (written === names[layout.time] && cells.every((at, i) => isNamed(at(row), names, layout[NUMBERS[i]!])))
        continue;
      return failed('bad-series', TWO_HEADERS);
    }
    for (const { cellOf, markets } of marketsAt) markets.add(cellOf(row));
    for (const constant of constants) {
      // Where it is empty it says nothing.
      const cell = constant.cellOf(row) || constant.first;
      constant.first ??= cell;
      if (cell !== constant.first) return severalFault(names[constant.at]!, constant.first, cell);
    }
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
  const said: readonly (readonly unknown[])[] = [
    ...told.map((one) => [one]),
    ...marketsAt.map(({ key, markets }) => Array.from(markets, (market) => marketSaid(key, market))),
  ];
  return ofMarket(said, named, columns, { naiveTimes, labelsEnd });
}

/** @param said what each column says of the market, and what each key around the rows */
function ofMarket(
  said: readonly (readonly unknown[])[],
  named: FileName,
  columns: RawColumns,
  times: TimesSaid,
): FormatReading {
  for (const markets of said) {
    const fault = marketFault(markets, named);
    if (fault !== null) return fault;
  }
  const whose = spotByRows(said.flat(), named);
  return 'ok' in whose ? whose : oneSeries(whose, columns, times, kindOfRows(said.flat(), whose));
}

/** The cells of a column; of one that there is not, cells without a value. */
function cellsOf({ column }: NamedTable, at: number | null): (row: number) => unknown {
  return at === null ? () => undefined : column(at);
}

function severalFault(name: string, first: unknown, second: unknown): Failure {
  const told = [first, second].map((cell) => String(cell).slice(0, 20)).join(' and ');
  return failed('bad-series', `its column ${name.slice(0, 20)} says ${told}: write one file for each`);
}

type Cells = ReturnType<typeof cellsOf>;

/** True when words stand where time and prices should. */
function isHeader(time: unknown, cells: readonly Cells[], row: number): boolean {
  return isWord(time) && cells.slice(0, PRICES).every((at) => isWord(at(row)));
}

function isWord(cell: unknown): boolean {
  return typeof cell === 'string' && /^\W*[a-z]/i.test(cell) && !isMissing(cell);
}

function isNamed(cell: unknown, names: readonly string[], at: number | null): boolean {
  return at === null || cell === names[at];
}

/** True when the times are those of the column that names the close. */
function isCloseTime({ column }: NamedTable, { closeTime }: Layout, { time }: RawColumns): boolean {
  const row = closeTime === null ? -1 : time.findIndex((at) => at > 0);
  if (closeTime === null || row === -1) return false;
  const end = millisecondsOf(toTextTime(column(closeTime)(row)).time);
  return Math.abs(end - millisecondsOf(time[row]!)) <= SAME_TIME_MS;
}
