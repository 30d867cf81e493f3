import { failed, type Failure } from '../bytes.ts';
import { createColumns } from '../columns.ts';
import { toNaiveTime, toNumber, toTime } from '../values.ts';
import { oneSeries, type CandleFormat, type FormatReading } from './format.ts';
import { keysOf } from './keys.ts';
import { readTable, wholeLines, type Table } from './table.ts';
import type { FileName } from '../names.ts';

const COLUMNS = ['time', 'open', 'high', 'low', 'close', 'volume'] as const;
/** Where each column stands in a row. */
type Positions = Readonly<Record<(typeof COLUMNS)[number], number>>;

const IN_ORDER: Positions = { time: 0, open: 1, high: 2, low: 3, close: 4, volume: 5 };
const DECIMAL_COMMA = /^\s*[+-]?\d+,\d+\s*$/;
/** `31/12/2024` is December to some and no date to others. */
const AMBIGUOUS_DATE = /^\s*\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}/;

export const csv = {
  id: 'csv',
  summary:
    'CSV with a header (time or date, open, high, low, close, volume; comma, semicolon or tab), also .csv.gz, .zip',
  content: 'csv',
  parse: ({ text, chosen }, named) => {
    const table = readTable(text());
    const [first] = table.lines;
    if (first === undefined) return failed('empty-file', 'it is empty: download it again');
    const header = table.fieldsOf(first).map((field) => field.trim());
    const positions = positionsIn(header);
    if (positions !== null) return read(table, 1, positions, named);
    if (!Number.isNaN(timeOf(header[0] ?? '').time)) return withoutHeader(table, header.length, chosen, named);
    const detail = `it has no columns time (or date), open, high, low, close and volume: it begins with ${beginning(header)}`;
    return failed('not-candles', detail);
  },
} satisfies CandleFormat;

function positionsIn(header: readonly string[]): Positions | null {
  const keys = keysOf(header);
  if (keys === null) return null;
  const at = (name: keyof Positions): number => header.indexOf(keys[name]);
  return {
    time: at('time'),
    open: at('open'),
    high: at('high'),
    low: at('low'),
    close: at('close'),
    volume: at('volume'),
  };
}

function withoutHeader(table: Table, width: number, chosen: boolean, named: FileName): FormatReading {
  if (width < COLUMNS.length) {
    const detail = `its rows have ${width} columns and no header: candles have time, open, high, low, close, volume`;
    return failed('not-candles', detail);
  }
  if (chosen) return read(table, 0, IN_ORDER, named);
  const detail =
    'it has no header: add one, or say --format csv if its columns are time, open, high, low, close, volume';
  return failed('unsupported-format', detail);
}

function read(table: Table, from: number, positions: Positions, named: FileName): FormatReading {
  const lines = wholeLines(table, Math.max(...Object.values(positions)) + 1).slice(from);
  const unreadable = unreadableCells(table.fieldsOf(lines[0] ?? ''), positions);
  if (unreadable !== null) return unreadable;
  const columns = createColumns(lines.length);
  let naiveTimes = 0;
  for (const [i, line] of lines.entries()) {
    const row = table.fieldsOf(line);
    const { time, naive } = timeOf(row[positions.time]);
    if (naive) naiveTimes++;
    columns.time[i] = time;
    columns.open[i] = toNumber(row[positions.open]);
    columns.high[i] = toNumber(row[positions.high]);
    columns.low[i] = toNumber(row[positions.low]);
    columns.close[i] = toNumber(row[positions.close]);
    columns.volume[i] = toNumber(row[positions.volume]);
  }
  return oneSeries(named, columns, naiveTimes);
}

function timeOf(field: string | undefined): { readonly time: number; readonly naive: boolean } {
  const time = toTime(field?.trim());
  if (!Number.isNaN(time)) return { time, naive: false };
  const local = toNaiveTime(field ?? '');
  return { time: local, naive: !Number.isNaN(local) };
}

/** What makes every row of the file unreadable, told by its first. */
function unreadableCells(row: readonly string[], { time, close }: Positions): Failure | null {
  if (AMBIGUOUS_DATE.test(row[time] ?? '')) {
    return failed('bad-series', 'times like 05/04/2024 can be read in two ways: write them as 2024-04-05 00:00:00');
  }
  if (DECIMAL_COMMA.test(row[close] ?? '')) {
    return failed('bad-series', 'its numbers have decimal commas: write them with points');
  }
  return null;
}

/** Enough of a foreign header to know the file by; never more of the content than that. */
function beginning(header: readonly string[]): string {
  const names = header.slice(0, 3).map((name) => name.slice(0, 20));
  return names.map((name) => `"${name}"`).join(', ');
}
