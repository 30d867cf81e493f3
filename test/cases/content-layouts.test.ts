/** Candles under other names and in other layouts. All files here are hand-made, but those of ../shared/venues, which are recorded. */
import { readFileSync } from 'node:fs';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { readAs, readOne, rows, rowsOf, skipOf, type Row } from '../candles/support.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';

const CSV = 'BINANCE_BTCUSDT_1h.csv';
const NAME = 'BINANCE_BTCUSDT_1h.json';
const LIST = rows(12);
const HEADER = ['time', 'open', 'high', 'low', 'close', 'volume'];

type Cell = string | number;

const csv = (cells: readonly (readonly Cell[])[], header: readonly string[] = HEADER, above = ''): string =>
  above + [header, ...cells].map((row) => `${row.join(',')}\n`).join('');
const objects = (header: readonly string[], list: readonly Row[] = LIST): object[] =>
  list.map((row) => Object.fromEntries(header.map((name, i) => [name, row[i]])));
const lists = (header: readonly string[], list: readonly Row[] = LIST): Record<string, number[]> =>
  Object.fromEntries(header.map((name, i) => [name, list.map((row) => row[i]!)]));
const iso = (ms: number): string => new Date(ms).toISOString();

async function expectRead(name: string, content: string | Uint8Array): Promise<void> {
  expect(rowsOf((await readOne(name, content)).series)).toEqual(LIST);
}

describe('columns are known by the names that programs give them', () => {
  test.each([
    'ts,open_price,high_price,low_price,close_price,vol',
    'startTime,openPrice,highPrice,lowPrice,closePrice,baseVolume',
    'time_period_start,price_open,price_high,price_low,price_close,volume_traded',
    'Open Time,Open,High,Low,Close,Volume',
    'Timestamp,Open,High,Low,Close,Volume_(BTC)',
    'unix,open,high,low,close,Volume BTC',
    'startedAt,open,high,low,close,baseTokenVolume',
    'start_timestamp,open,high,low,close,volume',
    'TS,OPEN,HIGH,LOW,CLOSE,VOL',
    'candle_begin_time,open,high,low,close,volume',
    'index,open,high,low,close,volume',
    'Unnamed: 0,open,high,low,close,volume',
    ',open,high,low,close,volume',
    '__index_level_0__,open,high,low,close,volume',
  ])('%s', async (text) => {
    const names = text.split(',');
    await expectRead(CSV, csv(LIST, names));
    await expectRead(NAME, JSON.stringify(objects(names)));
    await expectRead(NAME, JSON.stringify(lists(names)));
    // Neither kind has columns without a name.
    if (names.includes('')) return;
    const column = (i: number) => LIST.map((row) => row[i]!);
    const columnData = names.map((name, i) => ({ name, data: column(i), type: 'DOUBLE' as const }));
    await expectRead('BINANCE_BTCUSDT_1h.parquet', new Uint8Array(parquetWriteBuffer({ columnData })));
    await expectRead('BINANCE_BTCUSDT_1h.feather', tableToIPC(tableFromArrays(lists(names)), 'file'));
  });

  const withTwo = (first: string, second: string): string =>
    csv(
      LIST.map((row) => [...row, 7]),
      [...HEADER.slice(0, 5), first, second],
    );

  test('of two volumes the one in the coin counts', async () => {
    await expectRead(CSV, withTwo('Volume BTC', 'Volume USDT'));
    await expectRead(CSV, withTwo('Volume_(BTC)', 'Volume_(Currency)'));
    await expectRead(CSV, withTwo('Volume BTC', 'Volume ETH'));
    await expectRead(CSV, withTwo('volume', 'Volume MA'));
  });

  test.each([
    ['Volume USD', 'Volume EUR'],
    ['Volume SOL', 'Volume ETH'],
  ])('%s beside %s: none is taken for the volume in BTC', async (first, second) => {
    expect((await skipOf(CSV, withTwo(first, second))).detail).toContain(`no column volume, only "time"`);
  });

  test('keys that are there and those that are missing are named', async () => {
    const htx = objects(['id', 'open', 'high', 'low', 'close', 'vol']);
    const words = 'it has no column time, only "id", "open", "high", "low", "close", "vol"';
    expect((await skipOf(NAME, JSON.stringify(htx))).detail).toContain(words);
    expect((await skipOf(CSV, csv(LIST, Object.keys(htx[0]!)))).detail).toContain(words);
    const columnData = Object.keys(htx[0]!).map((name, i) => ({
      name,
      data: LIST.map((row) => row[i]!),
      type: 'DOUBLE' as const,
    }));
    const parquet = new Uint8Array(parquetWriteBuffer({ columnData }));
    expect((await skipOf('BINANCE_BTCUSDT_1h.parquet', parquet)).detail).toContain(words);
    const feather = tableToIPC(tableFromArrays(lists(Object.keys(htx[0]!))), 'file');
    expect((await skipOf('BINANCE_BTCUSDT_1h.feather', feather)).detail).toContain(words);
  });
});

describe('CryptoDataDownload', () => {
  const HEAD = 'unix,date,symbol,open,high,low,close,Volume BTC,Volume USDT,tradecount'.split(',');
  const ADDRESS = 'https://www.CryptoDataDownload.com\n';
  const newestFirst = LIST.toReversed().map(([t, o, h, l, c, v], i): Cell[] => {
    const date = iso(t).slice(0, 19).replace('T', ' ');
    return [i < 5 ? t : t / 1000, date, 'BTC/USDT', o, h, l, c, v, v * 100, 5];
  });

  test('its address above, newest first, seconds and milliseconds, two volumes', async () => {
    await expectRead(CSV, csv(newestFirst, HEAD, ADDRESS));
  });

  test('its older files, with hours of twelve', async () => {
    const text = csv(
      LIST.map(([t, ...values]) => {
        const hour = new Date(t).getUTCHours();
        return [
          `${iso(t).slice(0, 10)} ${String(hour % 12 || 12).padStart(2, '0')}-${hour < 12 ? 'AM' : 'PM'}`,
          'BTCUSDT',
          ...values,
        ];
      }),
      ['Date', 'Symbol', 'Open', 'High', 'Low', 'Close', 'Volume BTC'],
      ADDRESS,
    );
    await expectRead(CSV, text);
  });
});

describe('pandas', () => {
  const names = HEADER.slice(1);
  const values = LIST.map(([, ...rest]) => rest);
  const keyed = (write: (ms: number) => string): [string, object][] =>
    LIST.map(([time], i) => [write(time), Object.fromEntries(names.map((name, at) => [name, values[i]![at]]))]);
  const byColumn = (write: (ms: number) => string): object =>
    Object.fromEntries(
      names.map((name, at) => [name, Object.fromEntries(LIST.map(([time], i) => [write(time), values[i]![at]]))]),
    );
  const byNumber = Object.fromEntries(
    HEADER.map((name, at) => [name, Object.fromEntries(LIST.map((row, i) => [String(i), row[at]]))]),
  );

  test.each([
    ['columns, the times an index', byColumn(String)],
    ['columns, the times an index in ISO 8601', byColumn(iso)],
    ['columns, an index of numbers beside a column of times', byNumber],
    ['index', Object.fromEntries(keyed(String))],
    ['index in ISO 8601', Object.fromEntries(keyed(iso))],
    ['split', { columns: HEADER, index: LIST.map((_, i) => i), data: LIST }],
    ['split, the times an index', { columns: names, index: LIST.map(([time]) => time), data: values }],
    [
      'split in another order',
      { columns: HEADER.toReversed(), index: LIST.map((_, i) => i), data: LIST.map((row) => row.toReversed()) },
    ],
    ['records', objects(HEADER)],
    ['values', LIST],
    ['list', lists(HEADER)],
    [
      'table',
      {
        schema: { fields: HEADER.map((name) => ({ name, type: 'number' })), pandas_version: '1.4.0' },
        data: objects(['index', ...names]).map((row, i) => Object.assign(row, { index: iso(LIST[i]![0]) })),
      },
    ],
  ])("orient='%s'", async (_what, document) => {
    await expectRead(NAME, JSON.stringify(document));
  });

  test('split without times says so', async () => {
    const document = { columns: names, data: values };
    expect((await skipOf(NAME, JSON.stringify(document))).detail).toContain('no column time');
  });
});

describe('lists for each column', () => {
  test.each([
    ['UDF', { s: 'ok', ...lists(['t', 'o', 'h', 'l', 'c', 'v']) }],
    [
      'MEXC',
      { success: true, code: 0, data: { ...lists(['time', 'open', 'high', 'low', 'close', 'vol']), amount: [] } },
    ],
    [
      'Deribit',
      { jsonrpc: '2.0', result: { ...lists(['ticks', 'open', 'high', 'low', 'close', 'volume']), status: 'ok' } },
    ],
  ])('%s', async (_what, document) => {
    await expectRead(NAME, JSON.stringify(document));
  });

  test('of unequal lengths they are refused', async () => {
    const document = { ...lists(['t', 'o', 'h', 'l', 'c']), v: [1, 2] };
    expect((await skipOf(NAME, JSON.stringify(document))).detail).toContain('not of one length');
  });
});

describe('answers of exchanges are told apart by their keys', () => {
  const text = LIST.map((row) => row.map(String));
  const answers: readonly (readonly [what: string, document: object])[] = [
    [
      'Bybit',
      { retCode: 0, result: { category: 'linear', symbol: 'BTCUSDT', list: text.map((row) => [...row, '1']) } },
    ],
    ['Kraken futures', { candles: objects(HEADER), more_candles: false }],
    [
      'dYdX',
      {
        candles: objects(['startedAt', 'open', 'high', 'low', 'close', 'baseTokenVolume']).map((row) =>
          Object.assign(row, { ticker: 'BTC-USD' }),
        ),
      },
    ],
    ['Coinbase', { candles: objects(['start', 'open', 'high', 'low', 'close', 'volume']) }],
    ['Coinbase INTX', { aggregations: objects(['start', 'open', 'high', 'low', 'close', 'volume']) }],
    [
      'WOO',
      {
        success: true,
        data: { rows: objects(['start_timestamp', 'open', 'high', 'low', 'close', 'volume']), meta: {} },
      },
    ],
    ['OKX', { code: '0', msg: '', data: text.map((row) => [...row, '1', '1', '1']) }],
    ['Bitstamp', { data: { ohlc: objects(['timestamp', 'open', 'high', 'low', 'close', 'volume']), pair: 'BTC/USD' } }],
    [
      'HTX',
      {
        status: 'ok',
        ch: 'market.BTC-USDT.kline.60min',
        data: LIST.map(([t, open, high, low, close, amount]) => ({
          id: t / 1000,
          open,
          high,
          low,
          close,
          amount,
          vol: 1,
        })),
      },
    ],
  ];

  /** Of those that name a market in other words than the usual file does. */
  const names: Readonly<Record<string, string>> = {
    dYdX: 'DYDX_BTCUSDT_1h.json',
    Bitstamp: 'BITSTAMP_BTCUSD_1h.json',
    Kraken: 'KRAKEN_XBTUSD_1h.json',
  };

  test.each(answers)('%s', async (what, document) => {
    const { series, spot } = await readOne(names[what] ?? NAME, JSON.stringify(document));
    expect(rowsOf(series)).toEqual(LIST);
    expect(spot).toBe(false);
  });

  const kraken = LIST.map(([t, o, h, l, c, v]) => [t / 1000, o, h, l, c, 100, v, 9]);

  test.each([
    ['Bybit', { retCode: 0, result: { category: 'spot', symbol: 'BTCUSDT', list: text } }],
    ['Kraken', { error: [], result: { XXBTZUSD: kraken, last: 1 } }],
    [
      'HTX',
      {
        status: 'ok',
        ch: 'market.btcusdt.kline.60min',
        data: objects(['id', 'open', 'high', 'low', 'close', 'amount']),
      },
    ],
  ])('spot candles of %s are known as such', async (what, document) => {
    const { series, spot } = await readOne(names[what] ?? NAME, JSON.stringify(document));
    expect(rowsOf(series)).toEqual(LIST);
    expect(spot).toBe(true);
  });

  test('an answer for another market than the name says is refused', async () => {
    const document = { result: { symbol: 'ETHUSDT', list: text } };
    expect((await skipOf(NAME, JSON.stringify(document))).detail).toContain('its rows say ETHUSDT');
  });

  test('several lists of candles are not one market', async () => {
    const document = { BTCUSDT: objects(HEADER), ETHUSDT: objects(HEADER) };
    expect((await skipOf(NAME, JSON.stringify(document))).detail).toContain(
      'several lists of candles ("BTCUSDT", "ETHUSDT")',
    );
  });

  test('no answer nests so deep or so wide', async () => {
    const wrap = (depth: number): object => (depth === 0 ? { rows: objects(HEADER) } : { data: wrap(depth - 1) });
    await expectRead(NAME, JSON.stringify(wrap(2)));
    expect((await readAs(NAME, JSON.stringify(wrap(3)))).ok).toBe(false);
  });
});

describe('the order of columns is never guessed', () => {
  test.each([
    [
      'KuCoin and Jesse',
      (row: Row) => [row[0], row[1], row[4], row[2], row[3], row[5]],
      'time, open, close, high, low, volume',
    ],
    [
      'Coinbase',
      (row: Row) => [row[0], row[3], row[2], row[1], row[4], row[5]],
      'time, low, high, open, close, volume',
    ],
    ['Gate spot', (row: Row) => [row[0], 9e5, row[4], row[2], row[3], row[1]], '12 of 12 rows have impossible prices'],
  ])('%s', async (_what, order, words) => {
    for (const count of [3, 12, 200]) {
      const list = rows(count).map(order);
      const skipped = await skipOf(NAME, JSON.stringify(list));
      expect(skipped.reason).toBe('bad-series');
      if (count === 12) expect(skipped.detail).toContain(words);
    }
  });

  test('names above the rows say it', async () => {
    await expectRead(NAME, JSON.stringify([HEADER.toReversed(), ...LIST.map((row) => row.toReversed())]));
  });
});

describe('an open that is the last close', () => {
  /** Flat candles but for the fourth, whose open lies above, and the seventh, whose open lies below. */
  const list: Row[] = rows(9).map(([time, , , , , volume], i): Row => {
    const close = [100, 100, 105, 101, 101, 95, 99, 99, 99][i]!;
    const open = i === 0 ? 100 : [100, 100, 105, 101, 101, 95, 99, 99, 99][i - 1]!;
    return [
      time,
      open,
      i === 3 ? 102 : Math.max(open, close) + 1,
      i === 6 ? 98 : Math.min(open, close) - 1,
      close,
      volume,
    ];
  });
  const right = list.map((row, i) => (i === 3 ? row.with(2, 105) : i === 6 ? row.with(3, 95) : row));

  test.each([
    ['oldest first', list],
    ['newest first', list.toReversed()],
  ])('outside of high and low is widened and counted, %s', async (_what, rowsGiven) => {
    const { series, findings } = await readOne('BITMEX_XBTUSD_1h.json', JSON.stringify(rowsGiven));
    expect(rowsOf(series)).toEqual(right);
    expect(findings).toMatchObject({ widened: 2, impossible: 0 });
  });

  test('any other open, and a close, outside of them is impossible', async () => {
    const odd = list.map((row, i) => (i === 3 ? row.with(1, 104) : i === 6 ? row.with(4, 90) : row));
    const { findings } = await readOne('BITMEX_XBTUSD_1h.json', JSON.stringify(odd));
    // The eighth opens where the seventh was to close.
    expect(findings).toMatchObject({ widened: 0, impossible: 2 });
  });
});

describeWithShared('venues/SOURCES.md', 'recorded answers of exchanges', () => {
  const recorded = (...parts: string[]): Buffer => readFileSync(sharedPath('venues', ...parts));

  test.each([
    ['binance/klines_1h.json', 'BINANCE_BTCUSDT_1h', [1718654400000, 66661.4, 66746.2, 66122.3, 66376, 14150.996], 4],
    [
      'bybit/kline_inverse_inclusive_ends.json',
      'BYBIT_BTCUSD_1h',
      [1670601600000, 17086.5, 17088, 16978, 17071.5, 6356],
      3,
    ],
    [
      'bybit/klines_1h_spot_newest_first.json',
      'BYBIT_BTCUSDT_1h',
      [1715162400000, 62308.69, 62524.28, 62258.76, 62439.82, 421.80928],
      5,
    ],
    [
      'deribit/tradingview_chart_data.json',
      'DERIBIT_BTCUSDC_1m',
      [1766483460000, 87451, 87456.5, 87451, 87456.5, 2.94375216],
      5,
    ],
    ['dydx/candles.json', 'DYDX_BTC-USD_1m', [1765210140000, 90002, 90035, 89922, 90035, 1.2221], 3],
    [
      'htx/klines_spot_1min_newest_first.json',
      'HTX_ETHBTC_1m',
      [1591515240000, 0.025096, 0.025096, 0.025096, 0.025096, 0.0648],
      3,
    ],
    [
      'hyperliquid/candle_snapshot_1h.json',
      'HYPERLIQUID_BTC_1h',
      [1718895600000, 64942, 65123, 64812, 64837, 190.58479],
      5,
    ],
    ['kucoin/klines_8h.json', 'KUCOIN_XBTUSDTM_8h', [1728576000000, 60791.1, 61035, 58940, 60300, 5501167], 3],
    ['mexc/kline_1h_columnar.json', 'MEXC_ETH_USDT_1h', [1717632000000, 3868.6, 3870, 3860.14, 3862.3, 851390], 4],
    [
      'mexc/kline_15m_5rows_2025-10-31.json',
      'MEXC_BTC_USDT_15m',
      [1761876000000, 109573.9, 109628.1, 108953.3, 109006.4, 5587051],
      5,
    ],
    [
      'okx/history_candles_1h.json',
      'OKX_BTC-USDT-SWAP_1h',
      [1718647200000, 66602, 67320, 66543.3, 67087, 1345995.9],
      4,
    ],
    ['bitget/candles_v2_5m.json', 'BITGET_BTCUSDT_5m', [1695835800000, 26210.5, 26210.5, 26194.5, 26194.5, 26.26], 2],
    [
      'bingx/klines_v3_1h_newest_first.json',
      'BINGX_BTC-USDT_1h',
      [1718064000000, 69529, 69571.8, 69398.9, 69411, 487.52],
      2,
    ],
  ] as const)('%s', async (file, name, oldest, count) => {
    const { series, spot } = await readOne(`${name}.json`, recorded(...file.split('/')));
    expect(rowsOf(series)[0]).toEqual(oldest);
    expect(series.length).toBe(count);
    expect(spot).toBe(file.includes('spot'));
  });
});
