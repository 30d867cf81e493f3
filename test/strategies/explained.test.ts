/** Every condition and every part with the numbers that it is shown with, worked out by hand. */
import { describe, expect, it } from 'vitest';
import type { Condition, ExplainedComponent, Strategy } from '../../src/core/strategy.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { answerOf } from '../contract/checks.ts';
import { candlesOf } from '../contract/markets.ts';
import type { Candle } from './tables/candles.ts';
import { bandOf, ema200, flat, wilder } from './tables/candles.ts';
import { A_ADX, A_CLOSES, A_ROOM, A_STOP, FALL, RISE, TURN, TURN_DOWN } from './tables/crowding-scenes.ts';
import { BURST, BURST_ATR, atrWithWicks, turned, wicksAt } from './tables/squeeze-scenes.ts';
import { DOWN, DOWN_ATR, UP } from './tables/trend-scenes.ts';

function explained(strategy: Strategy, candles: readonly Candle[]) {
  return answerOf(strategy, candlesOf(candles)).explanation;
}

type Shown = readonly [measure: string, value: number, needs: string, threshold: number | null, holds: boolean];

function near(value: number | null): unknown {
  return value === null ? null : expect.closeTo(value, 9);
}

function expectConditions(actual: readonly Condition[], expected: readonly Shown[]): void {
  expect(
    actual.map(({ measure, value, needs, threshold, holds }) => [measure, value, needs, threshold, holds]),
  ).toEqual(
    expected.map(([measure, value, needs, threshold, holds]) => [measure, near(value), needs, near(threshold), holds]),
  );
}

type ShownPart = readonly [part: string, value: number | null, zero: number, full: number, max: number];

function expectParts(actual: readonly ExplainedComponent[], expected: readonly ShownPart[]): void {
  expect(
    actual.flatMap(({ parts }) =>
      parts.map(({ part, value, zero_at, full_at, max }) => [part, value, zero_at, full_at, max]),
    ),
  ).toEqual(expected.map(([part, value, zero, full, max]) => [part, near(value), near(zero), near(full), max]));
}

describe('trend-breakout', () => {
  const slow = (close: number): number => 100 + (2 / 201) * (close - 100);

  it('a long', () => {
    const { conditions, parts } = explained(trendBreakout, [...flat(450), UP]);
    expectConditions(conditions.long, [
      ['close', 102, '>', 101, true],
      ['close_before', 100, '<=', 101, true],
      ['stop_loss', 98, '>', 0, true],
    ]);
    expectConditions(conditions.short, [
      ['close', 102, '<', 99, false],
      ['close_before', 100, '>=', 99, true],
      ['take_profit', 94, '>', 0, true],
    ]);
    expectParts(parts, [
      ['atr_share_percentile', 0, 0.9, 0.2, 30],
      ['distance_atr', 0.5, 0, 1, 20],
      ['close_over_ema200_atr', (102 - slow(102)) / 2, 0, 0, 20],
      ['volume_ratio', 1, 1, 2.5, 10],
    ]);
  });

  it('a short', () => {
    const { conditions, parts } = explained(trendBreakout, [...flat(450), DOWN]);
    expectConditions(conditions.long, [
      ['close', 98.9, '>', 101, false],
      ['close_before', 100, '<=', 101, true],
      ['stop_loss', 98.9 - 2 * DOWN_ATR, '>', 0, true],
    ]);
    expectConditions(conditions.short, [
      ['close', 98.9, '<', 99, true],
      ['close_before', 100, '>=', 99, true],
      ['take_profit', 98.9 - 4 * DOWN_ATR, '>', 0, true],
    ]);
    expectParts(parts, [
      ['atr_share_percentile', 0, 0.9, 0.2, 30],
      ['distance_atr', 0.1 / DOWN_ATR, 0, 1, 20],
      ['close_over_ema200_atr', (slow(98.9) - 98.9) / DOWN_ATR, 0, 0, 20],
      ['volume_ratio', 1, 1, 2.5, 10],
    ]);
  });
});

describe('crowding-reversal', () => {
  const atr = wilder(2, [5, 5, 5, 5, 5, 4.5]);
  const { mean, deviation } = bandOf(...A_CLOSES);
  const [gain, loss] = [3.5 / 14, wilder(0, [4, 4, 4, 4, 4, 0])];
  const rsi = (100 * gain) / (gain + loss);
  /** Of the two closes at which the last one stands on a band that counts it: 1 the upper one, -1 the lower one. */
  function bandEdge(sign: 1 | -1): number {
    const others = bandOf(...A_CLOSES.slice(0, -1), 0);
    const average = (others.mean * 20) / 19;
    const squares =
      14 * (100 - average) ** 2 + A_CLOSES.slice(0, -1).reduce((sum, one) => sum + (one - average) ** 2, 0);
    // c = average + d: the mean moves by d / 20, and 20 variances are squares + .95 d^2. (.95 d)^2 = 4 (squares + .95 d^2) / 20.
    return average + sign * Math.sqrt((4 * squares) / 20 / (0.95 ** 2 - (4 * 0.95) / 20));
  }
  const values: readonly ShownPart[] = [
    ['range_atr', 5 / wilder(2, [5, 5, 5]), 1, 3, 8],
    ['volume_ratio', 1, 1, 3, 6],
    ['wick_share', 1 / 4.5, 0.2, 0.6, 6],
    ['close_inside_band_atr', (83.5 - (mean - 2 * deviation)) / atr, 0, 0, 5],
    ['body_with_side_atr', 3 / atr, 0, 0, 5],
    ['close_location', 4 / 4.5, 0.5, 0.8, 5],
    ['adx14', A_ADX, 45, 25, 8],
    ['ema200_slope_24_bars_atr', (ema200(100, A_CLOSES) - 100) / atr, -1, 0, 7],
  ];

  it('a long', () => {
    const { conditions, parts } = explained(crowdingReversal, [...flat(400), ...FALL, TURN]);
    const lower = bandEdge(-1);
    const there = bandOf(...A_CLOSES.slice(0, -1), lower);
    expect(there.mean - 2 * there.deviation).toBeCloseTo(lower, 9);
    // The close itself is 1.93 deviations away: the newest candle that went far enough is the one before.
    expectConditions(conditions.long, [
      ['stretch_deviations', 17 / Math.sqrt(35), '>=', 2, true],
      ['rsi14_of_that_bar', 0, '<=', 32, true],
      ['close', 83.5, '>', lower, true],
      ['close', 83.5, '>', 80, true],
      ['close', 83.5, '>=', 79.5 + 4.5 / 2, true],
      ['room_atr', A_ROOM / atr, '>=', A_STOP / atr, true],
      ['stop_loss', 83.5 - A_STOP, '>', 0, true],
    ]);
    // Where none went far enough it is the one that is nearest to it.
    expectConditions(conditions.short, [
      ['stretch_deviations', (83.5 - mean) / deviation, '>=', 2, false],
      ['rsi14_of_that_bar', rsi, '>=', 68, false],
      ['close', 83.5, '<', bandEdge(1), true],
      ['close', 83.5, '<', 80, false],
      ['close', 83.5, '<=', 79.5 + 4.5 / 2, false],
      ['room_atr', (83.5 - mean) / atr, '>=', (88 - 83.5) / atr + 0.5, false],
      ['take_profit', mean, '>', 0, true],
    ]);
    expectParts(parts, [['stretch_deviations', 14 / Math.sqrt(20), 1.5, 3, 15], ['rsi14', 0, 35, 20, 15], ...values]);
  });

  it('a short', () => {
    const { conditions, parts } = explained(crowdingReversal, [...flat(400), ...RISE, TURN_DOWN]);
    expectConditions(conditions.short, [
      ['stretch_deviations', 17 / Math.sqrt(35), '>=', 2, true],
      ['rsi14_of_that_bar', 100, '>=', 68, true],
      ['close', 116.5, '<', 200 - bandEdge(-1), true],
      ['close', 116.5, '<', 120, true],
      ['close', 116.5, '<=', 120.5 - 4.5 / 2, true],
      ['room_atr', A_ROOM / atr, '>=', A_STOP / atr, true],
      ['take_profit', 116.5 - A_ROOM, '>', 0, true],
    ]);
    expectParts(parts, [['stretch_deviations', 14 / Math.sqrt(20), 1.5, 3, 15], ['rsi14', 100, 65, 80, 15], ...values]);
  });
});

describe('squeeze-break', () => {
  /** Weights of the last two of 20 values in their least-squares end value. */
  const [beforeLast, last] = [1 / 20 + (8.5 * 9.5) / 665, 1 / 20 + 9.5 ** 2 / 665];

  it('a long', () => {
    const { conditions, parts } = explained(squeezeBreak, [...flat(295), ...wicksAt(103, 20, 20, 20, 45), BURST]);
    const atr = atrWithWicks(103, 105, 85, 65, 45);
    const momentum = (last * (114 - (106.75 + 100.7) / 2)) / atr;
    expectConditions(conditions.long, [
      ['squeeze_bars', 381, '>=', 6, true],
      ['momentum_atr', momentum, '>', 0, true],
      ['close', 114, '>', 103, true],
      ['stop_loss', 114 - 2 * atr, '>', 0, true],
    ]);
    // The far edge of the run is the high, below the close: the stop is as near as it may be.
    expectConditions(conditions.short, [
      ['squeeze_bars', 381, '>=', 6, true],
      ['momentum_atr', momentum, '<', 0, false],
      ['close', 114, '<', 99, false],
      ['take_profit', 114 - 2 * atr, '>', 0, true],
    ]);
    expectParts(parts, [
      ['squeeze_bars', 381, 3, 24, 15],
      ['band_width_percentile', 0.5, 0.4, 0.05, 10],
      ['released_squeeze_bars', 381, 0, 0, 10],
      ['momentum_atr', momentum, 0, 0, 5],
      ['momentum_gain_atr', momentum, 0, 0, 5],
      ['broken_by_atr', 11 / atr, 0.25, 0.25, 8],
      ['broken_line_touches', 4, 3, 5, 6],
      ['broken_line_span_bars', 60, 20, 120, 6],
      ['volume_ratio', 1, 1, 2.5, 15],
    ]);
  });

  it('a short whose momentum falls off', () => {
    // 7.25 below the middle and then .3125 above it.
    const scene: readonly Candle[] = [
      [100, 114, 99, 113, 10],
      [113, 113, 102, 102.5, 10],
    ];
    const { conditions, parts } = explained(squeezeBreak, [...flat(400), ...turned(scene)]);
    const atr = wilder(2, [15, 11]);
    const now = beforeLast * (113 - (106.5 + 100.65) / 2) + last * (102.5 - (106.5 + 100.775) / 2);
    const before = last * (113 - (106.5 + 100.65) / 2);
    expectConditions(conditions.short, [
      ['squeeze_bars', 381, '>=', 6, true],
      ['momentum_atr', -now / atr, '<', 0, true],
      ['close', 97.5, '<', 99, true],
      // The high of the run is 3.5 away, one ATR a hundredth more.
      ['take_profit', 97.5 - 2 * atr, '>', 0, true],
    ]);
    expectParts(
      parts.filter(({ component }) => component === 'release'),
      [
        ['released_squeeze_bars', 381, 0, 0, 10],
        ['momentum_atr', now / atr, 0, 0, 5],
        ['momentum_gain_atr', (now - before) / atr, 0, 0, 5],
      ],
    );
  });

  it('momentum of less than one unit of price is with the side all the same', () => {
    const { parts } = explained(squeezeBreak, [...flat(400), [100, 103, 99, 102, 10]]);
    const small = last * (102 - (101 + 100.1) / 2);
    expect(small).toBeLessThan(1);
    expect(parts.find(({ component }) => component === 'release')).toMatchObject({
      code: 'RELEASE_MOMENTUM_WITH_SIDE',
      text: 'no squeeze to release, momentum 0.13 ATR towards the side, growing',
    });
  });

  it('without a run there is nothing to leave, nothing to rank and no line', () => {
    const { conditions, parts } = explained(squeezeBreak, flat(400));
    expectConditions(conditions.long, [
      ['squeeze_bars', 0, '>=', 6, false],
      ['momentum_atr', 0, '>', 0, false],
      ['close', 100, '>', null, false],
      ['stop_loss', 96, '>', 0, true],
    ]);
    expect(parts.flatMap(({ parts: all }) => all.map(({ value }) => value))).toEqual([0, null, 0, 0, 0, null, 0, 0, 1]);
  });

  it('a line that stands earns nothing for its touches and its span, and says how far the close is from it', () => {
    const { parts } = explained(squeezeBreak, [...flat(230), ...wicksAt(113.5, 20, 20, 130), BURST]);
    const atr = atrWithWicks(113.5, 170, 150, 130);
    expect(BURST_ATR).toBeLessThan(atr);
    expectParts(
      parts.filter(({ component }) => component === 'trendline'),
      [
        ['broken_by_atr', 0.5 / atr, 0.25, 0.25, 8],
        ['broken_line_touches', 0, 3, 5, 6],
        ['broken_line_span_bars', 0, 20, 120, 6],
      ],
    );
  });
});
