import { describe, expect, it } from 'vitest';
import type { CandleSeries } from '../../src/core/candles.ts';
import type { Setup, Strategy } from '../../src/core/strategy.ts';
import { crowdingReversal } from '../../src/strategies/crowding-reversal.ts';
import { squeezeBreak } from '../../src/strategies/squeeze-break.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import type { Answer } from '../contract/checks.ts';
import { answerOf, firedBars, priceScore } from '../contract/checks.ts';
import type { Row } from '../contract/markets.ts';
import { candlesOf, mirrored, seenAt, syntheticHistory } from '../contract/markets.ts';

function ask(strategy: Strategy, rows: readonly Row[]): Answer {
  return answerOf(strategy, candlesOf(rows));
}

function upsideDown(rows: readonly Row[]): CandleSeries {
  return mirrored(candlesOf(rows), 200);
}

function repeat(count: number, row: Row): Row[] {
  return Array.from({ length: count }, () => row);
}

function pointsIn({ judged }: Answer): Readonly<Record<string, number>> {
  return Object.fromEntries(judged.points.map(({ component, points }) => [component, points]));
}

/** The entry, or what is missing of it, and what has earned points. */
function codesOf({ judged, explanation }: Answer): readonly string[] {
  const earning = explanation.parts.filter((_, index) => judged.points[index]!.points > 0);
  return [...explanation.reasons, ...earning].map(({ code }) => code);
}

function expectSetup(actual: Setup | null, expected: Setup): void {
  expect(actual?.entry).toBeCloseTo(expected.entry, 9);
  expect(actual?.stop_loss).toBeCloseTo(expected.stop_loss, 9);
  expect(actual?.take_profit).toBeCloseTo(expected.take_profit, 9);
  expect(actual?.risk_reward).toBeCloseTo(expected.risk_reward, 9);
  expect(actual?.max_bars).toBe(expected.max_bars);
}

describe('trend-breakout', () => {
  const calm: Row = [100, 101, 99, 100, 10];
  const breakout: Row = [100, 103, 99, 103, 20];
  // True range 4 after thirteen times 2.
  const atr = (13 * 2 + 4) / 14;

  it('scores the first close above the channel', () => {
    const evaluation = ask(trendBreakout, [...repeat(400, calm), breakout]);
    expect(evaluation.judged.direction).toBe('long');
    const points = pointsIn(evaluation);
    // The candle that breaks out is the widest of all: nothing ranks above its range.
    expect(points['calm']).toBe(0);
    // 2 / 2.14 = 0.93 ATR outside.
    expect(points['breakout']).toBeCloseTo((20 * 14) / 15, 9);
    expect(points['trend']).toBe(20);
    // Twice the average: two thirds of the way from 1 to 2.5.
    expect(points['volume']).toBeCloseTo(20 / 3, 9);
    expect(priceScore(evaluation.judged)).toBeCloseTo(136 / 3, 9);
    expectSetup(evaluation.judged.setup, {
      entry: 103,
      stop_loss: 103 - 2 * atr,
      take_profit: 103 + 4 * atr,
      risk_reward: 2,
      max_bars: 48,
    });
    expect(codesOf(evaluation)).toEqual([
      'ENTRY_BREAKOUT',
      'BREAKOUT_ABOVE_CHANNEL',
      'TREND_ABOVE_EMA200',
      'VOLUME_RATIO',
    ]);
    expect(evaluation.explanation.observability['indicators']).toMatchObject({
      donchian: { high: 101, low: 99, width_atr: 2 / atr },
      breakout_distance_atr: 2 / atr,
      volume_ratio: 2,
      calm_percentile: 1,
    });
  });

  it('scores the same break downwards as a short', () => {
    const input = upsideDown([...repeat(400, calm), breakout]);
    const evaluation = answerOf(trendBreakout, input);
    expect(evaluation.judged.direction).toBe('short');
    expect(priceScore(evaluation.judged)).toBeCloseTo(136 / 3, 9);
    expect(evaluation.judged.setup?.stop_loss).toBeCloseTo(97 + 2 * atr, 9);
    expect(evaluation.judged.setup?.take_profit).toBeCloseTo(97 - 4 * atr, 9);
    expect(codesOf(evaluation).slice(0, 3)).toEqual(['ENTRY_BREAKOUT', 'BREAKOUT_BELOW_CHANNEL', 'TREND_BELOW_EMA200']);
  });

  it('gives half the points of an EMA200 that does not exist yet', () => {
    const evaluation = ask(trendBreakout, [...repeat(150, calm), breakout]);
    expect(pointsIn(evaluation)['trend']).toBe(10);
    expect(codesOf(evaluation)).toContain('TREND_NO_EMA200');
  });

  it('gives half the points of a calm that has too few values to rank among', () => {
    // The first of them ends with the 15th candle: 113 candles before the last leave 99 of them, 114 leave 100.
    const short = ask(trendBreakout, [...repeat(113, calm), breakout]);
    expect(pointsIn(short)['calm']).toBe(15);
    expect(codesOf(short)).toContain('CALM_SHORT_HISTORY');
    expect(pointsIn(ask(trendBreakout, [...repeat(114, calm), breakout]))['calm']).toBe(0);
  });

  it('takes nothing from a close that is far outside', () => {
    // 33 outside in an ATR of (26 + 36) / 14: 7.45 ATR.
    const evaluation = ask(trendBreakout, [...repeat(400, calm), [100, 135, 99, 134, 10]]);
    expect(pointsIn(evaluation)['breakout']).toBe(20);
  });

  it('waits when the close before was outside already', () => {
    const evaluation = ask(trendBreakout, [...repeat(400, calm), breakout, [103, 106, 102, 105, 10]]);
    expect(evaluation.judged).toMatchObject({ direction: 'none', side: 'long', setup: null });
    expect(evaluation.explanation.reasons[0]?.code).toBe('FIRST_CLOSE_ABOVE_CHANNEL');
  });

  it('says how far the close is from the channel', () => {
    const evaluation = ask(trendBreakout, [...repeat(400, calm), [100, 101, 99, 100.5, 10]]);
    expect(evaluation.explanation.reasons[0]).toEqual({
      code: 'CLOSE_ABOVE_CHANNEL',
      text: 'close 100.5 is not above the 20-bar high 101: 0.25 ATR short of it',
    });
  });

  it('gives no direction when the target of a short would not be a price', () => {
    // The fall to 2 makes the ATR (26 + 98) / 14 = 8.9: four of them lie far below zero.
    const evaluation = ask(trendBreakout, [...repeat(400, calm), [100, 100, 2, 2, 10]]);
    expect(evaluation.judged).toMatchObject({ direction: 'none', side: 'short', setup: null });
    expect(evaluation.explanation.reasons[0]?.code).toBe('TARGET_ABOVE_ZERO');
  });
});

describe('crowding-reversal', () => {
  const calm: Row = [100, 100.5, 99.5, 100, 10];
  const flush: readonly Row[] = [
    [100, 100, 91.5, 92, 20],
    [92, 92.2, 89.8, 90, 10],
    [90, 94, 90, 93.5, 10],
  ];
  const atr = [8.5, 2.4, 4].reduce((average, range) => (13 * average + range) / 14, 1);
  const mean = (17 * 100 + 92 + 90 + 93.5) / 20;
  const stop = 93.5 - 89.8 + 0.5 * atr;

  it('scores the turn after a flush', () => {
    const evaluation = ask(crowdingReversal, [...repeat(400, calm), ...flush]);
    expect(evaluation.judged.direction).toBe('long');
    const points = pointsIn(evaluation);
    // z = 7.6 / sqrt(3.04) = 4.36 on the first bar, RSI 0 without a single rise.
    expect(points['stretch']).toBeCloseTo(30, 9);
    // Range 8.5 of ATR 1 (8), volume twice the average (3), wicks below 0.2 (0).
    expect(points['exhaustion']).toBeCloseTo(11, 9);
    // 92.84 is the band; close above open, at 0.875 of the range.
    expect(points['confirmation']).toBeCloseTo(15, 9);
    // ADX 17 (8); EMA200 fell from 100.
    const k = 2 / 201;
    const ema200 = [92, 90, 93.5].reduce((average, close) => average + k * (close - average), 100);
    expect(points['regime']).toBeCloseTo(8 + 7 * (1 - (100 - ema200) / atr), 9);
    expectSetup(evaluation.judged.setup, {
      entry: 93.5,
      stop_loss: 93.5 - stop,
      take_profit: mean,
      risk_reward: (mean - 93.5) / stop,
      max_bars: 24,
    });
  });

  it('scores the turn after a squeeze upwards as a short', () => {
    const evaluation = answerOf(crowdingReversal, upsideDown([...repeat(400, calm), ...flush]));
    expect(evaluation.judged.direction).toBe('short');
    expect(evaluation.judged.setup?.take_profit).toBeCloseTo(200 - mean, 9);
    expect(codesOf(evaluation).slice(0, 2)).toEqual(['ENTRY_REVERSAL', 'STRETCH_ABOVE_MEAN']);
  });

  it('measures range and volume of a bar against the averages before it', () => {
    const wide: Row = [100, 101, 99, 100, 20];
    const evaluation = ask(crowdingReversal, [...repeat(400, calm), wide]);
    // Range 2 of ATR 1 (4), volume 2 of 10 (3), a lower wick of half the range (0.75 of 6).
    expect(pointsIn(evaluation)['exhaustion']).toBeCloseTo(4 + 3 + 4.5, 9);
  });

  it('gives half the points of a slope that does not exist yet', () => {
    const evaluation = ask(crowdingReversal, [...repeat(220, calm), ...flush]);
    expect(pointsIn(evaluation)['regime']).toBeCloseTo(8 + 3.5, 9);
    expect(codesOf(evaluation)).toContain('REGIME_NO_EMA200');
  });

  it.each([
    ['STRETCHED_BELOW_MEAN', [calm]],
    ['CLOSE_INSIDE_BAND', [...flush.slice(0, 2), [90, 92, 90, 91.5, 10]]],
    ['CLOSE_TURNED_UP', [...flush, [93.5, 94, 93, 93.2, 10]]],
    ['CLOSE_IN_UPPER_HALF', [...flush.slice(0, 2), [90, 98, 90, 93.5, 10]]],
    ['ROOM_TO_MEAN', [...flush.slice(0, 2), [90, 96, 90, 95.5, 10]]],
  ] as [string, Row[]][])('names what is missing: %s', (code, rows) => {
    const evaluation = ask(crowdingReversal, [...repeat(400, calm), ...rows]);
    expect(evaluation.judged).toMatchObject({ direction: 'none', side: 'long' });
    expect(evaluation.explanation.reasons[0]?.code).toBe(code);
  });
});

describe('squeeze-break', () => {
  const calm: Row = [100, 101, 99, 100, 10];
  const burst: Row = [100, 110.5, 99.8, 110, 17.5];
  const atr = (13 * 2 + 10.7) / 14;

  it('scores the close above a long squeeze', () => {
    const evaluation = ask(squeezeBreak, [...repeat(400, calm), burst]);
    expect(evaluation.judged.direction).toBe('long');
    // More than 24 bars (15); all widths are equal, so the rank is 0.5 (0).
    expect(pointsIn(evaluation)).toMatchObject({ compression: 15, release: 20, trendline: 0 });
    // 1.75 times the average: half of the way from 1 to 2.5.
    expect(pointsIn(evaluation)['volume']).toBeCloseTo(7.5, 9);
    // The low of the squeeze is 11 away: limited to 2 ATR.
    expectSetup(evaluation.judged.setup, {
      entry: 110,
      stop_loss: 110 - 2 * atr,
      take_profit: 110 + 4 * atr,
      risk_reward: 2,
      max_bars: 48,
    });
    expect(evaluation.explanation.observability).toMatchObject({
      squeeze: { on: false, length: 381 },
      run: { high: 101, low: 99 },
      trendlines: [],
    });
  });

  it('scores the close below it as a short', () => {
    const evaluation = answerOf(squeezeBreak, upsideDown([...repeat(400, calm), burst]));
    expect(evaluation.judged.direction).toBe('short');
    expect(evaluation.judged.setup?.take_profit).toBeCloseTo(90 - 4 * atr, 9);
  });

  it('waits without a squeeze that has ended, and takes nothing for its release', () => {
    const evaluation = ask(squeezeBreak, repeat(400, calm));
    expect(evaluation.judged.direction).toBe('none');
    expect(evaluation.explanation.reasons[0]?.code).toBe('SQUEEZE_RELEASED');
    expect(pointsIn(evaluation)).toMatchObject({ compression: 0, release: 0, trendline: 0 });
    expect(evaluation.explanation.observability).toMatchObject({ squeeze: { on: true, length: null }, run: null });
  });

  it('remembers a squeeze for three bars', () => {
    const held: Row[] = [burst, [110, 111, 109, 110.5, 10], [110.5, 111.5, 110, 111, 10]];
    expect(ask(squeezeBreak, [...repeat(400, calm), ...held]).judged.direction).toBe('long');
    const late = ask(squeezeBreak, [...repeat(400, calm), ...held, [111, 112, 110.5, 111.5, 10]]);
    expect(late.explanation.reasons[0]?.code).toBe('SQUEEZE_RELEASED');
  });

  it('waits inside the range of the squeeze', () => {
    // The burst two bars ago ended the squeeze and came back.
    const evaluation = ask(squeezeBreak, [...repeat(400, calm), burst, [110, 110, 100, 100.5, 10]]);
    expect(evaluation.judged.direction).toBe('none');
    // Half of an ATR of (13 * 2.62 + 10) / 14 = 3.15.
    expect(evaluation.explanation.reasons[0]).toEqual({
      code: 'CLOSE_ABOVE_RANGE',
      text: "close 100.5 is not above the squeeze's high 101: 0.16 ATR short of it",
    });
  });

  it('gives a broken trendline points for its touches and its span', () => {
    const broken = [1, 2, 3, 4, 5].flatMap((seed) => {
      const history = syntheticHistory(seed, 700);
      return firedBars(squeezeBreak, history)
        .map((bar) => answerOf(squeezeBreak, seenAt(history, bar)))
        .filter(({ explanation }) => explanation.parts.some(({ code }) => code === 'TRENDLINE_BROKEN'));
    });
    expect(broken).not.toEqual([]);
    for (const evaluation of broken) {
      const [line] = evaluation.explanation.observability['trendlines'] as {
        touches: unknown[];
        span_bars: number;
        broken_by_atr: number;
      }[];
      expect(line!.broken_by_atr).toBeGreaterThan(0.25);
      const touches = Math.min((line!.touches.length - 3) / 2, 1);
      const span = Math.min((line!.span_bars - 20) / 100, 1);
      expect(pointsIn(evaluation)['trendline']).toBeCloseTo(8 + 6 * touches + 6 * span, 9);
    }
  });
});
