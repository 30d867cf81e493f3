import { readdirSync, utimesSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReadOptions } from '../../src/candles/reader.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { readAtOnce, readByMarket, search } from './oracle/compare.ts';
import { asObjects, folderWith, HOUR, READ_ANY, rows, START, type Row } from './support.ts';
import { coinalyzeJson, klinesCsv, WRITERS } from './writers.ts';
import { zipOf } from './zip-writer.ts';

async function expectSame(paths: readonly string[], options: ReadOptions = READ_ANY) {
  const { files, skipped } = await search(paths);
  const told = await readByMarket(files, skipped, options);
  expect(told).toEqual(await readAtOnce(files, skipped, options));
  return told;
}

describeWithShared(
  'candles/perps-2026-01',
  'recorded candles, market by market, are what they were all at once',
  () => {
    test.each(['perps-2026-01', 'bybit-futures', 'multi-exchange-1h', 'freqtrade-futures', 'other', 'derivatives'])(
      '%s',
      async (folder) => {
        await expectSame([sharedPath('candles', folder)]);
        await expectSame([sharedPath('candles', folder)], { ...READ_ANY, exchange: 'binance' });
      },
    );

    test('all of them, given as several paths', async () => {
      const { markets } = await expectSame(
        readdirSync(sharedPath('candles')).map((name) => sharedPath('candles', name)),
      );
      expect(Object.keys(markets).length).toBeGreaterThan(250);
    });
  },
);

const moved = (list: readonly Row[], by: number, factor = 1): Row[] =>
  list.map(([time, ...values]) => [time + by, ...values.map((value) => value * factor)] as Row);
/** The same prices with other volumes: what two files of one market may differ in. */
const louder = (list: readonly Row[], factor: number): Row[] =>
  list.map(([time, open, high, low, close, volume]) => [time, open, high, low, close, volume * factor]);
const json = (list: readonly Row[]): string => JSON.stringify(list);
const of2024 = (count: number, perMs = 1): string =>
  klinesCsv(moved(rows(count), Date.UTC(2024, 5, 1) - START), { perMs });
const written = (format: string): string | Uint8Array => WRITERS[format]!.write(rows(9));

/** Every way in which files of a folder have to do with each other. No two names spell one market in two ways. */
const PALETTE: Readonly<Record<string, string | Uint8Array>> = {
  'BINANCE_BTCUSDT_1h.json': json(rows(40)),
  'BINANCE_BTCUSDT_4h.json': json(rows(12, 4 * HOUR)),
  'BINANCE_BTCUSDT_15m.json': JSON.stringify(asObjects(rows(70, HOUR / 4)), null, 2),
  'more/BINANCE_BTC_USDT_1h.csv': String(WRITERS['csv']!.write(louder(rows(50).slice(30), 2))),
  'more/BINANCE_BTC-USDT-SWAP_1h.json.gz': gzipSync(json(louder(rows(55).slice(35), 3))),
  'spot/BINANCE_BTCUSDT_1h.json': json(moved(rows(90), 0, 5)),
  'spot/BINANCE_ETHUSDT_1h.json': json(moved(rows(9), 0, 6)),
  'BINANCE_ETHUSDT_4h.json': '[[1,2,3',
  'BINANCE_SOLUSDT_4h.json': '',
  'BINANCE_SOLUSDT_7h.json': json(rows(9)),
  'BINANCE_SOLUSDT_1d.json': json(rows(9)),
  'BYBIT_XRPUSDT_1h.xlsx': 'PK',
  'BYBIT_XRPUSDT_4h.json': json([]),
  'BYBIT_DOGEUSDT_1h.feather': written('feather'),
  'BYBIT_DOGEUSDT_1h.parquet': written('parquet'),
  'binance/futures/ADA_USDT_USDT-1h-futures.json': json(rows(30)),
  'binance/ADA_USDT-1h.json': json(moved(rows(30), 0, 2)),
  'klines/BTCUSDT-1h-2024-06.csv': of2024(20),
  'klines/BTCUSDT-1h-2025-06.csv': of2024(20, 1_000),
  'klines/ADAUSDT-1h.zip': zipOf([
    { name: 'ADAUSDT-1h-2026-01.csv', content: klinesCsv(louder(rows(59).slice(9), 4)) },
  ]),
  'klines/download.zip': zipOf([{ name: 'LTCUSDT-1h-2026-01.csv', content: klinesCsv(rows(20)) }]),
  'saved.json': coinalyzeJson({
    'ETHUSDT_PERP.A': louder(rows(11).slice(2), 7),
    'BTCUSDT.6': rows(8),
    'BTCUSDT_PERP.A': louder(rows(60).slice(20), 8),
    'BTCUSD.A': rows(8),
  }),
  'BINANCE_LTCUSDT_1h.json': coinalyzeJson({ 'BTCUSDT.6': louder(rows(35).slice(5), 9), 'ETHUSDT_PERP.A': rows(4) }),
  'BYBIT_BTCUSDT_1h.json': coinalyzeJson({ 'LTCUSDT_PERP.A': rows(30), 'XRPUSDT.6': [[0, 1, 1, 1, 1, 1]] }),
  'BYBIT_BNBUSDT_1h.json': coinalyzeJson({ 'BNBUSDT_PERP.A': louder(rows(30), 4), 'BNBUSDT.6': rows(3) }),
  'spot/BINANCE_BNBUSDT_1h.json': json(rows(20)),
  'a/BINANCE_XLMUSDT_1h.json': json(rows(20)),
  'b/BINANCE_XLMUSDT_1h.json': json(moved(rows(20), 0, 2)),
  'notes.json': '{"a":1}',
  'BTCUSDT-4h.json': json(rows(9, 4 * HOUR)),
};
const NAMES = Object.keys(PALETTE);

function folderOf(names: readonly string[], ages: readonly number[]): string {
  const folder = folderWith(Object.fromEntries(names.map((name) => [name, PALETTE[name]!])));
  for (const [i, name] of names.entries()) {
    const at = START / 1_000 - (ages[i] ?? 0);
    utimesSync(path.join(folder, name), at, at);
  }
  return folder;
}

describe('made-up folders, market by market, are what they were all at once', () => {
  test('all that files can have to do with each other in one folder', async () => {
    const told = await expectSame([folderOf(NAMES, [])]);
    expect(told.mergedFiles).toBeGreaterThan(4);
    expect(told.spotFiles).toBe(0);
    expect(told.skipped.filter((text) => text.includes('spot candles'))).toHaveLength(6);
  });

  test('any of these files, of any age, with and without an exchange for those that name none', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.subarray(NAMES, { minLength: 1 }),
        fc.array(fc.nat({ max: 3 }), { minLength: NAMES.length, maxLength: NAMES.length }),
        fc.constantFrom(null, 'bybit', 'OKX'),
        fc.constantFrom(null, null, null, 'arrays'),
        async (names, ages, exchange, format) => {
          await expectSame([folderOf(names, ages)], { ...READ_ANY, exchange, format });
        },
      ),
      { numRuns: 200 },
    );
  });
});
