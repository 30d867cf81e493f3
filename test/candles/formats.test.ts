import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { HOUR, readAs, readOne, rows, rowsOf, skipOf, START, type Row } from './support.ts';
import { coinalyzeJson, klinesCsv } from './writers.ts';
import { zipOf } from './zip-writer.ts';

const CSV = 'BINANCE_BTCUSDT_1h.csv';
const LIST = rows(8);
const HEADER = 'time,open,high,low,close,volume';
const text = (list: readonly (readonly unknown[])[], header = HEADER, delimiter = ',') =>
  [...(header === '' ? [] : [header]), ...list.map((row) => row.join(delimiter)), ''].join('\n');
const withTime = (list: readonly Row[], write: (time: number) => unknown) =>
  list.map(([time, ...values]) => [write(time), ...values]);
const iso = (time: number) => new Date(time).toISOString();

describe('CSV with a header', () => {
  test.each([
    ['upper-case names', text(LIST, HEADER.toUpperCase())],
    ['semicolons', text(LIST, HEADER.replaceAll(',', ';'), ';')],
    ['tabs', text(LIST, HEADER.replaceAll(',', '\t'), '\t')],
    ['CRLF', text(LIST).replaceAll('\n', '\r\n')],
    ['a byte order mark', `\uFEFF${text(LIST)}`],
    ['blank lines', `\n${text(LIST).replaceAll('\n', '\n\n')}\n`],
    [
      'quoted fields',
      text(
        LIST.map((row) => row.map((value) => `"${value}"`)),
        HEADER.replaceAll(/\w+/g, '"$&"'),
      ),
    ],
    [
      "pandas' unnamed index",
      text(
        LIST.map((row, i) => [i, ...row]),
        `,${HEADER}`,
      ),
    ],
    [
      'columns in another order',
      text(
        LIST.map((row) => row.toReversed()),
        HEADER.split(',').reverse().join(','),
      ),
    ],
    [
      'more columns, some quoted',
      text(
        LIST.map((row) => ['"a, ""b"""', ...row, 'x']),
        `symbol,${HEADER},note`,
      ),
    ],
    ['seconds', text(withTime(LIST, (time) => time / 1000))],
    ['ISO times with Z', text(withTime(LIST, iso))],
    ['ISO times with an offset', text(withTime(LIST, (time) => `${iso(time + 2 * HOUR).slice(0, 19)}+02:00`))],
    ['times that say UTC', text(withTime(LIST, (time) => `${iso(time).slice(0, 19).replace('T', ' ')} UTC`))],
    ['spaces around values', text(LIST.map((row) => row.map((value) => ` ${value} `)))],
  ])('%s', async (_, content) => {
    const { series, findings } = await readOne(CSV, content);
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.naiveTimes).toBe(0);
  });

  test('packed with gzip', async () => {
    expect(rowsOf((await readOne(`${CSV}.gz`, gzipSync(text(LIST)))).series)).toEqual(LIST);
  });

  test.each([
    ['a date and a time', LIST, CSV, (time: number) => iso(time).slice(0, 19).replace('T', ' ')],
    ['a date', rows(8, 24 * HOUR), 'BINANCE_BTCUSDT_1d.csv', (time: number) => iso(time).slice(0, 10)],
  ])('%s without a zone is read as UTC and counted', async (_, list, name, write) => {
    const { series, findings } = await readOne(name, text(withTime(list, write)));
    expect(rowsOf(series)).toEqual(list);
    expect(findings.naiveTimes).toBe(8);
  });

  test('a day that no calendar has is no time', async () => {
    const list = withTime(LIST, (time) => iso(time).slice(0, 19).replace('01-01T03', '02-30T03'));
    expect((await readOne(CSV, text(list))).findings).toMatchObject({ notFinite: 1, naiveTimes: 7 });
  });

  test('days and months that can be read in two ways are refused', async () => {
    const skipped = await skipOf(CSV, text(withTime(LIST, () => '05/04/2024 10:00')));
    expect(skipped).toMatchObject({ reason: 'bad-series', detail: expect.stringContaining('2024-04-05') });
  });

  test('decimal commas are refused with the remedy', async () => {
    const list = LIST.map((row) => row.map((value, i) => (i === 0 ? value : `${value},5`)));
    const skipped = await skipOf(CSV, text(list, HEADER.replaceAll(',', ';'), ';'));
    expect(skipped.detail).toContain('write them with points');
  });

  test('a last row without a line break is left out, unless its decimals say that it is whole', async () => {
    const open = (list: readonly (readonly unknown[])[]) => text(list).trimEnd();
    expect(rowsOf((await readOne(CSV, open(LIST))).series)).toEqual(LIST.slice(0, -1));
    const fixed = LIST.map((row) => [row[0], ...row.slice(1).map((value) => value.toFixed(4))]);
    expect(rowsOf((await readOne(CSV, open(fixed))).series)).toEqual(LIST);
    expect((await readOne(CSV, open(fixed).slice(0, -1))).series.length).toBe(7);
  });
});

describe('CSV without a header', () => {
  const bare = text(LIST, '');

  test('is read once --format says that it is CSV', async () => {
    expect(await skipOf(CSV, bare)).toMatchObject({ detail: expect.stringContaining('--format csv') });
    expect(rowsOf((await readOne(CSV, bare, undefined, { format: 'csv' })).series)).toEqual(LIST);
  });

  test('with fewer than six columns is no candle file', async () => {
    const five = text(
      LIST.map((row) => row.slice(0, 5)),
      '',
    );
    expect(await skipOf(CSV, five)).toMatchObject({
      reason: 'not-candles',
      detail: expect.stringContaining('5 columns'),
    });
    expect((await readAs(CSV, five, undefined, { format: 'csv' })).ok).toBe(false);
  });

  test.each([
    ['a foreign header', 'id,price,qty\n1,2,3\n', 'not-candles'],
    ['prose', 'Dear reader,\nnothing here\n', 'not-candles'],
    ['HTML', '<html><body>502</body></html>', 'not-candles'],
    ['zero bytes', '\0'.repeat(64), 'unsupported-format'],
    ['UTF-16', Buffer.from(`\uFEFF${text(LIST)}`, 'utf16le'), 'unsupported-format'],
    ['nothing', ' \n', 'empty-file'],
  ])('%s', async (_, content, reason) => {
    expect((await skipOf(CSV, content)).reason).toBe(reason);
  });
});

describe("Binance's klines", () => {
  test('with or without a header', async () => {
    expect(rowsOf((await readOne('BTCUSDT-1h-2026-01.csv', klinesCsv(LIST))).series)).toEqual(LIST);
    expect(rowsOf((await readOne('BTCUSDT-1h.csv', klinesCsv(LIST, { header: false }))).series)).toEqual(LIST);
  });

  test('microseconds are the spot market, and so is its folder', async () => {
    const micro = await readOne('BTCUSDT-1h-2026-01.csv', klinesCsv(LIST, { header: false, perMs: 1000 }));
    expect({ spot: micro.spot, list: rowsOf(micro.series) }).toEqual({ spot: true, list: LIST });
    const folder = 'data/spot/monthly/klines/BTCUSDT/1h/BTCUSDT-1h-2024-01.csv';
    expect((await readOne(folder, klinesCsv(LIST))).spot).toBe(true);
    expect((await readOne(folder.replace('spot', 'futures/um'), klinesCsv(LIST))).spot).toBe(false);
  });

  test('a file of another exchange keeps its name', async () => {
    const { series } = await readOne('ASTER_BTCUSDT_1h.csv', klinesCsv(LIST));
    expect(series.market).toEqual({ exchange: 'ASTER', symbol: 'BTCUSDT' });
  });

  test('coin-margined names', async () => {
    const { series } = await readOne('BTCUSD_PERP-1h-2026-01.csv', klinesCsv(LIST));
    expect(series.market).toEqual({ exchange: 'BINANCE', symbol: 'BTCUSD' });
    expect((await skipOf('BTCUSD_240927-1h-2024-01.csv', klinesCsv(LIST))).detail).toContain('dated future');
  });

  test('mark prices have no volume and are no candles', async () => {
    const marks = klinesCsv(LIST.map((row) => [...row.slice(0, 5), 0] as unknown as Row));
    expect(await skipOf('BTCUSDT-1h-2026-01.csv', marks)).toMatchObject({
      reason: 'not-candles',
      detail: expect.stringContaining('mark, index or premium'),
    });
  });
});

describe('answers of Coinalyze', () => {
  test('many markets in one file, spot and dated ones refused one by one', async () => {
    const symbols = [
      'BTCUSDT_PERP.A',
      'ETHUSDT.6',
      'SOL.H',
      'pf_xbtusd.K',
      'BTC_USDT.Y',
      'PERP_BTC_USDT.W',
      'BTC-PERPETUAL.2',
    ];
    const bad = ['BTCUSD.A', 'sBTCUSDT.6', 'BTCUSDH24.6', 'BTC-27DEC24.2', 'BTCUSDT.Q', '1.T', 'BTCUSD.G'];
    const result = await readAs(
      'saved.json',
      coinalyzeJson(Object.fromEntries([...symbols, ...bad].map((s) => [s, LIST]))),
    );
    if (!result.ok) throw new Error(result.skipped.detail);
    expect(result.series.map(({ series: { market } }) => `${market.exchange} ${market.symbol}`)).toEqual([
      'BINANCE BTCUSDT',
      'BYBIT ETHUSDT',
      'HYPERLIQUID SOL',
      'KRAKEN PF_XBTUSD',
      'GATEIO BTCUSDT',
      'WOOX PERP_BTC_USDT',
      'DERIBIT BTC-PERPETUAL',
    ]);
    expect(result.refused.map(({ detail }) => detail.split(' of ')[0])).toEqual([
      'BTCUSD.A: a spot market',
      'sBTCUSDT.6: a spot market',
      'BTCUSDH24.6: a dated future',
      'BTC-27DEC24.2: a dated future',
      'BTCUSDT.Q: its exchange is not known: expected one like BTCUSDT_PERP.A',
      '1.T: its name at Lighter says no coin',
      'BTCUSD.G: a spot market',
    ]);
  });

  test('the timeframe is the step of its times', async () => {
    const answer = coinalyzeJson({ 'BTCUSDT_PERP.A': rows(9, 4 * HOUR) });
    expect((await readOne('saved.json', answer)).series.timeframe).toBe('4h');
    const weeks = coinalyzeJson({ 'BTCUSDT_PERP.A': rows(9, 7 * 24 * HOUR) });
    expect((await skipOf('saved.json', weeks)).reason).toBe('unknown-timeframe');
    expect((await skipOf('saved.json', coinalyzeJson({ 'BTCUSDT_PERP.A': rows(3) }))).detail).toContain('too few');
  });

  test.each([
    [{ t: 1, o: 1, h: 1, l: 1, c: 1 }, 'open interest or funding rates'],
    [{ t: 1, r: 1, l: 50, s: 50 }, 'long/short ratios'],
    [{ t: 1, l: 1, s: 1 }, 'liquidations'],
  ])('%j is %s', async (row, kind) => {
    const skipped = await skipOf('saved.json', JSON.stringify([{ symbol: 'BTCUSDT_PERP.A', history: [row] }]));
    expect(skipped).toMatchObject({ reason: 'not-candles', detail: expect.stringContaining(kind) });
  });
});

describe('zip archives', () => {
  const NAME = 'BTCUSDT-1h-2026-01.zip';
  const member = { name: 'BTCUSDT-1h-2026-01.csv', content: klinesCsv(LIST) };

  test.each([
    ['deflated', zipOf([member])],
    ['stored', zipOf([{ ...member, stored: true }])],
    ['with a comment', zipOf([member], 'made by hand')],
    ['in a folder', zipOf([{ ...member, name: 'x/BTCUSDT.csv' }])],
    ['with its checksum', zipOf([member, { name: `${NAME}.CHECKSUM`, content: 'ab' }])],
    ['with leavings of macOS', zipOf([member, { name: '__MACOSX/._BTCUSDT.csv', content: 'ab' }])],
  ])('%s', async (_, archive) => {
    expect(rowsOf((await readOne(NAME, archive)).series)).toEqual(LIST);
  });

  test('the name of the file inside says what that of the archive does not', async () => {
    expect((await readOne('download.zip', zipOf([member]))).series.market.symbol).toBe('BTCUSDT');
  });

  test('JSON inside', async () => {
    const archive = zipOf([{ name: 'a.json', content: JSON.stringify(LIST) }]);
    expect(rowsOf((await readOne('BINANCE_BTCUSDT_1h.zip', archive)).series)).toEqual(LIST);
  });

  test.each([
    ['two files', zipOf([member, { ...member, name: 'other.csv' }]), 'unsupported-format', 'holds 2 files'],
    ['no file', zipOf([]), 'no-candles', 'no file'],
    ['a password', zipOf([{ ...member, claims: { flags: 1 } }]), 'unsupported-format', 'encrypted'],
    ['another method', zipOf([{ ...member, claims: { method: 93 } }]), 'unsupported-format', 'method 93'],
    ['a wrong checksum', zipOf([{ ...member, claims: { crc: 1 } }]), 'invalid-zip', 'checksum'],
    ['a wrong size', zipOf([{ ...member, claims: { bytes: 1 } }]), 'invalid-zip', 'checksum'],
    ['a claimed gigabyte', zipOf([{ ...member, claims: { bytes: 2 ** 30 } }]), 'too-large', '64 MiB'],
    [
      'a bomb',
      zipOf([{ name: 'a.csv', content: Buffer.alloc(65 << 20), claims: { bytes: 9 } }]),
      'too-large',
      '64 MiB',
    ],
    ['half of it', zipOf([member]).subarray(0, 200), 'truncated-zip', 'download it again'],
    ['a damaged stream', zipOf([{ ...member, stored: true, claims: { method: 8 } }]), 'invalid-zip', 'damaged'],
  ])('%s is refused', async (_, archive, reason, words) => {
    expect(await skipOf(NAME, archive)).toMatchObject({ reason, detail: expect.stringContaining(words) });
  });
});

describe('what the name does not say', () => {
  const json = JSON.stringify(LIST);

  test('--exchange names the exchange of files that name none, and of no others', async () => {
    expect(await skipOf('BTCUSDT-1h.json', json)).toMatchObject({
      reason: 'unknown-name',
      detail: expect.stringContaining('--exchange'),
    });
    const named = async (name: string) =>
      (await readOne(name, json, undefined, { exchange: 'kucoin' })).series.market.exchange;
    expect(await named('BTCUSDT-1h.json')).toBe('KUCOIN');
    expect(await named('BINANCE_BTCUSDT_1h.json')).toBe('BINANCE');
    expect(await named('bybit/BTCUSDT-1h.json')).toBe('BYBIT');
  });

  test('a broken file of such a name has its market', async () => {
    const result = await readAs('BTCUSDT-1h.json', '[[', undefined, { exchange: 'KUCOIN' });
    expect(result.ok ? null : result.skipped.market).toEqual({ exchange: 'KUCOIN', symbol: 'BTCUSDT' });
  });

  test('a format that the file is not of is said', async () => {
    expect(await skipOf('BINANCE_BTCUSDT_1h.json', json, { format: 'csv' })).toMatchObject({
      reason: 'not-candles',
      detail: expect.stringContaining('not of the format csv'),
    });
  });
});

describe('what rows say of themselves', () => {
  const NAME = 'BINANCE_BTCUSDT_1h.json';
  const read = async (list: readonly Row[], now: number) => readOne(NAME, JSON.stringify(list), undefined, { now });
  const last = LIST.at(-1)![0];

  test('a candle may be a timeframe ahead of the clock and no more', async () => {
    expect((await read(LIST, last - HOUR)).findings.future).toBe(0);
    const early = await read(LIST, last - HOUR - 1);
    expect({ future: early.findings.future, length: early.series.length }).toEqual({ future: 1, length: 7 });
    expect((await skipOf(NAME, JSON.stringify(LIST), { now: START - 2 * HOUR })).detail).toContain('in the future');
  });

  test('one candle years after all others is a slip, a market that paused is none', async () => {
    const list = rows(120);
    const years = 5 * 365 * 24 * HOUR;
    const late = (count: number) => list.map((row, i) => (i >= 120 - count ? row.with(0, row[0] + years) : row) as Row);
    const now = Number.MAX_SAFE_INTEGER;
    expect((await read(late(1), now)).findings.future).toBe(1);
    expect((await read(late(20), now)).findings.future).toBe(0);
  });

  test('columns in the order of KuCoin and Jesse are named', async () => {
    const swapped = rows(20).map(([t, o, h, l, c, v]) => [t, o, c, h, l, v]);
    const skipped = await skipOf(NAME, JSON.stringify(swapped));
    expect(skipped).toMatchObject({ reason: 'bad-series', detail: expect.stringContaining('KuCoin') });
  });

  test('the step is judged on all rows, and again on those that are left: half of a series is another one', async () => {
    const holes = (every: number): string =>
      JSON.stringify(rows(20).map((row, i) => (i % every === 1 ? row.with(4, Number.NaN) : row)));
    const { series, findings } = await readOne(NAME, holes(4));
    expect({ timeframe: series.timeframe, dropped: findings.notFinite }).toEqual({ timeframe: '1h', dropped: 5 });
    expect(await skipOf(NAME, holes(2))).toMatchObject({
      reason: 'bad-series',
      detail: '10 of its 20 rows are no candles, and those that are left stand more than 1h apart',
    });
  });

  test('rows wrapped in Data of any case', async () => {
    expect(rowsOf((await readOne(NAME, JSON.stringify({ Data: LIST }))).series)).toEqual(LIST);
  });
});

describe('what is no candle file is called what it is', () => {
  test.each([
    ['[[1714521600000,0.0001],[1714525200000,0.0001]]', '[time, value]'],
    ['[{"symbol":"BTCUSDT","fundingRate":"0.0001","fundingTime":1}]', 'funding rates'],
    ['{"retCode":0,"result":{"list":[{"openInterest":"1","timestamp":"1"}]}}', 'open interest'],
    ['{"code":0,"data":[{"instId":"BTC-USDT-SWAP","fundingRate":"1"}]}', 'funding rates'],
    ['[{"id":1,"price":"1","qty":"2","time":1}]', 'trades'],
    ['{"bids":[],"asks":[]}', 'an order book'],
    ['{"result":{"candles":[{"startedAt":1,"open":1,"high":1,"low":1}]}}', 'no column close, volume, only "startedAt"'],
    ['{"code":-1121,"msg":"Invalid symbol."}', 'error answer'],
    ['{"schema_version":"1.0.0","signals":[]}', 'feed of perpscan'],
    ['{"name":"package"}', 'no rows of time'],
  ])('%s', async (content, words) => {
    expect(await skipOf('any.json', content)).toMatchObject({
      reason: 'not-candles',
      detail: expect.stringContaining(words),
    });
  });
});

describeWithShared('candles/other', 'recorded files', () => {
  const bytes = (...parts: string[]) => readFileSync(sharedPath('candles', ...parts));

  test("Binance's archive of ADABTC, as CSV and as zip", async () => {
    const day = bytes('other', 'binance_kline12_ADABTC-1m-2021-11-27.csv');
    const { series, findings, spot } = await readOne('spot/ADABTC-1m-2021-11-27.csv', day);
    expect({ market: series.market, length: series.length, spot }).toEqual({
      market: { exchange: 'BINANCE', symbol: 'ADABTC' },
      length: 10,
      spot: true,
    });
    expect(findings).toMatchObject({ rows: 10, missing: 0, impossible: 0, notFinite: 0 });
    expect([series.open[0], series.close[0], series.volume[0]]).toEqual([0.00002853, 0.00002854, 36304.2]);
    const zipped = await readOne(
      'ADABTC-1m-2021-11-27.zip',
      zipOf([{ name: 'ADABTC-1m-2021-11-27.csv', content: day }]),
    );
    expect(rowsOf(zipped.series)).toEqual(rowsOf(series));
  });

  test('daily bitcoin with dates alone', async () => {
    const file = bytes('other', 'skender_bitcoin-1d.csv');
    const { series, findings } = await readOne('bitcoin-1d.csv', file, undefined, { exchange: 'BITSTAMP' });
    expect({ market: series.market, timeframe: series.timeframe }).toEqual({
      market: { exchange: 'BITSTAMP', symbol: 'BITCOIN' },
      timeframe: '1d',
    });
    expect(findings.naiveTimes).toBe(findings.rows);
    expect(series.close[0]).toBe(4285.08);
  });

  test('monthly bars are refused by their name', async () => {
    const file = bytes('other', 'backtestingpy_BTCUSD-1M.csv');
    expect((await skipOf('BTCUSD-1M.csv', file)).reason).toBe('unknown-timeframe');
  });

  test.each(['BTC', 'ETH', 'SOL'])('%s of Coinalyze as it was saved', async (coin) => {
    const folder = ['derivatives', 'coinalyze', 'api-shape-utc', '1hour'];
    const file = (kind: string) => bytes(...folder, `${coin}USDT_PERP.A_${kind}-history.json`);
    const { series, findings } = await readOne('saved.json', file('ohlcv'));
    expect(series).toMatchObject({ market: { exchange: 'BINANCE', symbol: `${coin}USDT` }, timeframe: '1h' });
    expect(findings.rows).toBeGreaterThan(1460);
    for (const [kind, words] of [
      ['open-interest', 'open interest'],
      ['long-short-ratio', 'long/short ratios'],
      ['liquidation', 'liquidations'],
    ] as const) {
      expect((await skipOf('saved.json', file(kind))).detail).toContain(words);
    }
  });

  test.each([
    ['binance_http_futures_market_open_interest_historical.json', 'open interest'],
    ['binance_liquidation_stream.json', 'liquidation event'],
    ['bybit_http_get_funding_history.json', 'funding rates'],
    ['dydx_http_get_historical_funding.json', 'funding rates'],
    ['hyperliquid_http_funding_history.json', 'funding rates'],
    ['kraken_http_futures_historical_funding_rates.json', 'funding rates'],
    ['okx_http_get_funding_rate_history.json', 'funding rates'],
  ])('%s', async (name, words) => {
    expect(await skipOf(name, bytes('other', name))).toMatchObject({
      reason: 'not-candles',
      detail: expect.stringContaining(words),
    });
  });
});
