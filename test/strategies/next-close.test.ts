/** At which close of the next candle each strategy would have a direction, worked out by hand. */
import { describe, expect, it } from 'vitest';
import type { Strategy } from '../../src/core/strategy.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { judgedOf } from '../contract/checks.ts';
import { candlesOf } from '../contract/markets.ts';
import type { Candle } from './tables/candles.ts';
import { flat } from './tables/candles.ts';
import { FALL, RISE } from './tables/crowding-scenes.ts';
import { squeezedFor } from './tables/squeeze-scenes.ts';

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
