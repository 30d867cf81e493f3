import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { pivotHighs } from '../../src/indicators/pivots.ts';

const highs = fc.array(fc.integer({ min: 1, max: 12 }), { maxLength: 60 }).map((values) => Float64Array.from(values));
const k = fc.integer({ min: 1, max: 6 });

it('a pivot high is above the bars before it and not below the bars after it', () => {
  expect(pivotHighs(Float64Array.of(1, 2, 5, 3, 2), 0, 4, 2)).toEqual([2]);
  expect(pivotHighs(Float64Array.of(1, 2, 5, 3, 6), 0, 4, 2)).toEqual([]);
});

it('of equal highs within reach of each other the first is the pivot', () => {
  expect(pivotHighs(Float64Array.of(1, 2, 5, 5, 2, 1), 0, 5, 2)).toEqual([2]);
});

it('a pivot is known once k more bars have closed and not earlier', () => {
  const high = Float64Array.of(1, 2, 5, 3, 2);
  expect(pivotHighs(high, 0, 3, 2)).toEqual([]);
  expect(pivotHighs(high, 0, 4, 2)).toEqual([2]);
});

it('bars before `from` confirm a pivot but are none', () => {
  const high = Float64Array.of(1, 9, 1, 2, 5, 3, 2);
  expect(pivotHighs(high, 0, 6, 1)).toEqual([1, 4]);
  expect(pivotHighs(high, 2, 6, 1)).toEqual([4]);
});

it('pivots are the same when everything after `last` is different', () => {
  fc.assert(
    fc.property(highs, k, fc.nat({ max: 60 }), (high, reach, last) => {
      const other = high.map((value, i) => (i > last ? 1_000 - value : value));
      const known = Math.min(last, high.length - 1);
      expect(pivotHighs(other, 0, known, reach)).toEqual(pivotHighs(high, 0, known, reach));
    }),
  );
});

it('pivots are exactly the bars that the definition names', () => {
  fc.assert(
    fc.property(highs, k, (high, reach) => {
      const expected = [...high.keys()].filter((i) => {
        if (i < reach || i + reach >= high.length) return false;
        const before = high.slice(i - reach, i);
        const after = high.slice(i + 1, i + reach + 1);
        return Math.max(...before) < high[i]! && Math.max(...after) <= high[i]!;
      });
      expect(pivotHighs(high, 0, high.length - 1, reach)).toEqual(expected);
    }),
  );
});
