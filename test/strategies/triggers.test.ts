/** Where the search for a trigger begins and ends, with conditions that are plain comparisons. */
import { describe, expect, it } from 'vitest';
import type { MarketView, Side } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import { farthest, firstAhead, triggerAt } from '../../src/strategies/triggers.ts';
import { candlesOf } from '../contract/markets.ts';
import { flat } from './tables/candles.ts';

/** Closes at `last`; ATR14 is a fiftieth of that. */
function marketAt(last: number): MarketView {
  return createViewer()(candlesOf(flat(60, { price: last, range: last / 50 })));
}

const closeOf = ({ candles: { close, length } }: MarketView): number => close[length - 1]!;

/** The trigger of a side whose conditions hold from the close `from` on. */
function priceFrom(last: number, side: Side, edge: number, from: number, until?: number): number | null {
  const away = side === 'long' ? 1 : -1;
  const fires = (next: MarketView): boolean => {
    const close = closeOf(next);
    return away * (close - from) >= 0 && (until === undefined || away * (until - close) >= 0);
  };
  return triggerAt(marketAt(last), side, edge, fires)?.price ?? null;
}

describe('a trigger', () => {
  it.each([
    [100, 'long', 102.3456789, 102.34568],
    [100, 'short', 97.65432199, 97.654321],
    [100, 'long', 102, 102.00001],
    [100, 'short', 98, 97.999999],
    [98_765.4, 'long', 99_999.9991, 100_000],
    [0.000_012_3, 'long', 0.000_013_456_789_01, 0.000_013_456_79],
    [0.000_012_3, 'short', 0.000_009_876_543_29, 0.000_009_876_543_2],
    [3e9, 'short', 2_345_678_951, 2_345_678_900],
  ] as const)(
    'of a market at %d is the first price of eight digits beyond the edge: %s, %d',
    (last, side, edge, price) => {
      const away = side === 'long' ? 1 : -1;
      expect(priceFrom(last, side, edge, edge * (1 + away * 1e-12))).toBe(price);
    },
  );

  it('says how many ATR away it is, with its sign', () => {
    const market = marketAt(100);
    const fires = (next: MarketView): boolean => Math.abs(closeOf(next) - 100) > 2.9999999;
    expect(triggerAt(market, 'long', 103, fires)!.distanceAtr).toBeCloseTo(3.00001 / 2, 9);
    expect(triggerAt(market, 'short', 97, fires)!.distanceAtr).toBeCloseTo(-3.000001 / 2, 9);
  });

  it('lies up to three units of its last digit beyond the edge that was worked out, no more', () => {
    expect(priceFrom(100, 'long', 102.000004, 102.00003)).toBe(102.00003);
    expect(priceFrom(100, 'long', 102.000004, 102.00004)).toBe(null);
    expect(priceFrom(100, 'short', 50.5000004, 50.499997)).toBe(50.499997);
    expect(priceFrom(100, 'short', 50.5000004, 50.499996)).toBe(null);
  });

  it('stands beyond the last close, which may be the edge itself', () => {
    expect(priceFrom(100, 'long', 100, 100.000001)).toBe(100.00001);
    expect(priceFrom(100, 'short', 100, 99.999999)).toBe(99.99999);
  });

  it('lies between half and twice the last close, both included', () => {
    expect(priceFrom(100, 'long', 199.99998, 199.999981)).toBe(199.99999);
    expect(priceFrom(100, 'long', 199.99999, 199.999991)).toBe(200);
    expect(priceFrom(100, 'long', 200, 200.000001)).toBe(null);
    expect(priceFrom(100, 'long', 210, 210.000001)).toBe(null);
    expect(priceFrom(100, 'short', 50.000001, 50.0000009)).toBe(50);
    expect(priceFrom(100, 'short', 50, 49.9999999)).toBe(null);
    expect(priceFrom(100, 'short', 45, 44.9999999)).toBe(null);
  });

  it('is measured from the last close, not from the one before', () => {
    const market = createViewer()(candlesOf([...flat(60), [100, 100, 80, 80, 10]]));
    const fires = (next: MarketView): boolean => closeOf(next) > 101;
    expect(triggerAt(market, 'long', 101, fires)!.distanceAtr).toBeCloseTo(21.00001 / ((13 * 2 + 20) / 14), 9);
    expect(triggerAt(market, 'long', 161, (next) => closeOf(next) > 161)).toBe(null);
  });

  it('does not exist without an edge', () => {
    expect(priceFrom(100, 'long', Number.NaN, 101)).toBe(null);
  });

  it('is not the close that is missing where a close a millionth nearer fires as well', () => {
    expect(priceFrom(100, 'long', 102.000004, 102.00001 * (1 - 1.05e-6))).toBe(null);
    expect(priceFrom(100, 'long', 102.000004, 102.00001 * (1 - 0.95e-6))).toBe(102.00001);
    expect(priceFrom(100, 'short', 98.0000004, 98 * (1 + 1.05e-6))).toBe(null);
    expect(priceFrom(100, 'short', 98.0000004, 98 * (1 + 0.95e-6))).toBe(98);
  });

  it('is the price that fires, though a farther one does not', () => {
    expect(priceFrom(100, 'long', 102.000004, 102.00001, 102.00001)).toBe(102.00001);
    expect(priceFrom(100, 'short', 98.0000004, 98, 98)).toBe(98);
  });
});

it('the farthest close of a side is twice the last one, or half of it', () => {
  const market = createViewer()(candlesOf([...flat(60), [100, 100, 80, 80, 10]]));
  expect([farthest(market, 'long'), farthest(market, 'short')]).toEqual([160, 40]);
});

describe('where a lead turns positive', () => {
  it.each([
    ['a straight line', (x: number) => x - 130],
    ['a curve', (x: number) => (x / 130) ** 9 - 1],
    ['a root', (x: number) => Math.cbrt(x - 130)],
    ['a kink', (x: number) => (x > 130 ? 1e4 : 1) * (x - 130)],
    ['a jump', (x: number) => (x > 130 ? 1e6 : -1)],
  ] as const)('%s is followed to eleven digits, on either side of zero', (_, lead) => {
    const up = firstAhead(100, 200, lead);
    expect(lead(up)).toBeGreaterThan(0);
    expect(up - 130).toBeLessThan(1e-9);
    const down = firstAhead(-200, -100, (x) => -lead(-x));
    expect(lead(-down)).toBeLessThan(0);
    expect(down + 130).toBeLessThan(1e-9);
  });

  it('eleven digits are 37 halvings, and no more is asked', () => {
    const asked: number[] = [];
    const edge = firstAhead(100, 200, (close) => {
      asked.push(close);
      return close - 100 - 1e-10;
    });
    expect(edge).toBe(100 + 100 / 2 ** 37);
    expect(asked.slice(0, 4)).toEqual([100, 200, 150, 125]);
    expect(asked.length).toBe(2 + 37);
  });

  it('is near itself where the lead is positive already, and nowhere when it is not positive far away', () => {
    expect(firstAhead(100, 200, () => 1)).toBe(100);
    expect(firstAhead(100, 200, () => -1)).toBe(Number.NaN);
    expect(firstAhead(100, 200, () => 0)).toBe(Number.NaN);
    expect(firstAhead(100, 200, (x) => x - 200)).toBe(Number.NaN);
  });

  it('a lead of exactly zero is not ahead', () => {
    expect(firstAhead(100, 200, (x) => x - 150)).toBeGreaterThan(150);
    expect(firstAhead(100, 200, (x) => x - 100)).toBeGreaterThan(100);
  });
});
