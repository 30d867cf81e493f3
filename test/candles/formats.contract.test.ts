import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FORMATS } from '../../src/candles/formats/index.ts';
import { brokenPromise, HOUR, readAs, readOne, rowsOf, skipOf, START, type Row } from './support.ts';
import { WRITERS } from './writers.ts';

/** Prices with all the digits that a double can have. */
const ROWS: readonly Row[] = Array.from({ length: 60 }, (_, i) => {
  const open = 0.1 + Math.sin(i) / 30;
  const close = 0.1 + Math.sin(i + 1) / 30;
  return [START + i * HOUR, open, Math.max(open, close) * 1.01, Math.min(open, close) / 1.03, close, 1000 / (i + 3)];
});
const TIMES = new Map(ROWS.map((row) => [row[0], row]));

test('every format has its writer, a kebab-case id of its own and one line of summary', () => {
  const ids = FORMATS.map(({ id }) => id);
  expect([...ids].sort()).toEqual(Object.keys(WRITERS).sort());
  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, summary } of FORMATS) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    expect(summary).toMatch(/^.{20,130}$/);
  }
});

describe.each(FORMATS.map(({ id }) => [id] as const))('%s', (id) => {
  const { name, write, withoutVolume, namesPrices } = WRITERS[id]!;

  test('candles come back bit for bit, with market and timeframe', async () => {
    const { format, series, findings, spot } = await readOne(name, write(ROWS));
    expect(rowsOf(series)).toEqual(ROWS);
    expect({ format, market: series.market, timeframe: series.timeframe, spot }).toEqual({
      format: id,
      market: { exchange: 'BINANCE', symbol: 'BTCUSDT' },
      timeframe: '1h',
      spot: false,
    });
    expect(Object.values({ ...findings, rows: 0 }).every((count) => count === 0)).toBe(true);
  });

  test('named with --format it is read all the same, and no other format reads it', async () => {
    expect(rowsOf((await readOne(name, write(ROWS), undefined, { format: id })).series)).toEqual(ROWS);
    for (const other of FORMATS.filter((format) => format.id !== id)) {
      const result = await readAs(name, write(ROWS), undefined, { format: other.id });
      // 12 columns with a header are a CSV as well, once the user says so.
      if (other.id === 'csv' && result.ok) expect(rowsOf(result.series[0]!.series)).toEqual(ROWS);
      else expect(result.ok, other.id).toBe(false);
    }
  });

  test('shuffled rows give the same series', async () => {
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray([...ROWS], { minLength: ROWS.length }), async (shuffled) => {
        expect(rowsOf((await readOne(name, write(shuffled))).series)).toEqual(ROWS);
      }),
      { numRuns: 5 },
    );
  });

  test('one row is one candle', async () => {
    expect(rowsOf((await readOne(name, write(ROWS.slice(0, 1)))).series)).toEqual(ROWS.slice(0, 1));
  });

  test('an empty file and a file without rows are refused', async () => {
    expect((await skipOf(name, '')).detail).not.toBe('');
    expect((await skipOf(name, write([]))).detail).not.toBe('');
  });

  test('a candle without a volume keeps its prices', async () => {
    const partly = ROWS.map((row, i): Row => [...row.slice(0, 5), i % 2 === 0 ? row[5] : NaN] as unknown as Row);
    const { series, findings } = await readOne(name, write(partly));
    expect(rowsOf(series)).toEqual(partly);
    expect(findings).toMatchObject({ rows: 60, noVolume: 30, notFinite: 0, impossible: 0, missing: 0 });
  });

  test('without a column of volumes it is read where the prices are named, and no candle file elsewhere', async () => {
    const file = withoutVolume(ROWS);
    if (namesPrices) {
      const { series, findings } = await readOne(name, file);
      expect(rowsOf(series)).toEqual(ROWS.map((row) => [...row.slice(0, 5), NaN]));
      expect(findings).toMatchObject({ rows: 60, noVolume: 60, notFinite: 0, impossible: 0, missing: 0 });
    } else expect((await skipOf(name, file)).reason).toBe('not-candles');
  });

  test('cut at every 97th byte it is refused, or what is read is right', async () => {
    const bytes = Buffer.from(write(ROWS));
    for (let size = 1; size < bytes.length; size += 97) {
      const result = await readAs(name, bytes.subarray(0, size));
      for (const { series } of result.ok ? result.series : []) {
        expect(brokenPromise(series)).toBeNull();
        for (const row of rowsOf(series)) expect(row, `cut at ${size}`).toEqual(TIMES.get(row[0]));
      }
      if (!result.ok) expect(result.skipped.detail).not.toBe('');
    }
  });

  test('spoilt bytes are never thrown over, and keep the promises of columns', async () => {
    const bytes = Buffer.from(write(ROWS));
    await fc.assert(
      fc.asyncProperty(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), async (at, change) => {
        const spoilt = Buffer.from(bytes);
        spoilt[at] = spoilt[at]! ^ change;
        const result = await readAs(name, spoilt);
        for (const { series } of result.ok ? result.series : []) expect(brokenPromise(series)).toBeNull();
      }),
      { numRuns: 60 },
    );
  });
});
