import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { percentileRank } from '../../src/indicators/percentile.ts';

const history = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 100 });

it('counts what lies below, and equals half', () => {
  expect(percentileRank([1, 2, 2, 3], 2)).toBe(0.5);
  expect(percentileRank([1, 2, 3, 4], 2)).toBe(0.375);
  expect(percentileRank(Float64Array.of(1, 2), 5)).toBe(1);
  expect(percentileRank([1, 2], 0)).toBe(0);
});

it('is NaN without a history or without a value', () => {
  expect(percentileRank([], 1)).toBeNaN();
  expect(percentileRank([1, 2], NaN)).toBeNaN();
});

it('of the members of a history averages one half', () => {
  fc.assert(
    fc.property(history, (column) => {
      const ranks = column.map((value) => percentileRank(column, value));
      expect(ranks.reduce((sum, rank) => sum + rank, 0) / column.length).toBeCloseTo(0.5, 12);
    }),
  );
});

it('never falls when the value rises, and does not depend on order', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: -25, max: 25 }), (column, value) => {
      expect(percentileRank(column, value + 1)).toBeGreaterThanOrEqual(percentileRank(column, value));
      expect(percentileRank(column.toReversed(), value)).toBe(percentileRank(column, value));
    }),
  );
});

it('of the mirrored value in the mirrored history is the complement', () => {
  fc.assert(
    fc.property(history, fc.integer({ min: -25, max: 25 }), (column, value) => {
      const mirrored = percentileRank(
        column.map((past) => -past),
        -value,
      );
      expect(mirrored + percentileRank(column, value)).toBeCloseTo(1, 12);
    }),
  );
});
