import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber, toTextTime } from '../values.ts';
import { oneSeries, type CandleFormat } from './format.ts';
import { keysOf, marketFault, marketKeyOf, type Keys } from './keys.ts';
import { isRecord, jsonRows } from './rows.ts';

export const objects = {
  id: 'objects',
  summary: 'JSON rows [{time, open, high, low, close, volume}], plain or in {"data": [...]}',
  content: 'json',
  fromPlain: ({ keys: present, columns }, named) => {
    const keys = present === null ? null : keysOf(present);
    if (present === null || keys === null) return null;
    const { length } = columns[0];
    const column = (name: keyof Keys): Float64Array =>
      columns[present.indexOf(keys[name] ?? '')] ?? new Float64Array(length).fill(Number.NaN);
    const rows = {
      length,
      time: column('time'),
      open: column('open'),
      high: column('high'),
      low: column('low'),
      close: column('close'),
      volume: column('volume'),
    };
    return oneSeries(named, rows);
  },
  parse: (source, named) => {
    const rows = jsonRows(source);
    const columns = rows === null ? null : objectColumns(rows);
    if (rows === null || columns === null) return null;
    return marketFault(marketsOf(rows), named) ?? oneSeries(named, columns.rows, columns.naiveTimes);
  },
} satisfies CandleFormat;

/** Null when no row is an object with time and prices. */
function objectColumns(rows: readonly unknown[]): { readonly rows: RawColumns; readonly naiveTimes: number } | null {
  const keys = rows.length === 0 ? null : findKeys(rows);
  if (keys === null) return null;
  const columns = createColumns(rows.length);
  let naiveTimes = 0;
  for (const [i, row] of rows.entries()) {
    const candle = isRecord(row) ? row : {};
    const { time, naive } = toTextTime(candle[keys.time]);
    if (naive) naiveTimes++;
    columns.time[i] = time;
    columns.open[i] = toNumber(candle[keys.open]);
    columns.high[i] = toNumber(candle[keys.high]);
    columns.low[i] = toNumber(candle[keys.low]);
    columns.close[i] = toNumber(candle[keys.close]);
    columns.volume[i] = keys.volume === null ? Number.NaN : toNumber(candle[keys.volume]);
  }
  return { rows: columns, naiveTimes };
}

function marketsOf(rows: readonly unknown[]): readonly unknown[] {
  const key = marketKeyOf(Object.keys(rows.find(isRecord) ?? {}));
  return key === null ? [] : rows.map((row) => (isRecord(row) ? row[key] : null));
}

/** The file's own spelling, taken from its first complete row; where none is, from the first that lacks its volume alone. */
function findKeys(rows: readonly unknown[]): Keys | null {
  let withoutVolume: Keys | null = null;
  for (const row of rows) {
    const keys = isRecord(row) ? keysOf(Object.keys(row)) : null;
    if (keys !== null && keys.volume !== null) return keys;
    withoutVolume ??= keys;
  }
  return withoutVolume;
}
