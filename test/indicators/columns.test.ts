import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { adx } from './oracle/adx.ts';
import { atr, trueRange } from './oracle/atr.ts';
import { standardDeviation } from './oracle/deviation.ts';
import { ema } from './oracle/ema.ts';
import { highest, lowest } from './oracle/extremes.ts';
import { linearRegressionEnd } from './oracle/regression.ts';
import { rsi } from './oracle/rsi.ts';
import { sma } from './oracle/sma.ts';
import { wilder } from './oracle/wilder.ts';

interface Bars {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
}

/** Every indicator with its first valid index and its value in a market that stands still at `price`. */
const INDICATORS: readonly {
  readonly name: string;
  readonly compute: (bars: Bars, period: number) => Float64Array;
  readonly first: (period: number) => number;
  readonly flat: (price: number) => number;
  /** How long a NaN in the input lives on: as long as it is in the window, or for ever in a recursion. */
  readonly memory: 'window' | 'recursion';
}[] = [
  window(
    'sma',
    ({ close }, period) => sma(close, period),
    (price) => price,
  ),
  window(
    'highest',
    ({ high }, period) => highest(high, period),
    (price) => price,
  ),
  window(
    'lowest',
    ({ low }, period) => lowest(low, period),
    (price) => price,
  ),
  window(
    'standardDeviation',
    ({ close }, period) => standardDeviation(close, period),
    () => 0,
  ),
  recursion(
    'ema',
    (period) => period - 1,
    ({ close }, period) => ema(close, period),
    (price) => price,
  ),
  recursion(
    'wilder',
    (period) => period - 1,
    ({ close }, period) => wilder(close, period),
    (price) => price,
  ),
  recursion(
    'rsi',
    (period) => period,
    ({ close }, period) => rsi(close, period),
    () => 50,
  ),
  recursion(
    'atr',
    (period) => period,
    ({ high, low, close }, period) => atr(high, low, close, period),
    () => 0,
  ),
  recursion(
    'adx',
    (period) => 2 * period - 1,
    ({ high, low, close }, period) => adx(high, low, close, period).adx,
    () => 0,
  ),
  recursion(
    '+DI',
    (period) => period,
    ({ high, low, close }, period) => adx(high, low, close, period).plusDi,
    () => 0,
  ),
  recursion(
    '-DI',
    (period) => period,
    ({ high, low, close }, period) => adx(high, low, close, period).minusDi,
    () => 0,
  ),
];

function window(name: string, compute: (bars: Bars, period: number) => Float64Array, flat: (price: number) => number) {
  return { name, compute, first: (period: number) => period - 1, flat, memory: 'window' as const };
}

function recursion(
  name: string,
  first: (period: number) => number,
  compute: (bars: Bars, period: number) => Float64Array,
  flat: (price: number) => number,
) {
  return { name, compute, first, flat, memory: 'recursion' as const };
}

const bars = fc
  .array(fc.tuple(fc.double({ min: 1, max: 1e6, noNaN: true }), fc.double({ min: 0, max: 0.1, noNaN: true })), {
    maxLength: 90,
  })
  .map((rows) => ({
    close: Float64Array.from(rows, ([close]) => close),
    high: Float64Array.from(rows, ([close, wick]) => close * (1 + wick)),
    low: Float64Array.from(rows, ([close, wick]) => close * (1 - wick / 2)),
  }));
/** Whole prices: mirroring them loses nothing. */
const ticks = fc
  .array(fc.tuple(fc.integer({ min: 100, max: 10_000 }), fc.nat({ max: 50 }), fc.nat({ max: 50 })), { maxLength: 90 })
  .map((rows) => ({
    close: Float64Array.from(rows, ([close]) => close),
    high: Float64Array.from(rows, ([close, above]) => close + above),
    low: Float64Array.from(rows, ([close, , below]) => close - below),
  }));
const period = fc.integer({ min: 1, max: 30 });

function cut({ high, low, close }: Bars, length: number): Bars {
  return { high: high.slice(0, length), low: low.slice(0, length), close: close.slice(0, length) };
}

function still(price: number, length: number): Bars {
  const column = () => new Float64Array(length).fill(price);
  return { high: column(), low: column(), close: column() };
}

describe.each(INDICATORS)('$name', ({ compute, first, flat, memory }) => {
  it('is NaN before its first valid index and finite from there on, also when there are too few bars', () => {
    fc.assert(
      fc.property(bars, period, (input, length) => {
        const out = compute(input, length);
        expect(out).toHaveLength(input.close.length);
        out.forEach((value, i) => expect(Number.isFinite(value)).toBe(i >= first(length)));
      }),
    );
  });

  it('has the same value at every bar when later bars are cut off', () => {
    fc.assert(
      fc.property(bars, period, fc.nat({ max: 90 }), (input, length, kept) => {
        expect(compute(cut(input, kept), length)).toEqual(compute(input, length).slice(0, kept));
      }),
    );
  });

  it('leaves its input as it was', () => {
    fc.assert(
      fc.property(bars, period, (input, length) => {
        const before = cut(input, input.close.length);
        compute(input, length);
        expect(input).toEqual(before);
      }),
    );
  });

  it('is exact in a market that stands still', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-9, max: 1e9, noNaN: true }), period, (price, length) => {
        const out = compute(still(price, 70), length);
        expect(out.slice(first(length)).every((value) => value === flat(price))).toBe(true);
      }),
    );
  });

  it('is NaN where it has read a NaN', () => {
    const length = 5;
    const at = 20;
    const broken = still(100, 60);
    broken.high[at] = broken.low[at] = broken.close[at] = NaN;
    const out = compute(broken, length);
    const recovered = memory === 'window' ? at + length : Infinity;
    out.forEach((value, i) => {
      if (i >= first(length)) expect(Number.isNaN(value), `bar ${i}`).toBe(i >= at && i < recovered);
    });
  });
});

describe('true range', () => {
  it('has no value at the first bar and reaches the previous close across a gap', () => {
    const ranges = trueRange(Float64Array.of(11, 21, 6), Float64Array.of(9, 19, 4), Float64Array.of(10, 20, 5));
    expect(ranges).toEqual(Float64Array.of(NaN, 11, 16));
  });
});

describe('RSI', () => {
  it('is 100 in a market that only rises and 0 in one that only falls', () => {
    const rising = Float64Array.from({ length: 40 }, (_, i) => 100 + i);
    expect(rsi(rising, 14)[39]).toBe(100);
    expect(rsi(rising.toReversed(), 14)[39]).toBe(0);
  });

  it('of mirrored prices is its mirror image', () => {
    fc.assert(
      fc.property(ticks, ({ close }) => {
        const mirrored = rsi(
          close.map((price) => 20_000 - price),
          14,
        );
        rsi(close, 14).forEach((value, i) => {
          if (!Number.isNaN(value)) expect(mirrored[i]! + value).toBeCloseTo(100, 9);
        });
      }),
    );
  });
});

describe('ADX', () => {
  it('is 100 in a market that only rises, with no -DI', () => {
    const low = Float64Array.from({ length: 40 }, (_, i) => 100 + i);
    const high = low.map((price) => price + 1);
    const lines = adx(high, low, low, 14);
    expect(lines.adx[39]).toBeCloseTo(100, 9);
    expect(lines.plusDi[39]).toBeCloseTo(50, 9);
    expect(lines.minusDi[39]).toBe(0);
  });

  it('does not count an inside bar as movement, nor equal moves to both sides', () => {
    const high = Float64Array.of(10, 9, 12, 11);
    const low = Float64Array.of(5, 6, 3, 4);
    const { plusDi, minusDi } = adx(high, low, Float64Array.of(7, 7, 7, 7), 2);
    expect(plusDi.slice(2)).toEqual(Float64Array.of(0, 0));
    expect(minusDi.slice(2)).toEqual(Float64Array.of(0, 0));
  });

  it('swaps its DI lines when prices are mirrored', () => {
    fc.assert(
      fc.property(ticks, ({ high, low, close }) => {
        const mirror = (column: Float64Array) => column.map((price) => 20_000 - price);
        const straight = adx(high, low, close, 14);
        const mirrored = adx(mirror(low), mirror(high), mirror(close), 14);
        expect(mirrored.minusDi).toEqual(straight.plusDi);
        expect(mirrored.plusDi).toEqual(straight.minusDi);
        expect(mirrored.adx).toEqual(straight.adx);
      }),
    );
  });
});

describe('regression', () => {
  it('is exact on a straight line', () => {
    const line = Float64Array.from({ length: 30 }, (_, i) => 7 - 3 * i);
    const ends = linearRegressionEnd(line, 20);
    for (let i = 19; i < 30; i++) expect(ends[i]).toBeCloseTo(line[i]!, 9);
  });

  it('begins a full window after the NaNs that its input begins with', () => {
    const ends = linearRegressionEnd(Float64Array.of(NaN, NaN, NaN, 1, 2, 3, 5), 3);
    expect(ends.slice(0, 5)).toEqual(new Float64Array(5).fill(NaN));
    expect(ends[5]).toBeCloseTo(3, 12);
    expect(ends[6]).toBeCloseTo(10 / 3 + 1.5, 12);
  });

  it('does not change when later values are cut off', () => {
    fc.assert(
      fc.property(bars, fc.nat({ max: 90 }), ({ close }, kept) => {
        expect(linearRegressionEnd(close.slice(0, kept), 20)).toEqual(linearRegressionEnd(close, 20).slice(0, kept));
      }),
    );
  });
});
