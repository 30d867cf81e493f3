import { createColumns, type RawColumns } from '../columns.ts';
import { toNumber, toTime } from '../values.ts';
import { oneSeries, type CandleFormat } from './format.ts';
import { isRecord, jsonRows } from './rows.ts';

/** In order of preference. */
const KEYS = {
  time: ['time', 'timestamp', 'open_time', 'openTime', 't', 'date'],
  open: ['open', 'o'],
  high: ['high', 'h'],
  low: ['low', 'l'],
  close: ['close', 'c'],
  volume: ['volume', 'v'],
} as const;

type Keys = Readonly<Record<keyof typeof KEYS, string>>;

export const objects = {
  id: 'objects',
  summary: 'JSON rows [{time, open, high, low, close, volume}], plain or in {"data": [...]}',
  content: 'json',
  parse: (source, named) => {
    const rows = jsonRows(source);
    const columns = rows === null ? null : objectColumns(rows);
    return columns === null ? null : oneSeries(named, columns);
  },
} satisfies CandleFormat;

/** Null when no row is an object with all six values. */
function objectColumns(rows: readonly unknown[]): RawColumns | null {
  const keys = rows.length === 0 ? null : findKeys(rows);
  if (keys === null) return null;
  const columns = createColumns(rows.length);
  for (const [i, row] of rows.entries()) {
    const candle = isRecord(row) ? row : {};
    columns.time[i] = toTime(candle[keys.time]);
    columns.open[i] = toNumber(candle[keys.open]);
    columns.high[i] = toNumber(candle[keys.high]);
    columns.low[i] = toNumber(candle[keys.low]);
    columns.close[i] = toNumber(candle[keys.close]);
    columns.volume[i] = toNumber(candle[keys.volume]);
  }
  return columns;
}

/** The file's own spelling, taken from its first complete row. */
function findKeys(rows: readonly unknown[]): Keys | null {
  for (const row of rows) {
    const keys = isRecord(row) ? keysOf(Object.keys(row)) : null;
    if (keys !== null) return keys;
  }
  return null;
}

function keysOf(present: readonly string[]): Keys | null {
  const find = (aliases: readonly string[]): string | undefined => {
    // The exact spelling first: some exchanges write `t` for the open time and `T` for the close time.
    const exact = aliases.find((alias) => present.includes(alias));
    if (exact !== undefined) return exact;
    const lower = aliases.map((alias) => alias.toLowerCase());
    return lower.map((alias) => present.find((key) => key.toLowerCase() === alias)).find((key) => key !== undefined);
  };
  const time = find(KEYS.time);
  const open = find(KEYS.open);
  const high = find(KEYS.high);
  const low = find(KEYS.low);
  const close = find(KEYS.close);
  const volume = find(KEYS.volume);
  if (time === undefined || open === undefined || high === undefined) return null;
  if (low === undefined || close === undefined || volume === undefined) return null;
  return { time, open, high, low, close, volume };
}
