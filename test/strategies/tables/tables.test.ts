import { describe, expect, it } from 'vitest';
import { STRATEGIES } from '../../../src/strategies/index.ts';
import { answerOf } from '../../contract/checks.ts';
import { candlesOf } from '../../contract/markets.ts';
import { answerTo } from './answer.ts';
import type { Row } from './row.ts';
import { ROWS as crowdingReversal } from './crowding-reversal.ts';
import { ROWS as squeezeBreak } from './squeeze-break.ts';
import { TEXTS } from './texts.ts';
import { ROWS as trendBreakout } from './trend-breakout.ts';

const TABLES: Readonly<Record<string, readonly Row[]>> = {
  'trend-breakout': trendBreakout,
  'crowding-reversal': crowdingReversal,
  'squeeze-break': squeezeBreak,
};

const MAXIMA: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'trend-breakout': { calm: 30, breakout: 20, trend: 20, volume: 10, open_interest: 20 },
  'crowding-reversal': {
    stretch: 30,
    exhaustion: 20,
    confirmation: 15,
    regime: 15,
    open_interest: 4,
    funding_rate: 8,
    long_short_ratio: 4,
    liquidations: 4,
  },
  'squeeze-break': { compression: 25, release: 20, trendline: 20, volume: 15, open_interest: 20 },
};

function near(actual: number, expected: number, what: string): void {
  expect(Math.abs(actual - expected), `${what}: ${actual}, worked out ${expected}`).toBeLessThan(1e-9);
}

describe.each(Object.entries(TABLES))('%s, worked out by hand', (id, rows) => {
  it.each(rows.map((row) => [row.name, row] as const))('%s', (_, { expected, ...question }) => {
    const answer = answerTo(id, question);
    expect([answer.direction, answer.side, answer.holds]).toEqual([expected.direction, expected.side, expected.holds]);
    expect(answer.maxima).toEqual(MAXIMA[id]);
    expect(Object.keys(answer.points).toSorted()).toEqual(Object.keys(expected.points).toSorted());
    let score = 0;
    for (const [component, points] of Object.entries(expected.points)) {
      near(answer.points[component]!, points, component);
      score += points;
    }
    const [low, high] = expected.bounds ?? [score, score];
    near(answer.bounds[0], low, 'low bound');
    near(answer.bounds[1], high, 'high bound');
    expected.usd?.forEach((amount, index) => {
      expect(answer.usd[index]).toEqual(amount === null ? null : expect.closeTo(amount, 6));
    });
    expect(answer.levels === null).toBe(expected.levels === null);
    if (answer.levels === null || expected.levels === null) return;
    const { entry, stop, target, bars } = expected.levels;
    near(answer.levels.entry, entry, 'entry');
    near(answer.levels.stop, stop, 'stop');
    near(answer.levels.target, target, 'target');
    near(answer.riskReward!, (target - entry) / (entry - stop), 'risk/reward');
    expect(answer.levels.bars).toBe(bars);
  });
});

describe.each(Object.entries(TEXTS))('what %s says', (id, scenes) => {
  it.each(Object.entries(scenes))('%s', (name, lines) => {
    const { candles } = TABLES[id]!.find((row) => row.name === name)!;
    const strategy = STRATEGIES.find((one) => one.id === id)!;
    const { reasons, parts } = answerOf(strategy, candlesOf(candles)).explanation;
    expect([...reasons, ...parts].map(({ code, text }) => `${code}: ${text}`)).toEqual(lines);
  });
});
