import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber, toTime } from '../values.ts';
import { oneSeries, type CandleFormat } from './format.ts';
import { failed, type Failure } from '../bytes.ts';
import { keysOf } from './keys.ts';
import { isArray, isRecord, jsonRows } from './rows.ts';
import type { Source } from './format.ts';

/** `[time, open, high, low, close, volume]`; Binance's klines carry six more columns behind. Some rows may lack their volume. */
const COLUMNS = 6;

export const arrays = {
  id: 'arrays',
  summary: "ccxt's and Freqtrade's JSON rows [[ms, open, high, low, close, volume]], also .json.gz",
  content: 'json',
  fromPlain: ({ keys, columns: [time, open, high, low, close, volume] }, named) =>
    keys === null ? oneSeries(named, { length: time.length, time, open, high, low, close, volume }) : null,
  parse: (source, named) => {
    const rows = jsonRows(source);
    const columns = rows === null ? null : arrayColumns(rows);
    return columns === null ? null : (orderFault(source) ?? oneSeries(named, columns));
  },
} satisfies CandleFormat;

/** Some writers put the names of the columns beside the rows, as pandas does with `orient='split'`. */
function orderFault(source: Source): Failure | null {
  const json = source.json();
  const names = json.ok && isRecord(json.value) ? json.value['columns'] : null;
  if (!isArray(names) || !names.every((name) => typeof name === 'string')) return null;
  const keys = keysOf(names);
  const wanted = keys === null ? [] : [keys.time, keys.open, keys.high, keys.low, keys.close, keys.volume];
  if (keys !== null && wanted.every((name, i) => names[i] === name)) return null;
  return failed('bad-series', 'its columns are not time, open, high, low, close, volume, in this order: write them so');
}

/** Null when a row is not an array or too short, or none has a place for a volume; null rows count as rows without values. */
function arrayColumns(rows: readonly unknown[]): RawColumns | null {
  // Five numbers alone may as well be mark prices or open interest.
  if (rows.every((row) => isArray(row) && row.length < COLUMNS) && rows.length > 0) return null;
  const columns = createColumns(rows.length);
  for (const [i, row] of rows.entries()) {
    const values = isArray(row) ? row : null;
    if (values === null ? row !== null : values.length < COLUMNS - 1) return null;
    columns.time[i] = toTime(values?.[0]);
    columns.open[i] = toNumber(values?.[1]);
    columns.high[i] = toNumber(values?.[2]);
    columns.low[i] = toNumber(values?.[3]);
    columns.close[i] = toNumber(values?.[4]);
    columns.volume[i] = toNumber(values?.[5]);
  }
  return columns;
}
