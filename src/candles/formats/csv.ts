import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';
import { cutTimesDetail } from '../times.ts';
import { toNumber, toTextTime } from '../values.ts';
import { unreadableCell } from './cells.ts';
import type { CandleFormat, FormatReading } from './format.ts';
import { COLUMNS, layoutOf, missingFault, type Layout } from './keys.ts';
import { readCells } from './named.ts';
import { headOf, readTable, wholeLines, type Table } from './table.ts';

/** Of a row, behind its time. */
const NUMBERS = COLUMNS.length - 1;

export const csv = {
  id: 'csv',
  summary:
    'CSV with a header (time or date, open, high, low, close, volume; comma, semicolon or tab), also .csv.gz, .zip',
  content: 'csv',
  parse: ({ text, chosen }, named) => {
    const table = readTable(text());
    if (!('fieldsOf' in table)) return table;
    const head = headOf(table).map((line) => table.fieldsOf(line).map((field) => field.trim()));
    const [first] = head;
    if (first === undefined) return failed('empty-file', 'it is empty: download it again');
    const at = head.findIndex((fields) => isRow(fields) || layoutOf(fields, named.symbol) !== null);
    const layout = at === -1 ? null : layoutOf(head[at]!, named.symbol);
    if (layout !== null) return read(table, { from: at + 1, names: head[at]!, layout }, named);
    if (!Number.isNaN(toTextTime(first[0]).time)) return withoutHeader(table, first, chosen, named);
    return foreign(head, named.symbol);
  },
} satisfies CandleFormat;

function withoutHeader(table: Table, first: readonly string[], chosen: boolean, named: FileName): FormatReading {
  if (first.length < COLUMNS.length) {
    const detail = `its rows have ${first.length} columns and no header: candles have time, open, high, low, close, volume`;
    return failed('not-candles', detail);
  }
  if (chosen) return read(table, { from: 0, names: COLUMNS, layout: layoutOf(COLUMNS, null)! }, named);
  const cut = cutTimesDetail(first[0], Float64Array.of(toNumber(first[0])));
  if (cut !== null) return failed('bad-series', cut);
  const detail =
    'it has no header: add one, or say --format csv if its columns are time, open, high, low, close, volume';
  return failed('unsupported-format', detail);
}

function isRow(fields: readonly string[]): boolean {
  return fields.length >= COLUMNS.length && !Number.isNaN(toTextTime(fields[0]).time);
}

interface Header {
  /** The first line below it. */
  readonly from: number;
  readonly names: readonly string[];
  readonly layout: Layout;
}

function read(table: Table, { from, names, layout }: Header, named: FileName): FormatReading {
  const needed = Math.max(...COLUMNS.map((name) => layout[name] ?? 0)) + 1;
  let latest = -1;
  let fields: readonly string[] = [];
  const column = (index: number) => (row: number) => {
    if (row !== latest) fields = table.fieldsOf(table.line(from + row));
    latest = row;
    return fields[index];
  };
  return readCells({ names, length: Math.max(0, wholeLines(table, needed) - from), column }, layout, named);
}

/** What a file is that has no header as a candle file has it. */
function foreign(head: readonly (readonly string[])[], symbol: string | null): Failure {
  const [time, ...numbers] = head[0]!;
  const isBare = numbers.length >= NUMBERS && numbers.slice(0, NUMBERS).every((text) => !Number.isNaN(toNumber(text)));
  const fault = isBare ? unreadableCell(time, []) : null;
  if (fault !== null) return fault;
  const missing = head.map((names) => missingFault(names, symbol)).find((found) => found !== null);
  const begins = `it has no columns time (or date), open, high, low, close and volume: it begins with ${beginning(head[0]!)}`;
  return missing ?? failed('not-candles', begins);
}

/** Enough of a foreign header to know the file by; never more of the content than that. */
function beginning(header: readonly string[]): string {
  const names = header.slice(0, 3).map((name) => name.slice(0, 20));
  return names.map((name) => `"${name}"`).join(', ');
}
