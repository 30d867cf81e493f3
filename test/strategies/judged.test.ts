/** What is judged of a market beside its points, by hand. */
import { describe, expect, it } from 'vitest';
import { createViewer } from '../../src/processor/view.ts';
import { isStretched } from '../../src/strategies/crowding-facts.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { trendBreakout } from '../../src/strategies/trend-breakout.ts';
import { judgedOf } from '../contract/checks.ts';
import { candlesOf } from '../contract/markets.ts';
import type { Candle } from './tables/candles.ts';
import { flat } from './tables/candles.ts';
import { turned } from './tables/squeeze-scenes.ts';

describe.each(STRATEGIES)('$id', (strategy) => {
  const judge = (candles: readonly Candle[]) => strategy.judge(createViewer()(candlesOf(candles)));

  it.each([0, -0.5, Infinity, Number.NaN])('a last close of %d is no price', (close) => {
    expect(judge([...flat(300), [100, 101, 99, close, 10]])).toEqual({
      kind: 'failed',
      code: 'NO_PRICE',
      text: `the last close is ${close}`,
    });
  });

  it('a price of less than one is one', () => {
    expect(judge(flat(300, { price: 0.001, range: 0.000_02 })).kind).toBe('judged');
  });

  it('a range that is no number or without end is none to measure by', () => {
    for (const [high, atr] of [
      [Infinity, 'Infinity'],
      [Number.NaN, 'NaN'],
    ] as const) {
      expect(judge([...flat(300), [100, high, 99, 100, 10]])).toEqual({
        kind: 'failed',
        code: 'ATR_ZERO',
        text: `the average true range of 14 candles is ${atr}`,
      });
    }
    expect(judge(flat(300, { range: 0 }))).toMatchObject({ code: 'ATR_ZERO', text: /is 0$/ });
  });
});

describe('how many candles ago a side held', () => {
  const held = (...last: readonly Candle[]) => judgedOf(trendBreakout, candlesOf([...flat(450), ...last])).heldAgo;
  const up: Candle = [100, 102, 100, 102, 10];
  const through: Candle = [102, 102, 98, 98, 10];
  const inside: Candle = [98, 100, 98, 99.5, 10];

  it('is none, one or two, for each side of its own', () => {
    expect(held(up)).toEqual({ long: 0, short: null });
    expect(held(up, through)).toEqual({ long: 1, short: 0 });
    expect(held(up, through, inside)).toEqual({ long: 2, short: 1 });
    expect(held(up, through, inside, inside)).toEqual({ long: null, short: 2 });
    expect(held(up, through, inside, inside, inside)).toEqual({ long: null, short: null });
  });

  it('likewise the other way round', () => {
    expect(held(...turned([up, through]))).toEqual({ long: 0, short: 1 });
    expect(held(...turned([up, through, inside]))).toEqual({ long: 1, short: 2 });
    expect(held(...turned([up, through, inside, inside]))).toEqual({ long: 2, short: null });
  });
});

it('exactly two deviations with an RSI of exactly 32 are a stretch', () => {
  expect(isStretched({ deviations: 2, rsi: 32 })).toBe(true);
  expect(isStretched({ deviations: 1.99, rsi: 32 })).toBe(false);
  expect(isStretched({ deviations: 2, rsi: 32.01 })).toBe(false);
});

it('a candle without a range closes in its middle, which is high enough and low enough', () => {
  const judged = judgedOf(
    STRATEGIES.find(({ id }) => id === 'crowding-reversal')!,
    candlesOf([...flat(400), ...flat(1, { range: 0 })]),
  );
  expect(judged.unmet.long).not.toContain('CLOSE_IN_UPPER_HALF');
  expect(judged.unmet.short).not.toContain('CLOSE_IN_LOWER_HALF');
});
