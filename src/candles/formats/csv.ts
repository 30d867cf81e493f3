import { failed, type Failure } from '../bytes.ts';
import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber, toTextTime } from '../values.ts';
import { areTooMany, unreadableCell } from './cells.ts';
import { oneSeries, type CandleFormat, type FormatReading } from './format.ts';
import { keysOf, marketFault, marketKeyOf, missingKeys } from './keys.ts';
import { LINES_ABOVE, readTable, wholeLines, type Table } from './table.ts';
import type { FileName } from '../names.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
const NUMBERS = ['open', 'high', 'low', 'close', 'volume'] as const;
/** A header that lacks no more than these is one of candles. */
const FEW_MISSING = 2;
/** Where each column stands in a row; -1 for a volume that there is not. */
type Positions = Readonly<Record<(typeof COLUMNS)[number], number>>;

const IN_ORDER: Positions = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };
export const csv = {
  id: 'csv',
  summary:
    'CSV with a header (time or date, open, high, low, close, volume; comma, semicolon or tab), also .csv.gz, .zip',
  content: 'csv',
  parse: ({ text, chosen }, named) => {
    const table = readTable(text());
    const [first] = table.lines;
    if (first === undefined) return failed('empty-file', 'it is empty: download it again');
    const head = table.lines.slice(0, LINES_ABOVE + 1).map((line) => table.fieldsOf(line).map((field) => field.trim()));
    const at = head.findIndex((fields) => isRow(fields) || positionsIn(fields) !== null);
    const positions = at === -1 ? null : positionsIn(head[at]!);
    if (positions !== null) return read(table, at, positions, named);
    if (!Number.isNaN(toTextTime(head[0]![0]).time)) return withoutHeader(table, head[0]!.length, chosen, named);
    return failed('not-candles', foreign(head));
  },
} satisfies CandleFormat;

/** pandas writes an index of times without a name. */
function withNamedIndex(header: readonly string[]): readonly string[] {
  return header[0] === '' && missingKeys(header).includes('time') ? ['time', ...header.slice(1)] : header;
}

function positionsIn(names: readonly string[]): Positions | null {
  const header = withNamedIndex(names);
  const keys = keysOf(header);
  if (keys === null) return null;
  const at = (name: string | null): number => (name === null ? -1 : header.indexOf(name));
  return {
    time: at(keys.time),
    open: at(keys.open),
    high: at(keys.high),
    low: at(keys.low),
    close: at(keys.close),
    volume: at(keys.volume),
  };
}

function withoutHeader(table: Table, width: number, chosen: boolean, named: FileName): FormatReading {
  if (width < COLUMNS.length) {
    const detail = `its rows have ${width} columns and no header: candles have time, open, high, low, close, volume`;
    return failed('not-candles', detail);
  }
  if (chosen) return read(table, null, IN_ORDER, named);
  const detail =
    'it has no header: add one, or say --format csv if its columns are time, open, high, low, close, volume';
  return failed('unsupported-format', detail);
}

function isRow(fields: readonly string[]): boolean {
  return fields.length >= COLUMNS.length && !Number.isNaN(toTextTime(fields[0]).time);
}

/** @param header where it stands, null without one */
function read(table: Table, header: number | null, positions: Positions, named: FileName): FormatReading {
  const needed = Math.max(...Object.values(positions)) + 1;
  const lines = wholeLines(table, needed).slice(header === null ? 0 : header + 1);
  const columns = createColumns(lines.length);
  const names = header === null ? [] : table.fieldsOf(table.lines[header]!).map((name) => name.trim());
  const marketKey = marketKeyOf(names);
  const markets: (string | undefined)[] = [];
  let naiveTimes = 0;
  let unreadable = 0;
  let example: Failure | null = null;
  for (const [i, line] of lines.entries()) {
    const row = table.fieldsOf(line);
    const cells = { time: row[positions.time], numbers: NUMBERS.map((name) => row[positions[name]]) };
    const { time, naive } = toTextTime(cells.time);
    if (naive) naiveTimes++;
    columns.time[i] = time;
    for (const name of NUMBERS) columns[name][i] = toNumber(row[positions[name]]);
    // Files that were put together from parts repeat their header.
    if (header !== null && line === table.lines[header]) continue;
    if (marketKey !== null) markets.push(row[names.indexOf(marketKey)]);
    const fault = isReadable(columns, i) ? null : unreadableCell(cells);
    if (fault !== null) unreadable++;
    example ??= fault;
  }
  if (example !== null && areTooMany(unreadable, lines.length)) return example;
  return marketFault(markets, named) ?? oneSeries(named, columns, naiveTimes);
}

function isReadable(columns: RawColumns, row: number): boolean {
  return COLUMNS.every((name) => !Number.isNaN(columns[name][row]));
}

/** What a file is that has no header as a candle file has it. */
function foreign(head: readonly (readonly string[])[]): string {
  for (const fields of head) {
    const missing = missingKeys(fields);
    if (missing.length > FEW_MISSING) continue;
    const names = fields.map((name) => `"${name.slice(0, 20)}"`).slice(0, COLUMNS.length + FEW_MISSING);
    return `it has no column ${missing.join(', ')}, only ${names.join(', ')}: call it so in the header where it is there under another name`;
  }
  return `it has no columns time (or date), open, high, low, close and volume: it begins with ${beginning(head[0]!)}`;
}

/** Enough of a foreign header to know the file by; never more of the content than that. */
function beginning(header: readonly string[]): string {
  const names = header.slice(0, 3).map((name) => name.slice(0, 20));
  return names.map((name) => `"${name}"`).join(', ');
}
