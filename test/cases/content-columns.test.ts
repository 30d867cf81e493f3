/** What stands in which column, where names or prices alone can tell. All files here are hand-made. */
import { DateDay, Float64, Table, tableToIPC, vectorFromArray } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { HOUR, readOne, rowsOf, skipOf, START, type Row } from '../candles/support.ts';

const CSV = 'BINANCE_BTCUSDT_1h.csv';
const JSON_FILE = 'BINANCE_BTCUSDT_1h.json';
const HEADER = ['time', 'open', 'high', 'low', 'close', 'volume'];
/** Prices that go up and down by turns of different size; each candle opens where the last one closed. */
const CLOSES = Array.from({ length: 61 }, (_, i) => 100 + ((i * 7) % 11) - ((i * 3) % 5));
const LIST = CLOSES.slice(1).map((close, i): Row => {
  const open = CLOSES[i]!;
  return [START + i * HOUR, open, Math.max(open, close) + 1, Math.min(open, close) - 1, close, 500 + i];
});

type Cell = string | number;
const csv = (header: readonly string[] | null, cells: readonly (readonly Cell[])[]): string =>
  [...(header === null ? [] : [header]), ...cells].map((row) => `${row.join(',')}\n`).join('');
const objects = (names: readonly string[], cells: (row: Row) => readonly Cell[]): string =>
  JSON.stringify(LIST.map((row) => Object.fromEntries(cells(row).map((cell, i) => [names[i]!, cell]))));

describe('open and close in each other’s place', () => {
  const swapped = LIST.map(([t, o, h, l, c, v]): Row => [t, c, h, l, o, v]);
  const backwards = LIST.map((row, i): Row => [LIST[LIST.length - 1 - i]![0], ...row.slice(1)] as Row);
  test.each([
    ['JSON arrays', JSON_FILE, JSON.stringify(swapped)],
    ['JSON arrays out of order', JSON_FILE, JSON.stringify(swapped.toReversed())],
    ['a CSV with names', CSV, csv(HEADER, swapped)],
    ['times that run backwards', JSON_FILE, JSON.stringify(backwards)],
  ])('%s are refused', async (_what, name, content) => {
    expect((await skipOf(name, content)).detail).toContain('closes where the one before it opens');
  });

  test('names in any order are heeded', async () => {
    const names = ['time', 'close', 'high', 'low', 'open', 'volume'];
    expect(rowsOf((await readOne(CSV, csv(names, swapped))).series)).toEqual(LIST);
  });

  test('prices that stand still or open anywhere say nothing', async () => {
    const still = LIST.map(([t, , , , , v]): Row => [t, 100, 101, 99, 100, v]);
    const steps = LIST.map(([t, , , , , v]): Row => [t, 100, 107, 99, 106, v]);
    for (const list of [still, steps]) {
      expect(rowsOf((await readOne(JSON_FILE, JSON.stringify(list))).series)).toEqual(list);
    }
  });
});

describe("Binance's twelve columns", () => {
  const NAMES =
    'open_time,open,high,low,close,volume,close_time,quote_volume,count,taker_buy_volume,taker_buy_quote_volume,ignore'.split(
      ',',
    );
  const kline = ([t, o, h, l, c, v]: Row): Cell[] => [t, o, h, l, c, v, t + HOUR - 1, v * c, 9, 1, 1, 0];
  const at = (names: readonly string[]): string =>
    csv(
      names,
      LIST.map((row) => names.map((name) => kline(row)[NAMES.indexOf(name)]!)),
    );
  const exchanged = (a: number, b: number): string[] =>
    NAMES.map((name, i) => (i === a ? NAMES[b]! : i === b ? NAMES[a]! : name));

  test.each([
    ['as they are', NAMES],
    ['open and close exchanged', exchanged(1, 4)],
    ['the two volumes exchanged', exchanged(5, 7)],
    ['the volume last', exchanged(5, 11)],
  ])('%s are read by their names', async (_what, names) => {
    expect(rowsOf((await readOne(CSV, at(names))).series)).toEqual(LIST);
  });
});

describe('times that label the end', () => {
  const END = ['close_time', 'closeTime', 'time_close', 'close_date', 'closed_at', 'end', 'end_ts', 'timestamp_end'];
  test.each(END)('%s alone, or equal to time, is moved to the start', async (name) => {
    const alone = objects([name, ...HEADER.slice(1)], ([t, ...rest]) => [t + HOUR, ...rest]);
    const beside = objects(['time', name, ...HEADER.slice(1)], ([t, ...rest]) => [t + HOUR, t + HOUR - 1, ...rest]);
    for (const content of [alone, beside]) {
      const { series, findings } = await readOne(JSON_FILE, content);
      expect(rowsOf(series)).toEqual(LIST);
      expect(findings.shifted).toBe(LIST.length);
    }
  });

  test.each(['open_time', 'open_date', 'opened_at', 'start', 'start_ts', 'timestamp_start', 'candle_start'])(
    '%s beside them is the start',
    async (name) => {
      const content = objects(['time', name, ...HEADER.slice(1)], ([t, ...rest]) => [t + HOUR, t, ...rest]);
      expect(rowsOf((await readOne(JSON_FILE, content)).series)).toEqual(LIST);
    },
  );

  test('six plain numbers without a volume, the close in seconds beside milliseconds', async () => {
    const names = ['time', 'close_time', 'open', 'high', 'low', 'close'];
    for (const unit of [1, 1000]) {
      const content = objects(names, ([t, o, h, l, c]) => [t + HOUR, (t + HOUR) / unit, o, h, l, c]);
      const { series, findings } = await readOne(JSON_FILE, content);
      expect([...series.time]).toEqual(LIST.map(([t]) => t));
      expect(findings).toMatchObject({ shifted: LIST.length, noVolume: LIST.length });
    }
  });

  test.each(['homeNotional', 'foreignNotional', 'lastSize'])('%s alone tells BitMEX', async (name) => {
    const content = objects(['timestamp', ...HEADER.slice(1), name], ([t, ...rest]) => [t + HOUR, ...rest, 1]);
    expect(rowsOf((await readOne('BITMEX_XBTUSDT_1h.json', content)).series)).toEqual(LIST);
  });
});

describe('a column is a volume only when its name says whose', () => {
  test.each(['volume_24h', 'volume_buy', 'volume_delta', 'volume_change', 'Volume USDT', 'Volume ETH'])(
    '%s is none',
    async (name) => {
      const skipped = await skipOf(CSV, csv([...HEADER.slice(0, 5), name], LIST));
      expect(skipped.detail).toContain('it has no column volume');
    },
  );

  test.each(['Volume BTC', 'Volume_(XBT)', 'volumefrom', 'baseVol', 'Volume (Contracts)'])(
    '%s is one',
    async (name) => {
      expect(rowsOf((await readOne(CSV, csv([...HEADER.slice(0, 5), name], LIST))).series)).toEqual(LIST);
    },
  );
});

test.each(['Time (UTC)', 'date_utc', 'Open time (GMT)'])('%s names times', async (name) => {
  const cells = LIST.map(([t, ...rest]) => [new Date(t).toISOString().slice(0, 19), ...rest]);
  expect(rowsOf((await readOne(CSV, csv([name, ...HEADER.slice(1)], cells))).series)).toEqual(LIST);
});

describe('rows of another market', () => {
  const rows = (key: string, market: string): object[] =>
    LIST.map((row) => ({ ...Object.fromEntries(HEADER.map((name, i) => [name, row[i]])), [key]: market }));

  test.each(['symbol', 'market', 'productId', 'instrument_name', 'contract_code', 'trading_pair', 'instId'])(
    'told by %s, of each row or around them, are refused',
    async (key) => {
      for (const document of [rows(key, 'ETH-USDT'), { [key]: 'ETH-USDT', candles: rows('n', '1') }]) {
        const { detail } = await skipOf(JSON_FILE, JSON.stringify(document));
        expect(detail).toContain('its rows say ETH-USDT, another coin');
      }
      const own = [rows(key, 'BTC-USDT'), { [key]: 'BTC-USDT', candles: rows('n', '1') }];
      for (const document of own)
        expect(rowsOf((await readOne(JSON_FILE, JSON.stringify(document))).series)).toEqual(LIST);
    },
  );

  test.each([
    ['ETHUSDT', { ETHUSDT: LIST }],
    ['ETH/USD', { bars: { 'ETH/USD': rows('n', '1') } }],
    ['ETH/USDT:USDT', { data: { 'ETH/USDT:USDT': LIST } }],
  ])('filed under %s are refused', async (said, document) => {
    expect((await skipOf(JSON_FILE, JSON.stringify(document))).detail).toContain(`its rows say ${said}, another coin`);
  });

  test('filed under their own name, or a word, are read', async () => {
    for (const key of ['BTCUSDT', 'BTC/USDT:USDT', 'list', 'klines_usdt', 'ohlcv', 'DATA']) {
      expect(rowsOf((await readOne(JSON_FILE, JSON.stringify({ [key]: LIST }))).series)).toEqual(LIST);
    }
  });

  test.each(['base', 'base_asset', 'asset', 'tic'])('of another coin, told by %s', async (key) => {
    expect((await skipOf(JSON_FILE, JSON.stringify(rows(key, 'ETH')))).detail).toContain('another coin');
    for (const own of ['BTC', 'XBT']) await readOne(JSON_FILE, JSON.stringify(rows(key, own)));
  });

  test('amounts under such a name are none', async () => {
    const cells = LIST.map((row) => [...row, row[5] * 2]);
    expect(rowsOf((await readOne(CSV, csv([...HEADER, 'base'], cells))).series)).toEqual(LIST);
  });

  test('of another exchange at a price that is near are refused, candles that grow and repeated downloads are not', async () => {
    const near = LIST.map(([t, ...values]): Row => [t, ...values.map((value) => value * 1.001)] as Row);
    const mixed = LIST.flatMap((row, i) => [row, near[i]!]);
    expect((await skipOf(JSON_FILE, JSON.stringify(mixed))).detail).toContain('60 of its 120 rows tell another price');
    const grown = LIST.flatMap(([t, o, h, l, c, v]): Row[] => [
      [t, o, o, o, o, 0],
      [t, o, h, l, c, v],
    ]);
    for (const list of [grown, [...LIST, ...LIST], [...near.slice(0, 10), ...LIST]]) {
      expect(rowsOf((await readOne(JSON_FILE, JSON.stringify(list))).series)).toEqual(LIST);
    }
  });

  test.each(['exchange', 'timeframe', 'interval'])('of two series told by %s are refused', async (key) => {
    const told = (second: string): string =>
      JSON.stringify(
        rows(key, 'a').map((row, i) =>
          i % 2 === 0 ? row : Object.assign(row, { [key]: i % 4 === 1 ? second : null }),
        ),
      );
    expect((await skipOf(JSON_FILE, told('b'))).detail).toContain(`its column ${key} says a and b`);
    expect(rowsOf((await readOne(JSON_FILE, told('a'))).series)).toEqual(LIST);
  });

  test('a market that is no pair says nothing', async () => {
    for (const market of ['a', 'US', 'main', 'Binance', 'USDT']) {
      expect(rowsOf((await readOne(JSON_FILE, JSON.stringify(rows('market', market)))).series)).toEqual(LIST);
    }
  });

  test('a pair written in two ways over the years is one', async () => {
    const two = LIST.map((row, i) => [...row, ['BTC/USDT', 'BTCUSDT', 'btcusdt'][i % 3]!]);
    expect(rowsOf((await readOne(CSV, csv([...HEADER, 'symbol'], two))).series)).toEqual(LIST);
    const mixed = LIST.map((row, i) => [...row, i % 2 === 0 ? 'BTC/USDT' : 'BTC/USDT:USDT']);
    expect((await skipOf(CSV, csv([...HEADER, 'symbol'], mixed))).detail).toContain('of 2 markets');
  });

  test.each([
    ['SPOT_BTC_USDT', 'WOO_BTC_USDT_1h.json'],
    ['BTCUSDT_SPBL', 'BITGET_BTCUSDT_1h.json'],
    ['spot', JSON_FILE],
  ])('that say %s are spot candles', async (market, name) => {
    expect((await readOne(name, JSON.stringify(rows('symbol', market)))).spot).toBe(true);
  });

  test('spot rows under the name of a perpetual are refused', async () => {
    const { detail } = await skipOf('WOO_PERP_BTC_USDT_1h.json', JSON.stringify(rows('symbol', 'SPOT_BTC_USDT')));
    expect(detail).toContain('the spot market');
  });
});

describe('parts put together', () => {
  const first = csv(HEADER, LIST.slice(0, 30));
  const last = LIST.slice(30);
  test.each([
    ['the same columns', csv(HEADER, last), null],
    ['open and close exchanged', csv(['time', 'close', 'high', 'low', 'open', 'volume'], last), 'a second header'],
    [
      'another volume',
      csv(
        [...HEADER.slice(0, 5), 'quote_volume', 'volume'],
        last.map((row) => [...row, 1]),
      ),
      'a second header',
    ],
    ['other names', csv(['ts', 'o', 'h', 'l', 'c', 'v'], last), 'a second header'],
  ])('with %s', async (_what, second, fault) => {
    if (fault === null) expect(rowsOf((await readOne(CSV, first + second)).series)).toEqual(LIST);
    else expect((await skipOf(CSV, first + second)).detail).toContain(fault);
  });

  const DAY = 24 * HOUR;
  const days = (early: (i: number) => boolean): string =>
    JSON.stringify(LIST.map((row, i) => [START + i * DAY - (early(i) ? 8 * HOUR : 0), ...row.slice(1)]));
  test.each([
    ['the older', (i: number) => i < 20],
    ['the newer', (i: number) => i >= 40],
  ])('days from 16:00 UTC as %s third are refused by their cause', async (_what, early) => {
    const { detail } = await skipOf('OKX_BTC-USDT-SWAP_1d.json', days(early));
    expect(detail).toContain('20 of 60 rows');
    expect(detail).toContain('begin at 16:00 UTC');
  });
});

test.each([
  ['00:00.0', 'a spreadsheet has cut them'],
  ['04:00:00', 'or the days stand in another column'],
  ['########', 'column was too narrow'],
  ['"46245,1667"', 'serial numbers of a spreadsheet'],
])('times like %s are refused with their cause', async (time, cause) => {
  const cells = LIST.map((row) => [time].concat(row.slice(1).map(String)));
  expect((await skipOf(CSV, csv(HEADER, cells))).detail).toContain(cause);
});

describe('days without a clock name no zone, in every format', () => {
  const DAY = 24 * HOUR;
  const days = LIST.map((_, i) => START + i * DAY);
  const numbers = HEADER.slice(1).map((name, i) => [name, LIST.map((row) => row[i + 1]!)] as const);
  const feather = tableToIPC(
    new Table({
      date: vectorFromArray(
        days.map((at) => new Date(at)),
        new DateDay(),
      ),
      ...Object.fromEntries(numbers.map(([name, data]) => [name, vectorFromArray(data, new Float64())])),
    }),
    'file',
  );
  const parquet = parquetWriteBuffer({
    columnData: [
      { name: 'date', data: days.map((at) => at / DAY) },
      ...numbers.map(([name, data]) => ({ name, data })),
    ],
    schema: [
      { name: 'root', num_children: HEADER.length },
      { name: 'date', type: 'INT32', converted_type: 'DATE', repetition_type: 'REQUIRED' },
      ...numbers.map(([name]) => ({ name, type: 'DOUBLE' as const, repetition_type: 'REQUIRED' as const })),
    ],
  });
  const text = csv(
    HEADER,
    LIST.map((row, i) => [new Date(days[i]!).toISOString().slice(0, 10)].concat(row.slice(1).map(String))),
  );
  test.each([
    ['BINANCE_BTCUSDT_1d.feather', feather],
    ['BINANCE_BTCUSDT_1d.parquet', new Uint8Array(parquet)],
    ['BINANCE_BTCUSDT_1d.csv', text],
  ])('%s', async (name, content) => {
    const { series, findings } = await readOne(name, content);
    expect([...series.time]).toEqual(days);
    expect(findings.naiveTimes).toBe(LIST.length);
    const { detail } = await skipOf(name, content, { now: days.at(-1)! - HOUR });
    expect(detail).toContain('its times name no zone');
  });
});
