/** Times as files have them. All files here are hand-made. */
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { describe, expect, test } from 'vitest';
import { toTextTime } from '../../src/candles/values.ts';
import { asObjects, HOUR, readOne, rows, rowsOf, skipOf, START, type Row } from '../candles/support.ts';

const DAY = 24 * HOUR;
const CSV = 'BINANCE_BTCUSDT_1h.csv';
const JSON_FILE = 'BINANCE_BTCUSDT_1h.json';
const LIST = rows(12);
const HEADER = ['time', 'open', 'high', 'low', 'close', 'volume'];

type Cell = string | number;

const csv = (cells: readonly (readonly Cell[])[], header: readonly string[] = HEADER): string =>
  [header, ...cells].map((row) => `${row.join(',')}\n`).join('');
const withTimes = (write: (ms: number) => Cell, list: readonly Row[] = LIST): Cell[][] =>
  list.map(([time, ...values]) => [write(time), ...values]);
const iso = (ms: number): string => new Date(ms).toISOString();
const naive = (ms: number): string => iso(ms).slice(0, 19).replace('T', ' ');

/** The same cells in every kind of file that can hold text. */
const FILES: readonly (readonly [name: string, write: (cells: readonly (readonly Cell[])[]) => string | Uint8Array])[] =
  [
    [CSV, (cells) => csv(cells)],
    [JSON_FILE, (cells) => JSON.stringify(cells)],
    [
      'BINANCE_BTCUSDT_1h.json.objects.json',
      (cells) => JSON.stringify(cells.map((row) => Object.fromEntries(HEADER.map((name, i) => [name, row[i]])))),
    ],
    [
      'BINANCE_BTCUSDT_1h.parquet',
      (cells) => {
        const column = (i: number) => cells.map((row) => row[i]!);
        const isText = typeof cells[0]![0] === 'string';
        const columnData = HEADER.map((name, i) => ({
          name,
          data: column(i),
          type: i === 0 && isText ? ('STRING' as const) : ('DOUBLE' as const),
        }));
        return new Uint8Array(parquetWriteBuffer({ columnData }));
      },
    ],
    [
      'BINANCE_BTCUSDT_1h.feather',
      (cells) => {
        const columns = HEADER.map((name, i) => [name, cells.map((row) => row[i]!)] as const);
        return tableToIPC(tableFromArrays(Object.fromEntries(columns)), 'file');
      },
    ],
  ];
const nameOf = (name: string): string => name.replace('.json.objects', '');

describe('a time is one time', () => {
  const eight = Date.UTC(2026, 7, 30, 8);
  test.each([
    ['2026-08-30 08:00:00+00', eight, false],
    ['2026-08-30 08:00:00.000000+00', eight, false],
    ['2026-08-30 16:00:00+08', eight, false],
    ['2026-08-30 13:30:00+05:30', eight, false],
    ['2026-08-30 13:30:00+0530', eight, false],
    ['2026-08-30 04:30:00-0330', eight, false],
    ['2026-08-30T03:00-05', eight, false],
    ['2026-08-30 16:00:00 GMT+8', eight, false],
    ['2026-08-30 08:00:00 +0000 UTC', eight, false],
    ['2026-08-30 08:00:00 UTC', eight, false],
    ['2026/08/30 08:00:00Z', eight, false],
    ['2026-08-30T08:00:00.000000000Z', eight, false],
    ['2026-08-30 8:00', eight, true],
    ['2026-08-30 08-AM', eight, true],
    ['2026-08-30 08:00 AM', eight, true],
    ['2026-08-30 08:00:00 PM', eight + 12 * HOUR, true],
    ['2026-08-30 12-AM', eight - 8 * HOUR, true],
    ['2026-08-30 12-PM', eight + 4 * HOUR, true],
    ['2026-08-30', eight - 8 * HOUR, true],
  ])('%s', (text, time, isNaive) => {
    expect(toTextTime(text)).toEqual({ time, naive: isNaive });
  });

  test.each([
    '2026-02-30 08:00',
    '2026-08-30 25:00',
    '2026-08-30 13-AM',
    '2026-08-30 08:00:00+16',
    '04:00',
    '30.08.2026',
  ])('%s is none', (text) => {
    expect(toTextTime(text).time).toBeNaN();
  });

  test.each(FILES)('zones of two digits and times as text in %s', async (name, write) => {
    const { series, findings } = await readOne(nameOf(name), write(withTimes((ms) => `${naive(ms)}+00`)));
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.naiveTimes).toBe(0);
  });

  test.each(FILES)('times without a zone are UTC, and counted, in %s', async (name, write) => {
    const { series, findings } = await readOne(nameOf(name), write(withTimes(naive)));
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.naiveTimes).toBe(12);
  });

  test.each(FILES)('seconds to nanoseconds in one file are told apart row by row in %s', async (name, write) => {
    const units = [1e-3, 1, 1e3, 1e6];
    let row = 0;
    const { series } = await readOne(nameOf(name), write(withTimes((ms) => ms * units[row++ % 4]!)));
    expect(rowsOf(series)).toEqual(LIST);
  });
});

describe('times that label the end of a candle are moved to its start', () => {
  const names = (list: readonly Row[], time: (open: number) => Readonly<Record<string, Cell>>): object[] =>
    list.map(([open, ...values]) => ({
      ...time(open),
      ...Object.fromEntries(HEADER.slice(1).map((name, i) => [name, values[i]])),
    }));
  const bitmex = { symbol: 'BTCUSDT', vwap: 100, homeNotional: 1, foreignNotional: 100 };
  const tableOf = (list: readonly object[]): string =>
    csv(
      list.map((row) => Object.values(row) as Cell[]),
      Object.keys(list[0]!),
    );

  test.each([
    ['BitMEX', (open: number) => ({ timestamp: iso(open + HOUR), ...bitmex })],
    ['a close time alone, the last millisecond', (open: number) => ({ close_time: open + HOUR - 1 })],
    ['a close time alone, the last second', (open: number) => ({ endTime: (open + HOUR) / 1000 - 1 })],
    ['a close time alone, the next open', (open: number) => ({ closeTimestamp: iso(open + HOUR) })],
    [
      'a time that is the close time',
      (open: number) => ({ timestamp: iso(open + HOUR - 1), timeClose: iso(open + HOUR - 1) }),
    ],
  ])('%s, as JSON and as CSV', async (_what, time) => {
    for (const [name, text] of [
      [JSON_FILE, JSON.stringify(names(LIST, time))],
      [CSV, tableOf(names(LIST, time))],
    ] as const) {
      const { series, findings } = await readOne(name, text);
      expect(rowsOf(series)).toEqual(LIST);
      expect(findings).toMatchObject({ shifted: 12, offGrid: 0 });
    }
  });

  test('six plain numbers, of which one is the close time', async () => {
    const { series, findings } = await readOne(
      JSON_FILE,
      JSON.stringify(names(LIST, (open) => ({ close_time: open + HOUR - 1 }))),
    );
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.shifted).toBe(12);
  });

  test("BitMEX's columns as Parquet", async () => {
    const column = (i: number) => LIST.map((row) => row[i]!);
    const columnData = [
      { name: 'timestamp', data: LIST.map(([open]) => new Date(open + HOUR)), type: 'TIMESTAMP' as const },
      ...HEADER.slice(1).map((name, i) => ({ name, data: column(i + 1), type: 'DOUBLE' as const })),
      ...['homeNotional', 'foreignNotional'].map((name) => ({ name, data: column(5), type: 'DOUBLE' as const })),
    ];
    const { series, findings } = await readOne(
      'BITMEX_XBTUSDT_1h.parquet',
      new Uint8Array(parquetWriteBuffer({ columnData })),
    );
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.shifted).toBe(12);
  });

  test.each([
    [
      'openTimestamp beside closeTimestamp and timestamp',
      (open: number) => ({ timestamp: open + HOUR, closeTimestamp: open + HOUR, openTimestamp: open }),
    ],
    [
      'CoinMarketCap',
      (open: number) => ({ timeOpen: iso(open), timeClose: iso(open + HOUR - 1), timestamp: iso(open + HOUR - 1) }),
    ],
    [
      'CoinAPI',
      (open: number) => ({
        time_open: iso(open + 17_000),
        time_period_start: iso(open),
        time_period_end: iso(open + HOUR),
      }),
    ],
    ['a time beside a later close time', (open: number) => ({ time: open, close_time: open + HOUR - 1 })],
    ['BitMEX with an open time of its own', (open: number) => ({ timestamp: open + HOUR, openTime: open, ...bitmex })],
    ["Hyperliquid's t and T", (open: number) => ({ t: open, T: open + HOUR - 1 })],
  ])('%s: the open time counts, and nothing is moved', async (_what, time) => {
    const { series, findings } = await readOne(JSON_FILE, JSON.stringify(names(LIST, time)));
    expect(rowsOf(series)).toEqual(LIST);
    expect(findings.shifted).toBe(0);
  });

  test('what nothing tells is read as the start; the last millisecond of each candle is told with the remedy', async () => {
    const late = (by: number) => JSON.stringify(LIST.map(([time, ...values]) => [time + by, ...values]));
    expect((await readOne(JSON_FILE, late(HOUR))).series.time[0]).toBe(START + HOUR);
    expect((await skipOf(JSON_FILE, late(HOUR - 1))).detail).toBe(
      'its times label the end of each candle: call the column close_time',
    );
  });
});

describe('a clock that is not UTC', () => {
  const last = LIST.at(-1)![0];
  const local = (hours: number) => withTimes((ms) => naive(ms + hours * HOUR));

  test.each(FILES)('whose newest candle is 8 h ahead is refused in %s, with the hours', async (name, write) => {
    const { reason, detail } = await skipOf(nameOf(name), write(local(8)), { now: last + 600_000 });
    expect(reason).toBe('bad-series');
    expect(detail).toMatch(/newest is 8 h ahead of this machine's clock, as a clock at UTC\+8 or further east/);
  });

  test('five minutes ahead are two clocks, a second more is another zone', async () => {
    const text = csv(withTimes(naive));
    expect((await readOne(CSV, text, undefined, { now: last - 300_000 })).series.length).toBe(12);
    expect((await skipOf(CSV, text, { now: last - 301_000 })).detail).toContain('1 h ahead');
  });

  test('with a zone, or as numbers, nothing is refused for it', async () => {
    const now = { now: last - 30 * 60_000 };
    expect((await readOne(CSV, csv(withTimes(iso)), undefined, now)).series.length).toBe(12);
    expect((await readOne(JSON_FILE, JSON.stringify(LIST), undefined, now)).series.length).toBe(12);
  });

  test('one slip years ahead does not speak for the rest', async () => {
    const slip = rows(120).map((row, i) => (i === 119 ? row.with(0, row[0] + 2000 * DAY) : row) as Row);
    const { findings } = await readOne(CSV, csv(withTimes(naive, slip)), undefined, { now: START + 121 * HOUR });
    expect(findings.future).toBe(1);
  });
});

describe('what spreadsheets make of times is told with its cause', () => {
  const excel = (ms: number): string => ms.toExponential(5).replace('e', 'E');
  const compact = (ms: number, digits: number): string => iso(ms).replaceAll(/\D/g, '').slice(0, digits);

  test.each([
    ['milliseconds cut to six digits', withTimes(excel), 'have lost digits'],
    ['seconds cut to six digits', withTimes((ms) => excel(ms / 1000)), 'have lost digits'],
    ['decimal commas besides', withTimes((ms) => `"${excel(ms).replace('.', ',')}"`), 'have lost digits'],
    ['row numbers', withTimes((ms) => (ms - START) / HOUR), 'are row numbers, as 1'],
    ['serial numbers', withTimes((ms) => ms / DAY + 25_569), 'serial numbers of a spreadsheet'],
    ['dates to the minute without separators', withTimes((ms) => compact(ms, 12)), 'dates without separators'],
    ['dates to the second without separators', withTimes((ms) => compact(ms, 14)), 'dates without separators'],
    ['dates to the hour without separators', withTimes((ms) => compact(ms, 10)), 'dates without separators'],
    [
      'a date without separators and a clock',
      withTimes((ms) => `${compact(ms, 8)} ${iso(ms).slice(11, 16)}`),
      'dates without separators',
    ],
    [
      'ISO 8601 without separators',
      withTimes((ms) => `${compact(ms, 8)}T${iso(ms).slice(11, 19).replaceAll(':', '')}Z`),
      'dates without separators',
    ],
  ])('%s', async (_what, cells, words) => {
    const skipped = await skipOf(CSV, csv(cells));
    expect(skipped).toMatchObject({ reason: 'bad-series', detail: expect.stringContaining(words) as string });
    expect((await skipOf(JSON_FILE, JSON.stringify(cells).replaceAll('\\"', ''))).detail).toContain(words);
  });

  test.each([0, 4 * HOUR])("Binance's twelve columns without a header, cut, the close %i ms later", async (later) => {
    const cut = LIST.map(([time, ...values]) => [excel(time), ...values, excel(time + later), 1, 1, 1, 1, 0].join(','));
    expect((await skipOf('BTCUSDT-1h-2026-01.csv', cut.join('\n'))).detail).toContain('have lost digits');
  });

  test.each([
    ['20260101 000000;1;2;1;2;9', 'dates without separators'],
    ['01/02/2026 00:00;1;2;1;2;9', 'can be read in two ways'],
    ['midnight;1;2;1;2;9', 'its times are such as "midnight"'],
  ])('a file without a header, %s', async (line, words) => {
    expect((await skipOf(CSV, `${line}\n`.repeat(5))).detail).toContain(words);
  });

  test('days without separators', async () => {
    const days = withTimes((ms) => Number(compact(ms, 8)), rows(12, DAY));
    expect((await skipOf('BINANCE_BTCUSDT_1d.json', JSON.stringify(days))).detail).toContain('as 20260101: write them');
  });

  test('an exponent that keeps all digits is a number', async () => {
    const { series } = await readOne(CSV, csv(withTimes((ms) => ms.toExponential().replace('e+', 'E'))));
    expect(rowsOf(series)).toEqual(LIST);
  });
});

describe('candles that do not open with the days of UTC', () => {
  const moved = (step: number, by: number) => JSON.stringify(rows(12, step).map((row) => row.with(0, row[0] + by)));

  test.each([
    [
      '1d',
      DAY,
      16 * HOUR,
      'its days begin at 16:00 UTC, midnight of UTC+8: get those of UTC (at OKX and Bitget the interval 1Dutc)',
    ],
    ['12h', 12 * HOUR, 4 * HOUR, 'its 12h candles are of days from 16:00 UTC'],
    ['12h', 12 * HOUR, 4 * HOUR, 'the interval 12Hutc'],
    ['6h', 6 * HOUR, 4 * HOUR, 'the interval 6Hutc'],
    [
      '1h',
      HOUR,
      HOUR / 2,
      '1h candles open 30 min behind multiples of 1h from 00:00 UTC: its times are those of another zone',
    ],
    ['1d', DAY, 5 * HOUR, 'open 5 h behind multiples of 1d'],
    ['1h', HOUR, 60_000, 'its open times are no multiples of 1h from 00:00 UTC'],
  ])('%s by %i + %i', async (timeframe, step, by, words) => {
    expect((await skipOf(`OKX_BTCUSDT_${timeframe}.json`, moved(step, by))).detail).toContain(words);
  });

  test('candles of 8 h and less of a day from 16:00 UTC are those of UTC', async () => {
    expect((await readOne('OKX_BTCUSDT_8h.json', moved(8 * HOUR, 16 * HOUR))).series.length).toBe(12);
  });

  test('objects of a whole day are told as arrays are', async () => {
    const list = rows(12, DAY).map((row) => row.with(0, row[0] + 16 * HOUR) as Row);
    expect((await skipOf('OKX_BTCUSDT_1d.json', JSON.stringify(asObjects(list)))).detail).toContain('1Dutc');
  });
});
