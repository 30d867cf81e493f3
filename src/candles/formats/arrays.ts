import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber, toTime } from '../values.ts';
import { oneSeries, type CandleFormat } from './format.ts';
import { isArray, jsonRows } from './rows.ts';

/** `[time, open, high, low, close, volume]`; Binance's klines carry six more columns behind. */
const COLUMNS = 6;

export const arrays = {
  id: 'arrays',
  summary: "ccxt's and Freqtrade's JSON rows [[ms, open, high, low, close, volume]], also .json.gz",
  content: 'json',
  parse: (source, named) => {
    const rows = jsonRows(source);
    const columns = rows === null ? null : arrayColumns(rows);
    return columns === null ? null : oneSeries(named, columns);
  },
} satisfies CandleFormat;

/** Null when a row is not an array or too short; null rows count as rows without values. */
function arrayColumns(rows: readonly unknown[]): RawColumns | null {
  const columns = createColumns(rows.length);
  for (const [i, row] of rows.entries()) {
    const values = isArray(row) ? row : null;
    if (values === null ? row !== null : values.length < COLUMNS) return null;
    columns.time[i] = toTime(values?.[0]);
    columns.open[i] = toNumber(values?.[1]);
    columns.high[i] = toNumber(values?.[2]);
    columns.low[i] = toNumber(values?.[3]);
    columns.close[i] = toNumber(values?.[4]);
    columns.volume[i] = toNumber(values?.[5]);
  }
  return columns;
}
