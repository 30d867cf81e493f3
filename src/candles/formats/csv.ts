import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';
import { toTextTime } from '../values.ts';
import type { CandleFormat, FormatReading } from './format.ts';
import { COLUMNS, layoutOf, missingDetail, type Layout } from './keys.ts';
import { readCells } from './named.ts';
import { headOf, readTable, wholeLines, type Table } from './table.ts';

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
    if (!Number.isNaN(toTextTime(first[0]).time)) return withoutHeader(table, first.length, chosen, named);
    return foreign(head);
  },
} satisfies CandleFormat;

function withoutHeader(table: Table, width: number, chosen: boolean, named: FileName): FormatReading {
  if (width < COLUMNS.length) {
    const detail = `its rows have ${width} columns and no header: candles have time, open, high, low, close, volume`;
    return failed('not-candles', detail);
  }
  if (chosen) return read(table, { from: 0, names: COLUMNS, layout: layoutOf(COLUMNS, null)! }, named);
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
  const needed = Math.max(...COLUMNS.map((name) => layout[name])) + 1;
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
function foreign(head: readonly (readonly string[])[]): Failure {
  const missing = head.map(missingDetail).find((detail) => detail !== null);
  const begins = `it has no columns time (or date), open, high, low, close and volume: it begins with ${beginning(head[0]!)}`;
  return failed('not-candles', missing ?? begins);
}

/** Enough of a foreign header to know the file by; never more of the content than that. */
function beginning(header: readonly string[]): string {
  const names = header.slice(0, 3).map((name) => name.slice(0, 20));
  return names.map((name) => `"${name}"`).join(', ');
}
