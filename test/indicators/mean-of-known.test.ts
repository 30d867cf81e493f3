import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { meanOfKnownAt, smaAt } from '../../src/indicators/windows.ts';

const column = fc.array(
  fc.oneof(
    { weight: 2, arbitrary: fc.double({ min: 0, max: 1e12, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(Number.NaN) },
  ),
  { minLength: 1, maxLength: 60 },
);

it('of a whole window it is the mean of the values that are known, elsewhere and without any it is none', () => {
  fc.assert(
    fc.property(column, fc.integer({ min: 1, max: 20 }), (values, period) => {
      values.forEach((_, end) => {
        const known = values.slice(Math.max(0, end - period + 1), end + 1).filter((value) => !Number.isNaN(value));
        const mean = known.reduce((sum, value) => sum + value, 0) / known.length;
        const found = meanOfKnownAt(Float64Array.from(values), end, period);
        if (end < period - 1 || known.length === 0) expect(found).toBeNaN();
        // A mean of the least number that there is and nothing is rounded to either.
        else expect(Math.abs(found - mean)).toBeLessThanOrEqual(Math.max(1e-12 * Math.max(...known), Number.MIN_VALUE));
      });
    }),
  );
});

it('where all are known it is the mean as it always was, to the last bit', () => {
  const values = Float64Array.from({ length: 90 }, (_, i) => 1 / (i + 3));
  for (let end = 0; end < values.length; end += 1) expect(meanOfKnownAt(values, end, 20)).toBe(smaAt(values, end, 20));
});

it('of equal values it is exactly that value, however many are known', () => {
  const values = Float64Array.from({ length: 60 }, (_, i) => (i % 3 === 1 ? Number.NaN : 0.1));
  for (let end = 19; end < values.length; end += 1) expect(meanOfKnownAt(values, end, 20)).toBe(0.1);
});
