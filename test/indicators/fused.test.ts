import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { adx } from '../../src/indicators/adx.ts';
import { atr } from '../../src/indicators/atr.ts';
import { standardDeviation, deviationAt } from '../../src/indicators/deviation.ts';
import { ema } from '../../src/indicators/ema.ts';
import { highest, highestAt, lowest, lowestAt } from '../../src/indicators/extremes.ts';
import { fillAverages, fillMovement } from '../../src/indicators/fused.ts';
import { linearRegressionEnd, linearRegressionEndAt } from '../../src/indicators/regression.ts';
import { rsi } from '../../src/indicators/rsi.ts';
import { sma, smaAt } from '../../src/indicators/sma.ts';

/** Few different prices, so that flat stretches, gaps of nothing and equal ranges occur; or many. */
const price = fc.oneof(fc.constantFrom(1, 1, 1, 1.1, 0.1, 7e-8), fc.double({ min: 1e-8, max: 1e6, noNaN: true }));
const candles = fc.array(fc.tuple(price, price, price), { maxLength: 260, size: 'max' }).map((rows) => ({
  length: rows.length,
  high: Float64Array.from(rows, (row) => Math.max(...row)),
  low: Float64Array.from(rows, (row) => Math.min(...row)),
  close: Float64Array.from(rows, (row) => row[0]),
}));

/** Longer than the candles and full of what was there before. */
const used = (): Float64Array => new Float64Array(300).fill(123);

test('recursions in one pass are those of the readable forms bit for bit', () => {
  const out = { ema20: used(), ema50: used(), ema200: used() };
  const moved = { rsi14: used(), atr14: used(), adx14: used(), plusDi14: used(), minusDi14: used() };
  fc.assert(
    fc.property(candles, (series) => {
      const { high, low, close, length } = series;
      fillAverages(close, length, out);
      fillMovement(series, moved);
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
      const found = Object.fromEntries(
        Object.entries({ ...out, ...moved }).map(([name, column]) => [name, column.slice(0, length)]),
      );
      expect(found).toEqual(expected);
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
      const whole = linearRegressionEnd(close, period);
      for (let end = period; end < length; end += 7) {
        const first = end - period;
        expect(linearRegressionEndAt(close.subarray(first, end + 1), end, period, first)).toBe(whole[end]);
        expect(linearRegressionEndAt(close.subarray(first, end + 1), end - 1, period, first)).toBe(whole[end - 1]);
      }
    }),
    { numRuns: 200 },
  );
});
