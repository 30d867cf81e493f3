import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { readAs, readOne, rows, rowsOf, skipOf, type Row } from './support.ts';
import { zipOf } from './zip-writer.ts';

const NAME = 'BINANCE_BTCUSDT_1h.csv';
const HEADER = ['time', 'open', 'high', 'low', 'close', 'volume'];
const list = rows(200);
/** Another market: no price is near those of `list`. */
const other = list.map(([time, ...values]): Row => [time, ...values.map((value) => value * 40)] as Row);

type Cell = string | number;

function csv(cells: readonly (readonly Cell[])[], header: readonly string[] = HEADER, delimiter = ','): string {
  return [header, ...cells].map((row) => `${row.join(delimiter)}\n`).join('');
}

function withTimes(write: (iso: string) => string): string {
  return csv(list.map(([time, ...values]) => [write(new Date(time).toISOString()), ...values]));
}

describe('CSV as programs and people write it', () => {
  test.each([
    ['years first with slashes', withTimes((iso) => iso.slice(0, 16).replaceAll('-', '/').replace('T', ' ')), 200],
    ['years first with points', withTimes((iso) => iso.slice(0, 16).replaceAll('-', '.').replace('T', ' ')), 200],
    ["pandas' index of times without a name", withTimes((iso) => iso).replace('time,', ','), 0],
    ['hours of one digit', withTimes((iso) => `${iso.slice(0, 10)} ${Number(iso.slice(11, 13))}:00`), 200],
    ['GMT', withTimes((iso) => `${iso.slice(0, 19).replace('T', ' ')} GMT`), 0],
    ['an offset without a colon', withTimes((iso) => `${iso.slice(0, 19)}+0000`), 0],
    ["Excel's sep=;", `sep=;\n${csv(list, HEADER, ';')}`, 0],
    ['the address of its source above', `https://www.example.com\n${csv(list)}`, 0],
    [
      'Open Time beside Close Time',
      csv(
        list.map((row) => [...row, row[0] + 1]),
        ['Open Time', ...HEADER.slice(1), 'Close Time'],
      ),
      0,
    ],
    [
      'open_time beside the time of the close',
      csv(
        list.map((row) => [row[0] + 3_600_000, ...row]),
        ['time', 'open_time', ...HEADER.slice(1)],
      ),
      0,
    ],
    [
      'the market in every row',
      csv(
        list.map((row) => [...row, 'BTC/USDT:USDT']),
        [...HEADER, 'symbol'],
      ),
      0,
    ],
  ])('%s is read', async (_what, text, naiveTimes) => {
    const { series, findings } = await readOne(NAME, text);
    expect(rowsOf(series)).toEqual(list);
    expect(findings).toMatchObject({ naiveTimes, notFinite: 0 });
  });

  const oddRows = (write: (value: number) => Cell): string =>
    csv(
      list.map(([time, ...values], i) => [time, ...(i % 2 === 0 ? values : values.map(write))]),
      HEADER,
      ';',
    );

  test.each([
    ['decimal commas in some rows', oddRows((value) => `${value},5`), 'decimal commas'],
    ['thousands in some rows', oddRows((value) => `1,${value + 100}.5`), 'grouped digits'],
    ['thousands with points', oddRows((value) => `1.${value + 100},5`), 'grouped digits'],
    ['thousands with spaces', oddRows((value) => `1 ${value + 100}.5`), 'grouped digits'],
    ['a K behind some volumes', oddRows((value) => `${value}K`), 'is no number'],
    [
      'a clock of twelve hours',
      withTimes((iso) => `${iso.slice(0, 10)} ${iso.slice(11, 13)}-AM`),
      'its times are such as',
    ],
    [
      'a volume in what the coin is priced in',
      csv(list, [...HEADER.slice(0, 5), 'Volume USDT']),
      'only "time", "open", "high", "low", "close", "Volume USDT"',
    ],
  ])('%s: refused with what helps, never read in part', async (_what, text, words) => {
    expect((await skipOf(NAME, text)).detail).toContain(words);
  });

  test('a header repeated between the rows and single broken cells cost their own row alone', async () => {
    const text = csv([...list.slice(0, 100), HEADER, ...list.slice(100), ['broken', 1, 1, 1, 1, 1]]);
    const { series, findings } = await readOne(NAME, text);
    expect(rowsOf(series)).toEqual(list);
    expect(findings.notFinite).toBe(2);
  });
});

describe('rows of several markets never become one', () => {
  const mixed = list.flatMap((row, i) => [row, other[i]!]);
  const named = list.flatMap((row, i) => [
    [...row, 'BTC'],
    [...other[i]!, 'ETH'],
  ]);

  test.each([
    ['a CSV that names them', NAME, csv(named, [...HEADER, 'symbol']), 'of 2 markets, e.g. BTC and ETH'],
    [
      'objects that name them',
      NAME,
      JSON.stringify(mixed.map(([t, o, h, l, c, v], i) => ({ t, o, h, l, c, v, symbol: i % 2 === 0 ? 'BTC' : 'ETH' }))),
      'of 2 markets',
    ],
    ['a CSV that names none', NAME, csv(mixed), 'another price for the same time'],
    ['arrays', NAME, JSON.stringify(mixed), 'another price for the same time'],
    [
      'a CSV of another market than its name',
      NAME,
      csv(
        list.map((row) => [...row, 'ETHUSDT']),
        [...HEADER, 'symbol'],
      ),
      'its name says BTCUSDT but its rows say ETHUSDT',
    ],
  ])('%s', async (_what, name, text, words) => {
    expect((await skipOf(name, text)).detail).toContain(words);
  });

  test('a zip archive whose file is of another market than its name', async () => {
    const archive = zipOf([{ name: 'ETHUSDT-1h.csv', content: csv(list) }]);
    expect((await skipOf('BINANCE_BTCUSDT_1h.zip', archive)).detail).toContain('the file in it ETHUSDT');
    expect(await readAs('BINANCE_ETHUSDT_1h.zip', archive)).toMatchObject({ ok: true });
  });

  test('names of one market may differ', async () => {
    for (const [name, market] of [
      ['KUCOIN_XBTUSDTM_1h.csv', 'BTC/USDT:USDT'],
      ['HYPERLIQUID_kPEPEUSDT_1h.csv', '1000PEPE'],
      ['OKX_BTCUSDT_1h.csv', 'BTC-USDT-SWAP'],
    ] as const) {
      const text = csv(
        list.map((row) => [...row, market]),
        [...HEADER, 'symbol'],
      );
      expect(await readAs(name, text)).toMatchObject({ ok: true });
    }
  });

  test('a candle written again while it grows is no other market', async () => {
    const grown = list.flatMap((row): Row[] => [[...row.slice(0, 5), 1] as Row, row]);
    expect(rowsOf((await readOne(NAME, csv(grown))).series)).toEqual(list);
  });
});

describe('columns in an order of their own', () => {
  test("Kraken's average price is no volume", async () => {
    const kraken = list.map(([time, open, high, low, close, volume]) => [
      time / 1000,
      open,
      high,
      low,
      close,
      (high + low) / 2,
      volume,
      9,
    ]);
    expect((await skipOf(NAME, JSON.stringify(kraken))).detail).toContain('its sixth column holds prices');
  });

  test("pandas' names of the columns beside the rows are heeded", async () => {
    const data = list.map((row) => [...row.slice(0, 5), 7, row[5]]);
    const document = { columns: [...HEADER.slice(0, 5), 'quote_volume', 'volume'], data };
    expect(rowsOf((await readOne(NAME, JSON.stringify(document))).series)).toEqual(list);
    expect(rowsOf((await readOne(NAME, JSON.stringify({ columns: HEADER, data: list }))).series)).toEqual(list);
  });

  test('times without a zone in JSON are counted as in CSV', async () => {
    const naive = list.map(([t, o, h, l, c, v]) => ({ t: new Date(t).toISOString().slice(0, 19), o, h, l, c, v }));
    const { series, findings } = await readOne(NAME, JSON.stringify(naive));
    expect(rowsOf(series)).toEqual(list);
    expect(findings.naiveTimes).toBe(200);
  });
});

describe('files under the wrong name', () => {
  test.each([
    ['BINANCE_BTCUSDT_1h.txt', csv(list)],
    ['BINANCE_BTCUSDT_1h.gz', gzipSync(csv(list))],
    ['BINANCE_BTCUSDT_1h.csv.zip', zipOf([{ name: 'a.csv', content: csv(list) }])],
  ])('%s is read', async (name, content) => {
    expect(rowsOf((await readOne(name, content)).series)).toEqual(list);
  });

  const lines = list.map((row) => JSON.stringify(row)).join('\n');

  test.each([
    ['BINANCE_BTCUSDT_1h.xlsx', 'PK\u0003\u0004', 'save the sheet as CSV'],
    ['BINANCE_BTCUSDT_1h.jsonl', lines, 'jq -s'],
    ['BINANCE_BTCUSDT_1h.json', lines, 'jq -s'],
    ['BINANCE_BTCUSDT_1h.json', csv(list), 'name it .csv'],
    ['BINANCE_BTCUSDT_1h.pkl', '', 'to_csv'],
    ['BINANCE_BTCUSDT_1h.tar.gz', '', 'unpack it into a folder'],
    ['saved.json', '[]', 'it holds no candles'],
  ])('%s is refused with what helps', async (name, content, words) => {
    expect((await skipOf(name, content)).detail).toContain(words);
  });

  test('one history of Coinalyze saved alone keeps its market', async () => {
    const history = list.map(([t, o, h, l, c, v]) => ({ t: t / 1000, o, h, l, c, v }));
    const { series } = await readOne('saved.json', JSON.stringify({ symbol: 'XRPUSDT_PERP.A', history }));
    expect(series.market).toEqual({ exchange: 'BINANCE', symbol: 'XRPUSDT' });
  });
});
