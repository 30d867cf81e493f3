/** Candles as a side sees them, in plain numbers. */
import { expect, it } from 'vitest';
import { barAt, clamp, closeLocation, lowerWick, ratio, volumeRatio } from '../../src/strategies/sides.ts';
import { candlesOf } from '../contract/markets.ts';

it('a short sees a candle upside down', () => {
  const candles = candlesOf([
    [1, 2, 0.5, 1.5, 1],
    [10, 14, 9, 12, 1],
  ]);
  expect(barAt(candles, 1, 'long')).toEqual({ open: 10, high: 14, low: 9, close: 12 });
  expect(barAt(candles, 1, 'short')).toEqual({ open: -10, high: -9, low: -14, close: -12 });
});

it('the close lies between low and high, in the middle where there is no range', () => {
  expect(closeLocation({ open: 10, high: 14, low: 9, close: 12 })).toBe(0.6);
  expect(closeLocation({ open: -10, high: -9, low: -14, close: -12 })).toBe(0.4);
  expect(closeLocation({ open: 10, high: 10, low: 10, close: 10 })).toBe(0.5);
});

it('the lower wick is the share of the range below the body, 0 without a range', () => {
  expect(lowerWick({ open: 10, high: 14, low: 9, close: 12 })).toBe(0.2);
  expect(lowerWick({ open: 12, high: 14, low: 9, close: 11.5 })).toBe(0.5);
  expect(lowerWick({ open: -10, high: -9, low: -14, close: -12 })).toBe(0.4);
  expect(lowerWick({ open: 10, high: 10, low: 10, close: 10 })).toBe(0);
});

it('a ratio is finite: 0 without a base, and the largest number above a base that is too small', () => {
  expect([ratio(3, 2), ratio(-3, 2), ratio(3, 0), ratio(0, 0), ratio(3, -1)]).toEqual([1.5, -1.5, 0, 0, 0]);
  expect(ratio(9, 5e-324)).toBe(Number.MAX_VALUE);
});

it('a number is kept between its limits', () => {
  expect([clamp(1, 2, 3), clamp(2.5, 2, 3), clamp(4, 2, 3)]).toEqual([2, 2.5, 3]);
});

it('the volume ratio is the most of the candles asked for, each against the average before it', () => {
  const volumes = (...values: readonly number[]) => candlesOf(values.map((volume) => [1, 1, 1, 1, volume]));
  const averages = [NaN, 10, 20, 0, 5];
  const of = (candles: ReturnType<typeof volumes>, bar: number, bars?: number): number =>
    volumeRatio(candles, (index) => averages[index]!, bar, bars);
  const candles = volumes(1, 2, 30, 50, 60, 4);
  expect(of(candles, 2)).toBe(3);
  expect(of(candles, 3)).toBe(2.5);
  expect(of(candles, 3, 2)).toBe(3);
  expect(of(candles, 4)).toBe(0);
  expect(of(candles, 4, 2)).toBe(2.5);
  expect(of(candles, 1)).toBe(NaN);
  expect(of(candles, 2, 2)).toBe(3);
  expect(of(candles, 5, 3)).toBe(2.5);
  expect(of(volumes(1, 2, NaN, 50), 2)).toBe(NaN);
  expect(of(volumes(1, 2, NaN, 50), 3, 2)).toBe(2.5);
  expect(of(volumes(1, 2, 30, 50, NaN), 4)).toBe(NaN);
});
