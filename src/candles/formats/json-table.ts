/** Candles in a JSON document, whatever way it lays them out; what wraps them is told apart by its keys. */
import { readMarketName } from '../../symbols/naming.ts';
import { failed, type Failure } from '../bytes.ts';
import type { FileName } from '../names.ts';
import type { Source } from './format.ts';
import { COLUMNS, layoutOf, marketsAround, missingFault } from './keys.ts';
import type { NamedTable } from './named.ts';
import { isArray, isRecord } from './rows.ts';

type Row = Readonly<Record<string, unknown>>;

export interface JsonTable extends NamedTable {
  /** Empty where nothing names the columns. */
  readonly names: readonly string[];
  /** Rows that nothing names; null for all others. */
  readonly arrays: readonly unknown[] | null;
  /** Markets that stand around the rows. */
  readonly markets: readonly unknown[];
  /** True when what wraps the rows says that they are the spot market's. */
  readonly spot: boolean;
}

/** What an answer nests its rows in: `result.list`, `data.ohlc`. */
const DEEPEST_WRAP = 3;
/** No answer has more keys around its rows, and no file of candles more columns. */
const MOST_KEYS = 32;
const MOST_COLUMNS = 256;
/** Kinds of rows that may stand above the first whole one. */
const MOST_KINDS = 50;
/** Of an array that nothing names: time, open, high, low, close, volume. */
const WIDTH = 6;
/** A column for the labels that pandas keeps beside the rows. */
const INDEX = 'index';
/** Kraken's spot candles, whose answer alone holds `error`, `result` and in it `last`. */
const KRAKEN = ['time', 'open', 'high', 'low', 'close', 'vwap', 'volume', 'count'];
/** HTX's candles: `id` is the time, `amount` the volume in the coin; contracts have a hyphen in their names. */
const HTX = /^market\.([^.]+)\.kline\./;
const HTX_NAMES = new Map([
  ['id', 'time'],
  ['amount', 'volume'],
  ['vol', 'turnover'],
]);

/** Null when the document holds nothing of the kind. */
export function jsonTable(source: Source): JsonTable | Failure | null {
  const json = source.json();
  return json.ok ? tableIn(json.value, 0) : null;
}

function tableIn(value: unknown, depth: number): JsonTable | Failure | null {
  if (isArray(value)) return rowsTable(value);
  if (!isRecord(value)) return null;
  return splitTable(value) ?? columnsTable(value) ?? indexTable(value) ?? wrappedTable(value, depth);
}

/** True when its columns, or the width of its rows, are those of candles. */
function isCandles(table: JsonTable | Failure | null): table is JsonTable {
  if (table === null || !('names' in table)) return false;
  return table.arrays === null ? layoutOf(table.names, null) !== null : isWide(table.arrays);
}

/** Rows of five numbers alone may as well be mark prices or open interest. */
export function isWide(rows: readonly unknown[]): boolean {
  return rows.some((row) => isArray(row) && row.length >= WIDTH);
}

function wrappedTable(document: Row, depth: number): JsonTable | Failure | null {
  const entries = Object.entries(document);
  if (depth === DEEPEST_WRAP || entries.length > MOST_KEYS) return null;
  const inner = entries.map(([key, value]) => ({ key, table: tableIn(value, depth + 1) }));
  const candles = inner.filter(({ table }) => isCandles(table));
  const data = inner.find(({ key }) => key.toLowerCase() === 'data');
  const fault = inner.find(({ table }) => table !== null && !('names' in table));
  const [only, other] = isCandles(data?.table ?? null) ? [data] : candles;
  const found = only?.table ?? data?.table ?? fault?.table ?? null;
  if (other !== undefined) {
    const keys = candles.map(({ key }) => `"${key.slice(0, 20)}"`).slice(0, 4);
    return failed('bad-series', `it holds several lists of candles (${keys.join(', ')}): write one file for each`);
  }
  if (found === null || !('names' in found)) return found;
  const markets = only !== undefined && isPair(only.key) ? [...found.markets, only.key] : found.markets;
  return withWrapping(document, { ...found, markets }, inner.length);
}

/** True for what lists are filed under by market, `BTC/USD`; false for words such as `candles`. */
function isPair(key: string): boolean {
  return key === key.toUpperCase() && readMarketName('', key).name !== null;
}

/** What the document says around the rows. */
function withWrapping(document: Row, table: JsonTable, keys: number): JsonTable {
  const htx = HTX.exec(typeof document['ch'] === 'string' ? document['ch'] : '')?.[1];
  const isKraken = isArray(document['error']) && isRecord(document['result']) && 'last' in document['result'];
  const around = {
    ...table,
    markets: [...table.markets, ...(htx === undefined ? marketsAround(document) : [htx])],
    spot: table.spot || document['category'] === 'spot' || (htx !== undefined && !htx.includes('-')),
  };
  if (htx !== undefined) return { ...around, names: table.names.map((name) => HTX_NAMES.get(name) ?? name) };
  return isKraken && keys === 2 && table.arrays !== null
    ? { ...around, names: KRAKEN, arrays: null, markets: [], spot: true }
    : around;
}

const ALONE = { arrays: null, markets: [], spot: false } as const;

/** A list of objects, of arrays, or of arrays below a row of names. */
function rowsTable(rows: readonly unknown[]): JsonTable {
  const first = rows.find((row) => row !== null);
  if (isRecord(first)) {
    const names = namesOf(rows) ?? Object.keys(first);
    return { ...ALONE, names, length: rows.length, column: (index) => (row) => fieldOf(rows[row], names[index]!) };
  }
  const isHeader = isArray(first) && first.every((name) => typeof name === 'string') && layoutOf(first, null) !== null;
  const body = isHeader ? rows.slice(rows.indexOf(first) + 1) : rows;
  const column = (index: number) => (row: number) => elementOf(body[row], index);
  return { ...ALONE, names: isHeader ? first : [], length: body.length, column, arrays: isHeader ? null : body };
}

/** The keys of the first row that has all columns, else of the first that lacks its volume alone; null without either. */
function namesOf(rows: readonly unknown[]): readonly string[] | null {
  const kinds = new Set<string>();
  let withoutVolume: readonly string[] | null = null;
  for (const row of rows) {
    const names = isRecord(row) ? Object.keys(row) : [];
    const kind = names.join();
    if (kinds.has(kind)) continue;
    const layout = layoutOf(names, null);
    if (layout !== null && layout.volume !== null) return names;
    if (layout !== null) withoutVolume ??= names;
    if (kinds.add(kind).size > MOST_KINDS) break;
  }
  return withoutVolume;
}

function fieldOf(row: unknown, name: string): unknown {
  return isRecord(row) ? row[name] : undefined;
}

function elementOf(row: unknown, index: number): unknown {
  return isArray(row) ? row[index] : undefined;
}

/** pandas `orient='split'`: names beside the rows, and often the times as an index. */
function splitTable(document: Row): JsonTable | Failure | null {
  const { columns: names, data: rows, index } = document;
  if (!isArray(names) || !isArray(rows) || !names.every((name) => typeof name === 'string')) return null;
  const table = rowsTable(rows);
  if (table.arrays === null) return table;
  const all = isArray(index) && index.length === rows.length ? [...names, INDEX] : names;
  const missing = layoutOf(all, null) === null ? missingFault(all, null) : null;
  if (missing !== null) return missing;
  const column = (at: number) => (at < names.length ? table.column(at) : (row: number) => elementOf(index, row));
  return { ...table, names: all, arrays: null, column };
}

/** A list for each column, as UDF servers, MEXC and Deribit answer; or, as pandas writes, an object with the rows' labels as keys. */
function columnsTable(document: Row): JsonTable | Failure | null {
  const keys = Object.keys(document);
  if (keys.length > MOST_COLUMNS) return null;
  const isList = keys.some((key) => isArray(document[key]));
  const names = keys.filter((key) => (isList ? isArray(document[key]) : isRecord(document[key])));
  const layout = layoutOf(isList ? names : [...names, INDEX], null);
  if (layout === null) return null;
  const labels = isList ? null : Object.keys(document[names[layout.open]!] as Row);
  const lengthOf = (name: string | undefined): number | null => {
    const values = name === undefined ? labels : document[name];
    return isArray(values) ? values.length : Object.keys(values as Row).length;
  };
  const length = lengthOf(names[layout.open])!;
  const used = COLUMNS.map((name) => layout[name]).filter((at) => at !== null);
  if (used.some((at) => lengthOf(names[at]) !== length)) {
    return failed('bad-series', 'its columns are not of one length: get them again');
  }
  const column = (at: number) => (row: number) => {
    if (labels === null) return elementOf(document[names[at]!], row);
    return at === names.length ? labels[row] : fieldOf(document[names[at]!], labels[row]!);
  };
  return { ...ALONE, names: isList ? names : [...names, INDEX], length, column, markets: marketsAround(document) };
}

/** pandas `orient='index'`: an object for each row, under its time. */
function indexTable(document: Row): JsonTable | null {
  const labels = Object.keys(document);
  const first = document[labels[0] ?? ''];
  const names = isRecord(first) ? [...Object.keys(first), INDEX] : [];
  if (layoutOf(names, null) === null) return null;
  const column = (at: number) => (row: number) =>
    at === names.length - 1 ? labels[row] : fieldOf(document[labels[row]!], names[at]!);
  return { ...ALONE, names, length: labels.length, column };
}

/** What the file is named for, with what stands around its rows. */
export function namedBy({ spot }: JsonTable, named: FileName): FileName {
  return spot ? { ...named, spot } : named;
}
