import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standardDeviation } from './oracle/deviation.ts';
import { ema } from './oracle/ema.ts';
import { highest, lowest } from './oracle/extremes.ts';
import { linearRegressionEnd } from './oracle/regression.ts';
import { sma } from './oracle/sma.ts';
import { wilder } from './oracle/wilder.ts';

type Column = readonly number[];

/** Prices, signed differences and zeros of very different sizes, with runs of equal values. */
const values = fc
  .array(
    fc.tuple(fc.oneof(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.constant(0)), fc.integer({ min: 1, max: 4 })),
    {
      maxLength: 60,
    },
  )
  .map((runs) => runs.flatMap(([value, length]) => Array<number>(length).fill(value)));

function mean(column: Column): number {
  return column.reduce((sum, value) => sum + value, 0) / column.length;
}

/** Least squares by the normal equations of centred values, read at the last bar. */
function regressionEnd(column: Column): number {
  const middle = (column.length - 1) / 2;
  const average = mean(column);
  let covariance = 0;
  let variance = 0;
  column.forEach((value, k) => {
    covariance += (k - middle) * (value - average);
    variance += (k - middle) ** 2;
  });
  return average + (covariance / variance) * middle;
}

/** One value per full window, each computed from nothing but its window. */
function perWindow(column: Column, period: number, compute: (window: Column) => number): Column {
  return column.map((_, i) => (i < period - 1 ? NaN : compute(column.slice(i - period + 1, i + 1))));
}

/** The recursion written out as weights: the seed decays, every later value enters once. */
function recursive(column: Column, period: number, weight: number): Column {
  return column.map((_, i) => {
    const steps = i - period + 1;
    if (steps < 0) return NaN;
    let average = mean(column.slice(0, period)) * (1 - weight) ** steps;
    for (let k = 0; k < steps; k++) average += weight * (1 - weight) ** k * column[i - k]!;
    return average;
  });
}

describe.each([
  { name: 'sma', compute: sma, naive: (column: Column, n: number) => perWindow(column, n, mean), minimum: 1 },
  {
    name: 'highest',
    compute: highest,
    naive: (column: Column, n: number) => perWindow(column, n, (window) => Math.max(...window)),
    minimum: 1,
  },
  {
    name: 'lowest',
    compute: lowest,
    naive: (column: Column, n: number) => perWindow(column, n, (window) => Math.min(...window)),
    minimum: 1,
  },
  {
    name: 'standardDeviation',
    compute: standardDeviation,
    naive: (column: Column, n: number) =>
      perWindow(column, n, (window) => Math.sqrt(mean(window.map((value) => (value - mean(window)) ** 2)))),
    minimum: 1,
  },
  {
    name: 'linearRegressionEnd',
    compute: linearRegressionEnd,
    naive: (column: Column, n: number) => perWindow(column, n, regressionEnd),
    minimum: 2,
  },
  { name: 'ema', compute: ema, naive: (column: Column, n: number) => recursive(column, n, 2 / (n + 1)), minimum: 1 },
  { name: 'wilder', compute: wilder, naive: (column: Column, n: number) => recursive(column, n, 1 / n), minimum: 1 },
])('$name', ({ compute, naive, minimum }) => {
  it('equals its definition, window by window', () => {
    fc.assert(
      fc.property(values, fc.integer({ min: minimum, max: 30 }), (column, period) => {
        const expected = naive(column, period);
        const actual = compute(Float64Array.from(column), period);
        const scale = Math.max(1, ...column.map(Math.abs));
        expect(actual).toHaveLength(expected.length);
        expected.forEach((value, i) => {
          if (Number.isNaN(value)) expect(actual[i]).toBeNaN();
          else expect(Math.abs(actual[i]! - value)).toBeLessThanOrEqual(1e-9 * scale);
        });
      }),
    );
  });
});

describe('rounding', () => {
  it('a volume that dries up has an average of exactly 0', () => {
    const volume = Float64Array.of(0.1, 1e15, 0.2, 0.3, ...Array<number>(20).fill(0));
    expect(sma(volume, 20)[23]).toBe(0);
  });

  it('a flat stretch after wild prices has exactly its price as average and no deviation', () => {
    const close = Float64Array.of(93_001.7, 0.3, 51_234.56, ...Array<number>(20).fill(0.1));
    expect(sma(close, 20)[22]).toBe(0.1);
    expect(standardDeviation(close, 20)[22]).toBe(0);
    expect(highest(close, 20)[22]).toBe(0.1);
  });

  it('the deviation of tiny moves does not drown in a large price', () => {
    const moves = Float64Array.from({ length: 60 }, (_, i) => (i * 7) % 5);
    const onTop = moves.map((move) => 2 ** 45 + move);
    expect(standardDeviation(onTop, 20)).toEqual(standardDeviation(moves, 20));
  });

  it('the average of a recursion does not drift on a constant', () => {
    const constant = new Float64Array(5_000).fill(0.1);
    expect(ema(constant, 200)[4_999]).toBe(0.1);
    expect(wilder(constant, 14)[4_999]).toBe(0.1);
  });
});
