import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, truncateSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCandleFile } from '../../src/candles/reader.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import {
  asObjects,
  brokenPromise,
  folderWith,
  HOUR,
  READ_ANY,
  readAs,
  readOne,
  rows,
  rowsOf,
  skipOf,
  START,
  fileAt,
} from './support.ts';

const NAME = 'BINANCE_BTCUSDT_1h.json';
const CLEAN = {
  disordered: 0,
  duplicates: 0,
  missing: 0,
  notFinite: 0,
  impossible: 0,
  offGrid: 0,
  future: 0,
  naiveTimes: 0,
  shifted: 0,
  widened: 0,
  noVolume: 0,
};

describe('what is read', () => {
  const list = rows(5);
  const upper = asObjects(list).map((row) =>
    Object.fromEntries(Object.entries(row).map(([k, v]) => [k.toUpperCase(), v])),
  );
  const cases: [string, unknown][] = [
    ['objects', asObjects(list)],
    ['objects in {"data": []}', { code: 0, data: asObjects(list) }],
    ['upper-case keys', upper],
    [
      'timestamp for time',
      list.map(([timestamp, open, high, low, close, volume]) => ({ timestamp, open, high, low, close, volume })),
    ],
    ['one-letter keys with a close time T', list.map(([t, o, h, l, c, v]) => ({ T: t + HOUR - 1, t, o, h, l, c, v }))],
    [
      'numbers as strings',
      asObjects(list).map((row) => Object.fromEntries(Object.entries(row).map(([k, v]) => [k, String(v)]))),
    ],
    ['ISO times with an offset', list.map(([t, o, h, l, c, v]) => [new Date(t).toISOString(), o, h, l, c, v])],
    ['arrays', list],
    ['arrays in {"data": []}', { data: list }],
    ['klines with more columns', list.map((row) => [...row, 1, '2', 3])],
    ['newest first', list.toReversed()],
    ['seconds', list.map(([t, o, h, l, c, v]) => [t / 1e3, o, h, l, c, v])],
    ['microseconds', list.map(([t, o, h, l, c, v]) => [t * 1e3, o, h, l, c, v])],
    ['nanoseconds', list.map(([t, o, h, l, c, v]) => [t * 1e6, o, h, l, c, v])],
  ];
  test.each(cases)('%s', async (_, document) => {
    expect(rowsOf((await readOne(NAME, JSON.stringify(document))).series)).toEqual(list);
  });

  test('gzip, whatever the name says', async () => {
    const packed = gzipSync(JSON.stringify(list));
    expect(rowsOf((await readOne('BINANCE_BTCUSDT_1h.json.gz', packed)).series)).toEqual(list);
    expect(rowsOf((await readOne(NAME, packed)).series)).toEqual(list);
  });

  test('a byte order mark', async () => {
    expect(rowsOf((await readOne(NAME, `\uFEFF${JSON.stringify(list)}`)).series)).toEqual(list);
  });

  test("Freqtrade's folders", async () => {
    const futures = await readOne('bybit/futures/BTC_USDT_USDT-1h-futures.json', JSON.stringify(list));
    expect(futures).toMatchObject({ spot: false, series: { market: { exchange: 'BYBIT', symbol: 'BTCUSDT' } } });
    expect((await readOne('binance/BTC_USDT-1h.json', JSON.stringify(list))).spot).toBe(true);
  });

  test('one candle', async () => {
    expect((await readOne(NAME, JSON.stringify(rows(1)))).series.length).toBe(1);
  });
});

describe('what is repaired', () => {
  test('a clean file has nothing to find', async () => {
    expect((await readOne(NAME, JSON.stringify(rows(9)))).findings).toEqual({ rows: 9, ...CLEAN });
  });

  test('rows in any order give the same series', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(rows(40), { minLength: 40 }), async (shuffled) => {
        const { series, findings } = await readOne(NAME, JSON.stringify(shuffled));
        expect(rowsOf(series)).toEqual(rows(40));
        expect(findings.disordered > 0).toBe(JSON.stringify(shuffled) !== JSON.stringify(rows(40)));
      }),
      { numRuns: 25 },
    );
  });

  test('of equal times the last in the file counts', async () => {
    const list = rows(6);
    const { series, findings } = await readOne(NAME, JSON.stringify([...list, [START + 2 * HOUR, 1, 2, 1, 2, 7]]));
    expect(rowsOf(series)[2]).toEqual([START + 2 * HOUR, 1, 2, 1, 2, 7]);
    expect(findings).toEqual({ rows: 7, ...CLEAN, duplicates: 1, disordered: 1 });
  });

  test('a broken row does not replace a sound one of its time', async () => {
    const list = rows(6);
    const { series } = await readOne(NAME, JSON.stringify([...list, [START + 2 * HOUR, null, 2, 1, 2, 7]]));
    expect(rowsOf(series)).toEqual(list);
  });

  test('gaps are counted and stay gaps', async () => {
    const list = rows(10).filter((_, i) => i !== 4 && i !== 5);
    const { series, findings } = await readOne(NAME, JSON.stringify(list));
    expect(rowsOf(series)).toEqual(list);
    expect(findings.missing).toBe(2);
  });

  test.each(['null', '"NaN"', '""', '"0x10"', 'true', '1e999', 'NaN', '-Infinity', '{}', '[]'])(
    'a row with the price %s is dropped',
    async (price) => {
      const text = JSON.stringify(rows(8)).replace('103,105', `103,${price}`);
      expect((await readOne(NAME, text)).findings).toEqual({ rows: 8, ...CLEAN, notFinite: 1, missing: 1 });
    },
  );

  test('a row that is null is dropped', async () => {
    expect((await readOne(NAME, JSON.stringify([null, ...rows(8)]))).findings.notFinite).toBe(1);
    expect((await readOne(NAME, JSON.stringify([null, ...asObjects(rows(8))]))).findings.notFinite).toBe(1);
  });

  test.each([
    ['a price of zero', [103, 105, 0, 104, 5]],
    ['a negative price', [-103, 105, -103, 104, 5]],
    ['high below low', [103, 102, 105, 104, 5]],
    ['a close above the high', [103, 105, 102, 106, 5]],
    ['an open below the low', [101, 105, 102, 104, 5]],
    ['a negative volume', [103, 105, 102, 104, -1]],
    ['a volume of 1e18', [103, 105, 102, 104, 1e18]],
    ['a high of 1e18', [103, 1e18, 102, 104, 5]],
    ['prices of 1e300', [1e300, 1e300, 1e300, 1e300, 5]],
  ])('%s is dropped', async (_, values) => {
    const list: number[][] = rows(8);
    list[3] = [START + 3 * HOUR, ...values];
    expect((await readOne(NAME, JSON.stringify(list))).findings).toEqual({
      rows: 8,
      ...CLEAN,
      impossible: 1,
      missing: 1,
    });
  });

  test('a high that misses the close by rounding is widened', async () => {
    const list = rows(8);
    list[3] = [START + 3 * HOUR, 103, 104 - 1e-11, 102, 104, 5];
    const { series } = await readOne(NAME, JSON.stringify(list));
    expect(series.high[3]).toBe(104);
  });

  test.each([0, -1, 1e30])('a row at the time %d is dropped', async (time) => {
    const list = [...rows(8), [time, 100, 102, 99, 101, 1]];
    expect((await readOne(NAME, JSON.stringify(list))).findings).toEqual({ rows: 9, ...CLEAN, notFinite: 1 });
  });

  test.each(['0', '999999999999999900'])('a volume of %s is a candle', async (volume) => {
    const text = JSON.stringify(rows(8)).replace('104,13', `104,${volume}`);
    const { series, findings } = await readOne(NAME, text);
    expect(findings).toEqual({ rows: 8, ...CLEAN });
    expect(series.volume[3]).toBe(Number(volume));
  });

  test('a row off the grid is dropped', async () => {
    const list = [...rows(8), [START + 8 * HOUR + 1, 100, 102, 99, 101, 1]];
    expect((await readOne(NAME, JSON.stringify(list))).findings).toEqual({ rows: 9, ...CLEAN, offGrid: 1 });
  });
});

describe('the unfinished last candle', () => {
  const list = rows(8);
  const last = list.at(-1)![0];
  test('it goes when the file was written before its close', async () => {
    expect((await readOne(NAME, JSON.stringify(list), last + HOUR - 1000)).series.length).toBe(7);
  });
  test('it stays when the file was written later', async () => {
    expect((await readOne(NAME, JSON.stringify(list), last + HOUR)).series.length).toBe(8);
  });
  test('it stays when the writing time says nothing', async () => {
    expect((await readOne(NAME, JSON.stringify(list), Date.UTC(1985, 9, 26))).series.length).toBe(8);
  });
});

describe('what is refused', () => {
  const text = JSON.stringify(asObjects(rows(120)), null, 2);

  test.each([
    ['an empty file', '', 'empty-file'],
    ['blanks', ' \n\uFEFF', 'empty-file'],
    ['no rows', '[]', 'no-candles'],
    ['no rows in data', '{"data":[]}', 'no-candles'],
    ['HTML', '<html><body>502</body></html>', 'invalid-json'],
    ['zero bytes', '\0'.repeat(4096), 'invalid-json'],
    ['an error in the middle', text.replace('"open"', 'open'), 'invalid-json'],
    ['an error in the middle of a cut file', text.replace('"open"', 'open').slice(0, -20), 'invalid-json'],
    ['UTF-16', Buffer.from(`\uFEFF${text}`, 'utf16le'), 'invalid-json'],
    ['null', 'null', 'not-candles'],
    ['a number', '42', 'not-candles'],
    ['an error answer', '{"code":429,"msg":"slow down"}', 'not-candles'],
    ['rows of funding', '[[1714521600000,0.0001]]', 'not-candles'],
    [
      'objects whose volume is called otherwise',
      '[{"time":1,"open":1,"high":1,"low":1,"close":1,"dayVol":1}]',
      'not-candles',
    ],
    ['open interest of Coinalyze', '[{"t":1,"o":1,"h":1,"l":1,"c":1}]', 'not-candles'],
    ['rows of five numbers', '[[1,1,1,1,1]]', 'not-candles'],
    ['4h candles under a 1h name', JSON.stringify(rows(9, 4 * HOUR)), 'bad-series'],
    ['15m candles under a 1h name', JSON.stringify(rows(9, HOUR / 4)), 'bad-series'],
    [
      'shifted open times',
      JSON.stringify(rows(9).map(([t, o, h, l, c, v]) => [t + 60_000, o, h, l, c, v])),
      'bad-series',
    ],
    ['cut gzip', gzipSync(text).subarray(0, 200), 'truncated-gzip'],
    ['damaged gzip', Buffer.concat([gzipSync(text).subarray(0, 20), Buffer.alloc(300, 0xaa)]), 'invalid-gzip'],
    ['a gzip bomb', gzipSync(Buffer.alloc(65 * 1024 * 1024, ' ')), 'too-large'],
    ['deep nesting', '['.repeat(2_000_000), 'not-candles'],
  ])('%s', async (_, content, reason) => {
    const skipped = await skipOf(NAME, content);
    expect(skipped.reason).toBe(reason);
    expect(skipped.market).toEqual({ exchange: 'BINANCE', symbol: 'BTCUSDT' });
    expect(skipped.detail).not.toBe('');
  });

  test('more than 1 % impossible rows', async () => {
    const list = rows(200);
    const spoil = (count: number) =>
      JSON.stringify(list.map(([t, o, h, l, c, v], i) => [t, o, h, l, c, i < count ? -1 : v]));
    expect((await readOne(NAME, spoil(2))).findings.impossible).toBe(2);
    expect(await skipOf(NAME, spoil(3))).toMatchObject({
      reason: 'bad-series',
      detail: expect.stringContaining('3 of 200'),
    });
  });

  test('a wrong timeframe is named with the right one', async () => {
    expect((await skipOf(NAME, JSON.stringify(rows(9, 4 * HOUR)))).detail).toContain(
      'says 1h but its candles are 4h apart',
    );
  });

  test('a file cut anywhere is truncated, and its size is said', async () => {
    for (let size = 1; size < text.length; size += 97) {
      const skipped = await skipOf(NAME, text.slice(0, size));
      expect(skipped, `cut at ${size}`).toMatchObject({
        reason: 'truncated-json',
        detail: expect.stringContaining(`${size} bytes`),
      });
    }
  });

  test('brackets and quotes in strings do not hide that a file is cut', async () => {
    const noted = JSON.stringify(asObjects(rows(9)).map((row) => Object.assign(row, { note: 'a "[{" \\' })));
    expect((await skipOf(NAME, noted.slice(0, -9))).reason).toBe('truncated-json');
    expect((await readOne(NAME, noted)).series.length).toBe(9);
  });

  test.each([
    ['bybit/futures/BTC_USDT_USDT-1h-futures.h5', '', 'freqtrade convert-data --format-from hdf5 --format-to json'],
    ['BINANCE_BTCUSDT_1h.npy', '', 'save them as CSV'],
    ['BINANCE_BTCUSDT_1h.json', '\x93NUMPY\x01\0', 'save them as CSV'],
    ['BINANCE_BTCUSDT_1h.csv', 'SQLite format 3\0\x10', 'sqlite3 -header -csv'],
  ])('%s with %j names the way out', async (name, content, wayOut) => {
    const skipped = await skipOf(name, Buffer.from(content, 'latin1'));
    expect(skipped.reason).toBe('unsupported-format');
    expect(skipped.detail).toContain(wayOut);
    expect(skipped.market).not.toBeNull();
  });

  test('a name that says nothing', async () => {
    expect(await skipOf('candles.json', text)).toMatchObject({ reason: 'unknown-name', market: null });
  });

  test('a named pipe does not block', async () => {
    const pipe = path.join(folderWith(), NAME);
    execFileSync('mkfifo', [pipe]);
    expect(await readCandleFile(fileAt(pipe), READ_ANY)).toMatchObject({
      skipped: { reason: 'not-a-file' },
    });
  });

  test('a folder, a missing file and a huge file', async () => {
    const folder = folderWith({ [NAME]: '' });
    mkdirSync(path.join(folder, 'A_BUSDT_1h.json'));
    truncateSync(path.join(folder, NAME), 64 * 1024 * 1024 + 1);
    const reason = async (name: string) => {
      const result = await readCandleFile(fileAt(path.join(folder, name)), READ_ANY);
      return result.ok ? 'read' : result.skipped.reason;
    };
    expect([await reason('A_BUSDT_1h.json'), await reason('A_NONEUSDT_1h.json'), await reason(NAME)]).toEqual([
      'not-a-file',
      'unreadable',
      'too-large',
    ]);
  });

  test.skipIf(process.getuid?.() === 0)('a file without permission', async () => {
    const folder = folderWith({ [NAME]: text });
    chmodSync(path.join(folder, NAME), 0);
    expect(await readCandleFile(fileAt(path.join(folder, NAME)), READ_ANY)).toMatchObject({
      skipped: { reason: 'unreadable' },
    });
  });
});

describe('whatever the bytes', () => {
  test('arbitrary bytes never throw', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await readAs(NAME, bytes);
      }),
      { numRuns: 150 },
    );
  });

  test('arbitrary JSON never throws and keeps the promises of columns', async () => {
    const odd = fc.oneof(
      fc.double(),
      fc.integer(),
      fc.constantFrom(null, 'NaN', '1e999', '', START, -1, 0, 1e308, -1e308),
      fc.string(),
    );
    const price = fc.oneof({ weight: 12, arbitrary: fc.integer({ min: 1, max: 9 }) }, { weight: 1, arbitrary: odd });
    const time = fc.oneof(
      { weight: 12, arbitrary: fc.nat({ max: 40 }).map((n) => START + n * HOUR) },
      { weight: 1, arbitrary: odd },
    );
    const row = fc.tuple(time, price, fc.constantFrom(9, 9, 9, 1), fc.constantFrom(1, 1, 1, 9), price, price);
    let read = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 60 }), fc.boolean(), async (list, objects) => {
        const keys = ['time', 'open', 'high', 'low', 'close', 'volume'];
        const document = objects
          ? list.map((values) => Object.fromEntries(values.map((v, i) => [keys[i], v])) as object)
          : list;
        const result = await readAs(NAME, JSON.stringify(document));
        if (!result.ok) return;
        read++;
        for (const { series, findings } of result.series) {
          expect(brokenPromise(series)).toBeNull();
          const dropped =
            findings.notFinite + findings.impossible + findings.duplicates + findings.offGrid + findings.future;
          expect(series.length + dropped).toBe(findings.rows);
        }
      }),
      { numRuns: 600 },
    );
    expect(read).toBeGreaterThan(50);
  });
});

describeWithShared('candles/perps-2026-01', 'the 418 files of January 2026', () => {
  test('415 are read, the three truncated ones are named', async () => {
    const folder = sharedPath('candles', 'perps-2026-01');
    const results = await Promise.all(
      readdirSync(folder).map((name) => readCandleFile(fileAt(path.join(folder, name)), READ_ANY)),
    );
    const skipped = results.flatMap((result) => (result.ok ? [] : [result.skipped]));
    expect(results).toHaveLength(418);
    expect(skipped.map(({ file, reason }) => `${file} ${reason}`)).toEqual([
      'KUCOIN_CAKEUSDTM_15m.json truncated-json',
      'KUCOIN_CAKEUSDTM_4h.json truncated-json',
      'KUCOIN_RUNEUSDTM_4h.json truncated-json',
    ]);
    expect(skipped[2]).toMatchObject({
      market: { exchange: 'KUCOIN', symbol: 'RUNEUSDTM' },
      detail: expect.stringContaining('20480 bytes'),
    });
    const series = results.flatMap((result) => (result.ok ? result.series : []));
    expect(series.map((item) => brokenPromise(item.series)).filter((promise) => promise !== null)).toEqual([]);
    expect(series.reduce((sum, { findings }) => sum + findings.missing, 0)).toBe(63);
  });

  test('one real file cut at every 97th byte is never read', async () => {
    const bytes = readFileSync(sharedPath('candles', 'perps-2026-01', 'KUCOIN_XRPUSDTM_4h.json'));
    for (let size = 97; size < bytes.length - 2; size += 97) {
      expect((await skipOf('KUCOIN_XRPUSDTM_4h.json', bytes.subarray(0, size))).reason).toBe('truncated-json');
    }
  });
});

describeWithShared('candles/bybit-futures', 'real files of other layouts', () => {
  const read = (...parts: string[]) => readCandleFile(fileAt(sharedPath('candles', ...parts)), READ_ANY);

  test('a folder named after a program is no exchange: --exchange names it', async () => {
    const file = fileAt(sharedPath('candles', 'freqtrade-futures', 'XRP_USDT_USDT-5m-futures.json'));
    expect(await readCandleFile(file, READ_ANY)).toMatchObject({ ok: false, skipped: { reason: 'unknown-name' } });
    expect(await readCandleFile(file, { ...READ_ANY, exchange: 'binance' })).toMatchObject({
      ok: true,
      series: [{ series: { market: { exchange: 'BINANCE', symbol: 'XRPUSDT' }, timeframe: '5m' } }],
    });
  });

  test.each([
    ['bybit-futures/BTC_USDT_USDT-4h-futures.json', 'BYBIT BTCUSDT 4h'],
    ['bybit-futures/ETH_USDT_USDT-5m-futures.json.gz', 'BYBIT ETHUSDT 5m'],
    ['multi-exchange-1h/deribit_DOGE_USDT_USDT-1h-futures.json', 'DERIBIT DOGEUSDT 1h'],
  ])('%s is %s', async (file, expected) => {
    const result = await read(...file.split('/'));
    const series = result.ok ? result.series[0]!.series : null;
    expect(`${series?.market.exchange} ${series?.market.symbol} ${series?.timeframe}`).toBe(expected);
    expect(brokenPromise(series!)).toBeNull();
  });

  test('answers of exchanges are read once they are named, other shapes are no candles', async () => {
    const bytes = (name: string) => readFileSync(sharedPath('candles', 'other', name));
    expect(
      (await readOne('BINANCE_BTCUSDT_1m.json', bytes('binance_http_spot_market_klines.json'))).series.length,
    ).toBeGreaterThan(1);
    expect(
      (await readOne('OKX_BTC-USDT-SWAP_1m.json', bytes('okx_http_get_candlesticks_full.json'))).series.length,
    ).toBe(2);
    expect((await readOne('DYDX_BTCUSD_1m.json', bytes('dydx_http_get_candles.json'))).series.length).toBeGreaterThan(
      1,
    );
    expect((await skipOf('BYBIT_BTCUSDT_1m.json', bytes('bybit_http_get_funding_history.json'))).reason).toBe(
      'not-candles',
    );
  });
});
