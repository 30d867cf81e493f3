import { expect, test } from 'vitest';
import * as fc from 'fast-check';
import { mergeSeries } from '../../src/candles/merge.ts';
import type { ParsedSeries } from '../../src/candles/reader.ts';
import { brokenPromise, HOUR, rows, rowsOf, START, type Row } from './support.ts';

const FINDINGS = {
  rows: 0,
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

function parsed(list: readonly Row[], change: Partial<ParsedSeries> & { symbol?: string } = {}): ParsedSeries {
  const { symbol = 'BTCUSDT', ...rest } = change;
  const column = (at: number) => Float64Array.from(list, (row) => row[at]!);
  return {
    file: 'a.json',
    format: 'arrays',
    unfinished: false,
    modifiedAt: 0,
    spot: false,
    marked: 'name',
    kindOfRows: null,
    written: symbol,
    findings: FINDINGS,
    series: {
      market: { exchange: 'BINANCE', symbol },
      timeframe: '1h',
      length: list.length,
      time: column(0),
      open: column(1),
      high: column(2),
      low: column(3),
      close: column(4),
      volume: column(5),
    },
    ...rest,
  };
}

const scaled = (list: readonly Row[], factor: number): Row[] =>
  list.map(([time, ...values]) => [time, ...values.map((value) => value * factor)] as Row);

test('series of different markets stay as they are', () => {
  const [a, b] = [parsed(rows(3)), parsed(rows(4), { symbol: 'kPEPEUSDT' })];
  expect(mergeSeries([a, b])).toEqual({ series: [a.series, b.series], mergedFiles: 0, leftOut: [], refused: [] });
});

test('overlapping files become one series, the later-modified wins, in whatever order they come', () => {
  const older = parsed(rows(6), { modifiedAt: 1 });
  const newer = parsed(scaled(rows(10).slice(4), 2), { modifiedAt: 2, file: 'b.json' });
  const expected = [...rows(4), ...scaled(rows(10).slice(4), 2)];
  for (const order of [
    [older, newer],
    [newer, older],
  ]) {
    const { series, mergedFiles } = mergeSeries(order);
    expect(series.map(rowsOf)).toEqual([expected]);
    expect(mergedFiles).toBe(1);
  }
});

test('files of the same writing time: the one with the newest candle wins, then the later name', () => {
  const short = parsed(rows(5), { file: 'z.json' });
  const long = parsed(scaled(rows(6), 2), { file: 'a.json' });
  expect(rowsOf(mergeSeries([long, short]).series[0]!)).toEqual(scaled(rows(6), 2));
  const twin = parsed(scaled(rows(5), 3), { file: 'zz.json' });
  expect(rowsOf(mergeSeries([twin, short]).series[0]!)).toEqual(scaled(rows(5), 3));
});

test('spot candles are left out where the market has perpetual ones, in any timeframe', () => {
  const spot = parsed(rows(9), { spot: true, file: 'spot.json', modifiedAt: 9 });
  const perpetual = parsed(scaled(rows(3), 2));
  const { series, leftOut, mergedFiles } = mergeSeries([spot, perpetual]);
  expect(series).toEqual([perpetual.series]);
  expect(mergedFiles).toBe(0);
  expect(leftOut).toMatchObject([{ file: 'spot.json', reason: 'not-candles', market: { symbol: 'BTCUSDT' } }]);
  expect(mergeSeries([spot]).series).toEqual([spot.series]);
});

test('a merged series holds every time once, whatever the files hold', () => {
  const times = fc.uniqueArray(fc.nat({ max: 30 }), { minLength: 1 }).map((list) => list.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), (files) => {
      const list = files.map((hours, i) =>
        parsed(
          hours.map((hour) => [START + hour * HOUR, i + 1, i + 1, i + 1, i + 1, i]),
          { modifiedAt: i, file: `${i}` },
        ),
      );
      const merged = mergeSeries(list).series[0]!;
      const expected = new Map(files.flatMap((hours, i) => hours.map((hour) => [START + hour * HOUR, i + 1] as const)));
      expect(brokenPromise(merged)).toBeNull();
      expect(rowsOf(merged).map(([time, open]) => [time, open])).toEqual([...expected].sort((a, b) => a[0] - b[0]));
    }),
  );
});

test("a volume that the later-modified file does not have is the other one's of the same time, and of no other", () => {
  const without = (list: readonly Row[]): Row[] => list.map((row) => row.with(5, NaN) as Row);
  const older = parsed([...rows(3), ...rows(6).slice(5)], { modifiedAt: 1 });
  const newer = parsed(without(scaled(rows(5), 2)), { modifiedAt: 2, file: 'b.json' });
  const { series } = mergeSeries([older, newer]);
  expect(rowsOf(series[0]!)).toEqual([
    ...scaled(rows(3), 2).map((row, i) => row.with(5, 10 + i)),
    ...without(scaled(rows(5), 2)).slice(3),
    ...rows(6).slice(5),
  ]);
});
