/** A writer for every format: the files that the tests read are made by hand, here. */
import { makeVector, Table, tableToIPC, TimestampMillisecond, vectorFromArray, type Vector } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Row } from './support.ts';
import { zipOf } from './zip-writer.ts';

export interface Writer {
  /** Of a file with hourly candles of BINANCE BTCUSDT. */
  readonly name: string;
  readonly write: (rows: readonly Row[]) => string | Uint8Array;
  readonly withoutVolume: (rows: readonly Row[]) => string | Uint8Array;
  /** True when a file without volumes still says that open, high, low and close are what it holds. */
  readonly namesPrices: boolean;
}

const HOUR_MS = 3_600_000;
const NAMES = ['date', 'open', 'high', 'low', 'close', 'volume'] as const;
const WITHOUT_VOLUME = NAMES.slice(0, -1);

const KLINES_HEADER =
  'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore';

export function klinesCsv(rows: readonly Row[], { header = true, perMs = 1, step = HOUR_MS } = {}): string {
  const lines = rows.map(([t, ...values]) =>
    [t * perMs, ...values, (t + step) * perMs - 1, 1.5, 9, 0.5, 0.25, 0].join(','),
  );
  return [...(header ? [KLINES_HEADER] : []), ...lines, ''].join('\n');
}

export function coinalyzeJson(rowsOf: Readonly<Record<string, readonly Row[]>>): string {
  const answer = Object.entries(rowsOf).map(([symbol, rows]) => ({
    symbol,
    history: rows.map(([t, o, h, l, c, v]) => ({ t: t / 1000, o, h, l, c, v, bv: v / 2, tx: 8, btx: 4 })),
  }));
  return JSON.stringify(answer);
}

const objectsJson = (rows: readonly Row[], names: readonly string[]): string =>
  JSON.stringify(rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]]))));

const csvText = (rows: readonly Row[], names: readonly string[]): string =>
  [names, ...rows.map((row) => names.map((_, i) => row[i]))].map((fields) => `${fields.join(',')}\n`).join('');

function featherBytes(rows: readonly Row[], names: readonly string[]): Uint8Array {
  const columns: Record<string, Vector> = {};
  for (const [i, name] of names.entries()) {
    const values = rows.map((row) => row[i]!);
    const floats = makeVector(Float64Array.from(values));
    columns[name] = i === 0 ? vectorFromArray(values, new TimestampMillisecond('UTC')) : floats;
  }
  return tableToIPC(new Table(columns), 'file');
}

function parquetBytes(rows: readonly Row[], names: readonly string[]): Uint8Array {
  const columnData = names.map((name, i) =>
    i === 0
      ? { name, data: rows.map((row) => new Date(row[0])), type: 'TIMESTAMP' as const }
      : { name, data: rows.map((row) => row[i]!), type: 'DOUBLE' as const },
  );
  return new Uint8Array(parquetWriteBuffer({ columnData }));
}

/** By the id of the format. */
export const WRITERS: Readonly<Record<string, Writer>> = {
  objects: {
    name: 'BINANCE_BTCUSDT_1h.json',
    namesPrices: true,
    write: (rows) => objectsJson(rows, NAMES),
    withoutVolume: (rows) => objectsJson(rows, WITHOUT_VOLUME),
  },
  arrays: {
    name: 'binance/futures/BTC_USDT_USDT-1h-futures.json',
    namesPrices: false,
    write: (rows) => JSON.stringify(rows),
    withoutVolume: (rows) => JSON.stringify(rows.map((row) => row.slice(0, 5))),
  },
  'binance-klines': {
    name: 'BTCUSDT-1h-2026-01.zip',
    namesPrices: false,
    write: (rows) => zipOf([{ name: 'BTCUSDT-1h-2026-01.csv', content: klinesCsv(rows) }]),
    withoutVolume: (rows) => {
      const lines = klinesCsv(rows).split('\n');
      const content = lines.map((line) => line.split(',').toSpliced(5, 1).join(',')).join('\n');
      return zipOf([{ name: 'BTCUSDT-1h-2026-01.csv', content }]);
    },
  },
  csv: {
    name: 'BINANCE_BTCUSDT_1h.csv',
    namesPrices: true,
    write: (rows) => csvText(rows, NAMES),
    withoutVolume: (rows) => csvText(rows, WITHOUT_VOLUME),
  },
  coinalyze: {
    name: 'ohlcv-1h.json',
    namesPrices: false,
    write: (rows) => coinalyzeJson({ 'BTCUSDT_PERP.A': rows }),
    withoutVolume: (rows) => coinalyzeJson({ 'BTCUSDT_PERP.A': rows }).replaceAll(/,"v":[^}]*/g, ''),
  },
  feather: {
    name: 'binance/futures/BTC_USDT_USDT-1h-futures.feather',
    namesPrices: true,
    write: (rows) => featherBytes(rows, NAMES),
    withoutVolume: (rows) => featherBytes(rows, WITHOUT_VOLUME),
  },
  parquet: {
    name: 'BINANCE_BTCUSDT_1h.parquet',
    namesPrices: true,
    write: (rows) => parquetBytes(rows, NAMES),
    withoutVolume: (rows) => parquetBytes(rows, WITHOUT_VOLUME),
  },
};
