import { describe, expect, it } from 'vitest';
import type { Resolution } from '../../src/core/market.ts';
import type { Evaluation, GateCondition, Part, StrategyInput } from '../../src/core/strategy.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { isStrategyFault, type MarketInput } from '../../src/processor/evaluate.ts';
import {
  AS_OF,
  CLOSE_TIME,
  MARKET,
  NEUTRAL_READING,
  RESOLVED,
  UNLISTED,
  answer,
  component,
  evaluateMarket,
  marketInput,
  series,
  strategy,
} from './fixtures.ts';

const failing: Evaluation = { kind: 'failed', code: 'ATR_ZERO', text: 'the average true range is 0' };

function one(input: MarketInput, evaluate?: (input: StrategyInput) => Evaluation, asOf = AS_OF) {
  return evaluateMarket(input, [strategy('s', evaluate)], asOf)[0]!;
}

function candles(length: number, stale = false, volume?: (index: number) => number): Partial<MarketInput> {
  return { selection: { kind: 'series', series: series(length, volume), resampledFrom: null, cut: false, stale } };
}

describe('evaluating a market', () => {
  it('gives exactly one signal per strategy, in their order', () => {
    const ids = ['c', 'a', 'b'];
    const inputs: Partial<MarketInput>[] = [
      {},
      candles(5),
      candles(600, true),
      { selection: { kind: 'none', reason: 'unreadable' } },
      { resolution: { tier: 'neutral', reason: 'unknown-name', name: null } },
    ];
    for (const changes of inputs) {
      const strategies = ids.map((id) => strategy(id));
      const signals = evaluateMarket(marketInput(changes), strategies, AS_OF);
      expect(signals.map((signal) => signal.strategy)).toEqual(ids);
    }
  });

  it('a signal that is ok has score, bounds, levels and where its open interest came from', () => {
    expect(one(marketInput())).toMatchObject({
      id: `BYBIT:1000PEPEUSDT:4h:s:${CLOSE_TIME - 4 * HOUR_MS}`,
      symbol: '1000PEPEUSDT',
      exchange: 'BYBIT',
      unified_symbol: '1000PEPE/USDT:USDT',
      timeframe: '4h',
      candle_time: CLOSE_TIME - 4 * HOUR_MS,
      status: 'ok',
      status_reason: null,
      direction: 'long',
      action: 'LONG',
      score: 66.2,
      score_bounds: [66.2, 66.2],
      settled: true,
      rank_in_strategy: null,
      price: 10.599,
      setup: { entry: 10, stop_loss: 9, take_profit: 12, risk_reward: 2, max_bars: 48 },
      oi_metadata: {
        tier: 'resolved',
        status: 'resolved',
        score: 13.2,
        coinalyze_symbol: 'PEPEUSDT.6',
        venue: 'Bybit',
        as_of: CLOSE_TIME - HOUR_MS,
        age_s: 3_600,
        stale: true,
        reason: null,
      },
      external: { score: 13.2, open_interest: { percentile: 0.66, change_pct: 1.5 } },
    });
  });

  it.each([
    ['long', 'LONG'],
    ['short', 'SHORT'],
    ['none', 'WAIT'],
  ] as const)('%s is %s', (direction, action) => {
    const setups = {
      long: answer().setup,
      short: { entry: 10, stop_loss: 11, take_profit: 8, risk_reward: 2, max_bars: 48 },
      none: null,
    };
    const signal = one(marketInput(), () => answer({ direction, setup: setups[direction] }));
    expect(signal).toMatchObject({ status: 'ok', direction, action, setup: setups[direction] });
  });

  it('settled from the strategy’s own count of candles on', () => {
    expect(one(marketInput(candles(499))).settled).toBe(false);
    expect(one(marketInput(candles(500))).settled).toBe(true);
  });
});

describe('status', () => {
  const quiet = (index: number): number => (index >= 589 ? 0 : 1);

  it.each([
    ['a failed answer on too few candles', candles(99, true), () => failing, 'insufficient_data', 'warm-up'],
    ['a failed answer on stale candles', candles(600, true), () => failing, 'error', 'ATR_ZERO'],
    ['a failed answer on quiet candles', candles(600, false, quiet), () => failing, 'error', 'ATR_ZERO'],
    ['too few and stale', candles(99, true), undefined, 'insufficient_data', 'warm-up'],
    ['stale', candles(600, true), undefined, 'stale', 'old-candles'],
    ['11 of 50 candles without volume', candles(600, false, quiet), undefined, 'stale', 'no-volume'],
    ['10 of 50 candles without volume', candles(600, false, (i) => (i >= 590 ? 0 : 1)), undefined, 'ok', null],
    ['silence before the last 50 candles', candles(600, false, (i) => (i < 550 ? 0 : 1)), undefined, 'ok', null],
    ['exactly the warm-up', candles(100), undefined, 'ok', null],
    ['one candle less', candles(99), undefined, 'insufficient_data', 'warm-up'],
  ] as const)('%s: %#', (_name, changes, evaluate, status, code) => {
    const signal = one(marketInput(changes), evaluate);
    expect([signal.status, signal.status_reason?.code ?? null]).toEqual([status, code]);
  });

  it('a strategy never sees fewer candles than its warm-up', () => {
    let asked = 0;
    one(marketInput(candles(99)), () => {
      asked += 1;
      return answer();
    });
    expect(asked).toBe(0);
  });

  it.each(['unreadable', 'no-closed-candles', 'no-timeframe'] as const)('no candles (%s)', (reason) => {
    const signal = one(marketInput({ selection: { kind: 'none', reason } }));
    expect(signal).toMatchObject({
      id: 'BYBIT:1000PEPEUSDT:-:s:-',
      status: 'insufficient_data',
      status_reason: { code: reason },
      timeframe: null,
      candle_time: null,
      price: null,
      settled: false,
    });
  });

  it('whatever is not ok has no direction, levels, score or bounds, and says which market it is', () => {
    const bad = [
      one(marketInput(candles(5))),
      one(marketInput(candles(600, true))),
      one(marketInput(), () => failing),
      one(marketInput({ selection: { kind: 'none', reason: 'unreadable' } })),
    ];
    for (const signal of bad) {
      expect(signal).toMatchObject({
        ...MARKET,
        direction: 'none',
        action: 'WAIT',
        score: null,
        score_bounds: null,
        setup: null,
        rank_in_strategy: null,
        score_breakdown: [],
        external: null,
        oi_metadata: { tier: 'resolved', status: 'neutral', score: 10, reason: `NOT_SCORED:${signal.status}` },
      });
      expect(signal.status_reason?.text).not.toBe('');
    }
  });

  it('a candle that closes after the time of the scan is an error, not a look ahead', () => {
    expect(one(marketInput(), undefined, CLOSE_TIME).status).toBe('ok');
    expect(one(marketInput(), undefined, CLOSE_TIME - 1)).toMatchObject({
      status: 'error',
      status_reason: { code: 'candle-not-closed' },
    });
  });
});

function withPart(changes: Partial<Part>): Evaluation {
  const [trend, openInterest] = answer().components;
  const parts = trend!.parts.map((part) => Object.assign(part, changes));
  return answer({ components: [{ ...trend!, parts }, openInterest!] });
}

function withCondition(changes: Partial<GateCondition>): Evaluation {
  const { long, short } = answer().gate;
  return answer({ gate: { long: [{ ...long[0]!, ...changes }], short } });
}

describe('a strategy that fails', () => {
  const wrong: readonly [string, () => unknown][] = [
    ['throws', () => JSON.parse('{')],
    ['answers nothing', () => undefined],
    ['not a number', () => answer({ components: [component('a', Number.NaN, 80), component('b', 0, 20)] })],
    ['infinite', () => answer({ components: [component('a', 1, 80, { high: Infinity }), component('b', 0, 20)] })],
    ['more than the maximum', () => answer({ components: [component('a', 81, 80), component('b', 0, 20)] })],
    ['less than 0', () => answer({ components: [component('a', -1, 80), component('b', 0, 20)] })],
    ['bounds beside points', () => answer({ components: [component('a', 5, 80, { low: 6 }), component('b', 0, 20)] })],
    ['90 points in all', () => answer({ components: [component('a', 1, 70), component('b', 0, 20)] })],
    ['110 points in all', () => answer({ components: [component('a', 1, 90), component('b', 0, 20)] })],
    ['the same component twice', () => answer({ components: [component('a', 1, 80), component('a', 0, 20)] })],
    ['a part that is not a number', () => withPart({ value: Number.NaN })],
    ['parts that do not add up', () => withPart({ points: 52 })],
    ['a gate without a number', () => withCondition({ value: Number.NaN })],
    ['an infinite threshold', () => withCondition({ threshold: Infinity })],
    ['an unknown direction', () => ({ ...answer(), direction: 'up' })],
    ['a setup without a direction', () => answer({ direction: 'none' })],
    ['a direction without a setup', () => answer({ setup: null })],
    ['levels of a long for a short', () => answer({ direction: 'short' })],
    ['a stop at 0', () => answer({ setup: { ...answer().setup!, stop_loss: 0 } })],
    ['a ratio the levels do not give', () => answer({ setup: { ...answer().setup!, risk_reward: 3 } })],
    ['half a bar', () => answer({ setup: { ...answer().setup!, max_bars: 1.5 } })],
    ['an external score of 21', () => answer({ external: { ...answer().external, score: 21 } })],
    ['a percentile of 1.1', () => withReading({ percentile: 1.1 })],
    ['a value that is not a number', () => withReading({ value: Number.NaN })],
    ['NaN deep in its observability', () => answer({ observability: { a: [{ b: Number.NaN }] } })],
    ['a function in its observability', () => ({ ...answer(), observability: { a: () => 1 } })],
    ['undefined in its observability', () => ({ ...answer(), observability: { a: undefined } })],
  ];

  function withReading(changes: object): Evaluation {
    const { external } = answer();
    const reading = { ...external.components.open_interest, ...changes };
    return answer({ external: { ...external, components: { ...external.components, open_interest: reading } } });
  }

  it.each(wrong)('%s: an error with a reason, and no other is disturbed', (_name, evaluate) => {
    const strategies = [strategy('a'), strategy('bad', evaluate as () => Evaluation), strategy('b')];
    const [before, bad, after] = evaluateMarket(marketInput(), strategies, AS_OF);
    const [alone] = evaluateMarket(marketInput(), [strategy('a')], AS_OF);
    expect(before).toEqual(alone);
    expect(after?.status).toBe('ok');
    expect(bad).toMatchObject({ status: 'error', score: null, setup: null, direction: 'none' });
    expect(bad!.status_reason!.text.length).toBeGreaterThan(5);
    expect(isStrategyFault(bad!)).toBe(true);
  });

  it('candles that allow no answer are no fault of the strategy', () => {
    expect(isStrategyFault(one(marketInput(), () => failing))).toBe(false);
    expect(isStrategyFault(one(marketInput()))).toBe(false);
  });

  it('fields that are none of the feed’s do not reach it', () => {
    const setup = { ...answer().setup!, note: 1 };
    const reasons = [{ code: 'A', text: 'a', points: 3 }];
    const signal = one(marketInput(), () => answer({ setup, reasons }));
    expect(signal.setup).not.toHaveProperty('note');
    expect(signal.reasons[0]).not.toHaveProperty('points');
  });
});

describe('open interest', () => {
  it('a resolved market without open interest is neutral, with a score of 10 and a reason', () => {
    const { external } = answer();
    const components = { ...external.components, open_interest: NEUTRAL_READING };
    const signal = one(marketInput(), () => answer({ external: { ...external, openInterestScore: 10, components } }));
    expect(signal.oi_metadata).toEqual({
      tier: 'resolved',
      status: 'neutral',
      score: 10,
      coinalyze_symbol: 'PEPEUSDT.6',
      venue: 'Bybit',
      as_of: null,
      age_s: null,
      stale: false,
      reason: 'OI_UNAVAILABLE:deferred',
    });
  });

  it('an aggregated market says so', () => {
    const aggregated: Resolution = { ...RESOLVED, tier: 'aggregated' };
    expect(one(marketInput({ resolution: aggregated })).oi_metadata).toMatchObject({
      tier: 'aggregated',
      status: 'aggregated',
    });
  });

  it('an unlisted market says why', () => {
    const { external } = answer();
    const components = { ...external.components, open_interest: NEUTRAL_READING };
    const signal = one(marketInput({ resolution: UNLISTED }), () => answer({ external: { ...external, components } }));
    expect(signal.oi_metadata).toMatchObject({
      tier: 'neutral',
      status: 'neutral',
      coinalyze_symbol: null,
      venue: null,
      reason: 'OI_UNAVAILABLE:not-listed',
    });
  });

  it.each([
    ['a dollar coin', RESOLVED, { denomination: 'BASE_ASSET', baseFactor: 0.001 }],
    ['another quote', { ...RESOLVED, name: { ...RESOLVED.name, quote: 'EUR' } }, null],
    ['no listed market', UNLISTED, null],
  ] as const)('amounts become USD for %s', (_name, resolution, expected) => {
    const seen: unknown[] = [];
    one(marketInput({ resolution }), ({ amounts }) => {
      seen.push(amounts);
      return answer();
    });
    expect(seen).toEqual([expected]);
  });
});
