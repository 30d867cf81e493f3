import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adx } from './oracle/adx.ts';
import { atr } from './oracle/atr.ts';
import { standardDeviation } from './oracle/deviation.ts';
import { ema } from './oracle/ema.ts';
import { highest, lowest } from './oracle/extremes.ts';
import { fillRecursions, stepRecursions, type Recursions } from '../../src/indicators/fused.ts';
import { deviationAt, highestAt, lowestAt, smaAt } from '../../src/indicators/windows.ts';
import { rsi } from './oracle/rsi.ts';
import { sma } from './oracle/sma.ts';

/** Few different prices, so that flat stretches, gaps of nothing and equal ranges occur; or many. */
const price = fc.oneof(fc.constantFrom(1, 1, 1, 1.1, 0.1, 7e-8), fc.double({ min: 1e-8, max: 1e6, noNaN: true }));
type Row = readonly [number, number, number];
const rowsOf = (one: fc.Arbitrary<number>): fc.Arbitrary<Row[]> =>
  fc.array(fc.tuple(one, one, one), { maxLength: 260, size: 'max' });
/** Stretches in which nothing moves. */
const still = fc
  .array(fc.tuple(price, fc.integer({ min: 1, max: 60 })), { maxLength: 12, size: 'max' })
  .map((runs) => runs.flatMap(([one, length]) => Array.from({ length }, (): Row => [one, one, one])).slice(0, 260));
/** Whole steps: as far up as down, often. */
const steps = rowsOf(fc.integer({ min: 1, max: 4 }));
const candles = fc.oneof(rowsOf(price), steps, still).map((rows) => ({
  length: rows.length,
  high: Float64Array.from(rows, (row) => Math.max(...row)),
  low: Float64Array.from(rows, (row) => Math.min(...row)),
  close: Float64Array.from(rows, (row) => row[0]),
}));

/** Longer than the candles and full of what was there before. */
const used = (): Float64Array => new Float64Array(300).fill(123);

function columns(): Recursions {
  return {
    ema20: used(),
    ema50: used(),
    ema200: used(),
    rsi14: used(),
    atr14: used(),
    adx14: used(),
    plusDi14: used(),
    minusDi14: used(),
  };
}

test('recursions in one pass are those of the readable forms bit for bit', () => {
  const out = columns();
  fc.assert(
    fc.property(candles, (series) => {
      const { high, low, close, length } = series;
      fillRecursions(series, length, out);
      const directional = adx(high, low, close, 14);
      const expected = {
        ema20: ema(close, 20),
        ema50: ema(close, 50),
        ema200: ema(close, 200),
        rsi14: rsi(close, 14),
        atr14: atr(high, low, close, 14),
        adx14: directional.adx,
        plusDi14: directional.plusDi,
        minusDi14: directional.minusDi,
      };
      const found = Object.fromEntries(Object.entries(out).map(([name, column]) => [name, column.slice(0, length)]));
      expect(found).toEqual(expected);
    }),
    { numRuns: 300 },
  );
});

test('one candle more is a step, bit for bit, wherever it begins', () => {
  const stepped = columns();
  const whole = columns();
  fc.assert(
    fc.property(candles, (series) => {
      const last = series.length - 1;
      if (last < 0) return;
      const before = fillRecursions(series, last, stepped);
      stepRecursions(series, last, stepped, before);
      fillRecursions(series, last + 1, whole);
      for (const name of Object.keys(whole) as (keyof Recursions)[]) {
        expect(stepped[name].slice(0, last + 1), name).toEqual(whole[name].slice(0, last + 1));
      }
    }),
    { numRuns: 300 },
  );
});

test('a window at one candle is what the column has there bit for bit', () => {
  fc.assert(
    fc.property(candles, fc.integer({ min: 2, max: 30 }), ({ high, low, close, length }, period) => {
      const column = (at: (end: number) => number): Float64Array => Float64Array.from({ length }, (_, end) => at(end));
      expect(column((end) => smaAt(close, end, period))).toEqual(sma(close, period));
      expect(column((end) => deviationAt(close, end, period))).toEqual(standardDeviation(close, period));
      expect(column((end) => highestAt(high, end, period))).toEqual(highest(high, period));
      expect(column((end) => lowestAt(low, end, period))).toEqual(lowest(low, period));
    }),
    { numRuns: 200 },
  );
});
