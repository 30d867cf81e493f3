/** Where the search for a trigger begins and ends, with conditions that are plain comparisons. */
import { describe, expect, it } from 'vitest';
import type { MarketView, Side, Strategy } from '../../src/core/strategy.ts';
import { createViewer } from '../../src/processor/view.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { farthest, firstAhead, triggerAt } from '../../src/strategies/triggers.ts';
import { judgedOf } from '../contract/checks.ts';
import { candlesOf } from '../contract/markets.ts';
import type { Candle } from './tables/candles.ts';
import { flat } from './tables/candles.ts';
import { FALL, RISE } from './tables/crowding-scenes.ts';
import { squeezedFor } from './tables/squeeze-scenes.ts';

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

describe('the triggers of the strategies, by hand', () => {
  const pricesOf = (strategy: Strategy, candles: readonly Candle[]) => {
    const { long, short } = judgedOf(strategy, candlesOf(candles)).triggers;
    return [long?.price ?? null, short?.price ?? null];
  };

  it.each([
    ['beyond the channel that ends with the last candle', [], 101.00001, 98.999999],
    ['its own high and low included', [[100, 104, 95, 100, 10]], 104.00001, 94.999999],
    [
      'a close exactly at the edge of the channel before is not beyond it',
      [[100, 101, 99, 101, 10]],
      101.00001,
      98.999999,
    ],
    [
      'a close below the channel has broken it on that side',
      [
        [100, 100.5, 98.5, 98.5, 10],
        [98.5, 99, 97, 97, 10],
      ],
      101.00001,
      null,
    ],
    [
      'a close above the channel has broken it on that side',
      [
        [100, 101.5, 99.5, 101.5, 10],
        [101.5, 103, 101, 103, 10],
      ],
      null,
      98.999999,
    ],
  ] as readonly [string, Candle[], number | null, number | null][])('trend-breakout: %s', (_, last, long, short) => {
    expect(pricesOf(trendBreakout, [...flat(450), ...last])).toEqual([long, short]);
  });

  it('the distance is counted in the ATR of the last candle', () => {
    const { long, short } = judgedOf(trendBreakout, candlesOf([...flat(450), [100, 104, 95, 100, 10]])).triggers;
    expect(long!.distanceAtr).toBeCloseTo(4.00001 / ((26 + 9) / 14), 9);
    expect(short!.distanceAtr).toBeCloseTo(-5.000001 / ((26 + 9) / 14), 9);
  });

  describe('crowding-reversal', () => {
    const closes = [96, 92, 88, 84, 80];
    /** The close c that stands on the lower band of 20 closes, itself among them: c = average - d, (.95 d)^2 = 4 (squares + .95 d^2) / 20. */
    function onBand(others: readonly number[]): number {
      const average = others.reduce((sum, one) => sum + one, 0) / 19;
      const squares = others.reduce((sum, one) => sum + (one - average) ** 2, 0);
      return average - Math.sqrt((4 * squares) / 20 / (0.95 ** 2 - (4 * 0.95) / 20));
    }
    const hundreds = (count: number): number[] => Array.from({ length: count }, () => 100);
    const up = (price: number): number => Math.ceil(price * 1e6) / 1e6;
    const TURNED: Candle = [80, 81, 79.5, 81, 10];

    it('a long turns back inside the band, which the close moves', () => {
      const edge = onBand([...hundreds(14), ...closes]);
      expect(edge).toBeGreaterThan(82);
      expect(pricesOf(crowdingReversal, [...flat(400), ...FALL])).toEqual([up(edge), null]);
    });

    it('the last candle alone may be the one that was stretched', () => {
      // RSI is 32.6 at 95.4 and 31.6 at 95, for the rise before has not been forgotten.
      const rows: readonly Candle[] = [
        [100, 105.5, 99.5, 105, 10],
        [105, 105, 95.2, 95.4, 10],
        [95.4, 95.5, 94.9, 95, 10],
      ];
      const edge = onBand([...hundreds(16), 105, 95.4, 95]);
      expect(edge).toBeGreaterThan(95);
      expect(pricesOf(crowdingReversal, [...flat(400), ...rows.slice(0, 2)])).toEqual([null, null]);
      expect(pricesOf(crowdingReversal, [...flat(400), ...rows])).toEqual([up(edge), null]);
    });

    it('a short likewise', () => {
      const edge = 200 - onBand([...hundreds(14), ...closes]);
      expect(pricesOf(crowdingReversal, [...flat(400), ...RISE])).toEqual([null, Math.floor(edge * 1e5) / 1e5]);
    });

    it('the candle before the last may be the one that was stretched, the one before that may not', () => {
      const stretched = [...flat(400), ...FALL, TURNED];
      // The band is at 79.8 by then.
      expect(onBand([...hundreds(13), ...closes, 81])).toBeLessThan(80);
      expect(pricesOf(crowdingReversal, stretched)).toEqual([81.000001, null]);
      const calmed: readonly Candle[] = [
        [93.4, 94, 93.3, 93.5, 16],
        [93.5, 94.2, 93.4, 94, 10],
        [94, 94.2, 93.8, 93.9, 10],
      ];
      const late = [...flat(400), [100, 100, 89, 90, 10] as const, ...calmed];
      expect(pricesOf(crowdingReversal, late)).toEqual([null, null]);
    });

    it('a close that is inside the band already must still be passed', () => {
      // 94.8 turns down to 94, inside the band; 93.5 two candles before was stretched.
      const bounce: readonly Candle[] = [
        [100, 100, 89, 90, 10],
        [93.4, 94, 93.3, 93.5, 16],
        [93.5, 94.2, 93.3, 93.4, 10],
      ];
      expect(pricesOf(crowdingReversal, [...flat(400), ...bounce])).toEqual([93.400001, null]);
    });
  });

  describe('squeeze-break', () => {
    it('a squeeze that goes on must be ended by the close', () => {
      // A close d above a base of 100 with ATR 2: mean 100 + d / 20, deviation d sqrt(19) / 20, EMA20 100 + 2 d / 21, ATR (26 + d) / 14.
      const falls = Math.sqrt(19) / 10 - 1 / 20 + 2 / 21 - 1.5 / 14;
      const distance = (1.5 * 26) / 14 / falls;
      expect(distance).toBeCloseTo(7.4487, 4);
      expect(pricesOf(squeezeBreak, flat(400))).toEqual([
        Math.ceil((100 + distance) * 1e5) / 1e5,
        Math.floor((100 - distance) * 1e6) / 1e6,
      ]);
    });

    it('six candles are enough, five are not', () => {
      expect(pricesOf(squeezeBreak, squeezedFor(6)).every((price) => price !== null)).toBe(true);
      expect(pricesOf(squeezeBreak, squeezedFor(5))).toEqual([null, null]);
    });

    it('the edge of the run is where it stands farther out', () => {
      // Forty candles ago: by now ATR is 2.1 again.
      const rows = [...flat(360), [100, 115, 86, 100, 10] as const, ...flat(39)];
      expect(pricesOf(squeezeBreak, rows)).toEqual([115.00001, 85.999999]);
    });

    it('a run whose edge is more than twice or less than half the close has no trigger', () => {
      expect(pricesOf(squeezeBreak, [...flat(399), [100, 201, 49, 100, 10]])).toEqual([null, null]);
    });

    it('a squeeze that has ended is broken at its edge, while it is three candles old at most', () => {
      const burst: readonly Candle[] = [
        [100, 112, 99.5, 112, 10],
        [112, 112, 100, 100.5, 10],
      ];
      const next: Candle = [100.5, 101, 100, 100.5, 10];
      expect(pricesOf(squeezeBreak, [...flat(400), ...burst])[0]).toBe(101.00001);
      expect(pricesOf(squeezeBreak, [...flat(400), ...burst, next])).toEqual([null, null]);
    });
  });
});
