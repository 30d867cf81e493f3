import { describe, expect, it } from 'vitest';
import { isExplained, type Signal } from '../../src/core/signal.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import type { KnownMarket } from '../../src/processor/known-market.ts';
import { unfetched } from '../../src/processor/learning.ts';
import { marketRow } from '../../src/processor/market-row.ts';
import { signalOf } from '../../src/processor/signal.ts';
import {
  CLOSE_TIME,
  judged,
  judgeWith,
  MARKET,
  NO_PROVIDER,
  RESOLVED,
  selected,
  series,
  STAND_IN,
  strategy,
} from './known.ts';

const BREADTH = { long: 0.04, short: 0.12 };

function knownWith(
  answer: ReturnType<typeof judged>,
  changes: Partial<KnownMarket> = {},
  detail: 'lean' | 'full' = 'lean',
): KnownMarket {
  const strategies = [strategy('s', () => answer)];
  const base = unfetched(
    MARKET,
    judgeWith(strategies, selected(), detail),
    changes.resolution ?? NO_PROVIDER,
    strategies,
  );
  return { ...base, ...changes };
}

function signal(known: KnownMarket, isFull = false): Signal {
  const sinceOf = ({ closed_at: closedAt }: { readonly closed_at: number }): number => closedAt - 4 * HOUR_MS;
  const context = { strategies: [strategy('s')], breadth: BREADTH, isFull, sinceOf };
  return signalOf(known, { market: 0, strategy: 0, rank: 7 }, context);
}

describe('a signal with a direction', () => {
  it('says where it comes from, since when, at which price, and how it adds up', () => {
    const found = signal(knownWith(judged()));
    expect(found).toMatchObject({
      id: `BYBIT:1000PEPEUSDT:4h:s:${CLOSE_TIME - 4 * HOUR_MS}`,
      symbol: '1000PEPEUSDT',
      exchange: 'BYBIT',
      coin: 'PEPE',
      unified_symbol: '1000PEPE/USDT:USDT',
      timeframe: '4h',
      candle_time: CLOSE_TIME - 4 * HOUR_MS,
      status: 'ok',
      status_reason: null,
      direction: 'long',
      score: 63,
      score_side: 'long',
      score_bounds: [63, 63],
      rank_in_strategy: 7,
      price: 10.599,
      triggers: { long: null, short: null },
      unmet: { long: [], short: ['B'] },
      since: CLOSE_TIME - 4 * HOUR_MS,
      warmed_up: true,
      record: 'inconclusive',
      edge: null,
      breadth: 0.04,
      setup: { entry: 10, stop_loss: 9, take_profit: 12, risk_reward: 2, max_bars: 48 },
      oi_metadata: {
        tier: 'neutral',
        status: 'neutral',
        score: 10,
        as_of: null,
        lag_s: null,
        reason: 'OI_UNAVAILABLE:no-provider',
      },
    });
    if (!isExplained(found)) throw new Error('it is explained');
    expect(found.score_breakdown.map(({ component, points }) => [component, points])).toEqual([
      ['trend', 53],
      ['open_interest', 10],
    ]);
    expect(found.conditions!.long).toEqual([
      { code: 'A', measure: 'close', value: 10, needs: '>', threshold: 9.5, holds: true },
    ]);
    expect(found.reasons[0]).toEqual({ code: 'ENTRY', text: 'entry' });
    expect(found.market).toEqual(marketRow(knownWith(judged())));
  });

  it('breadth is the one of its own side', () => {
    const setup = { entry: 10, stop_loss: 11, take_profit: 8, risk_reward: 2, max_bars: 48 };
    expect(signal(knownWith(judged({ direction: 'short', setup })))).toMatchObject({ breadth: 0.12, setup });
  });
});

describe('a signal without a direction', () => {
  const waiting = judged({ direction: 'none', triggers: { long: { price: 10.7, distanceAtr: 0.0505 }, short: null } });

  it('is lean: a side, a trigger, what is unmet, and no explanation', () => {
    const found = signal(knownWith(waiting));
    expect(isExplained(found)).toBe(false);
    expect(found).toMatchObject({
      direction: 'none',
      score_side: 'long',
      triggers: { long: { price: 10.7, distance_pct: 0.95, distance_atr: 0.05 }, short: null },
      unmet: { long: ['A'], short: ['B'] },
    });
    expect(Object.keys(found.oi_metadata)).toEqual(['status', 'score']);
  });

  it('is explained with full detail, without setup, since and breadth', () => {
    const found = signal(knownWith(waiting, {}, 'full'), true);
    expect(found).toMatchObject({ setup: null, since: null, breadth: null, record: 'inconclusive' });
    expect(isExplained(found) && found.score_breakdown.length).toBe(2);
  });

  it('without a score says why, and nothing else', () => {
    const answers = [{ kind: 'unscored', status: 'stale', reason: { code: 'old-candles', text: 'old' } }] as const;
    const found = signal(knownWith(judged(), { answers, scores: [null] }));
    expect(found).toMatchObject({
      status: 'stale',
      status_reason: { code: 'old-candles', text: 'old' },
      direction: 'none',
      score: null,
      score_side: null,
      score_bounds: null,
      unmet: null,
      triggers: { long: null, short: null },
      oi_metadata: { status: 'neutral', score: 10 },
    });
  });
});

describe('numbers', () => {
  it('have eight significant digits at most', () => {
    const setup = { entry: 1 / 3, stop_loss: 1 / 7, take_profit: 2 / 3, risk_reward: 1.75, max_bars: 48 };
    const found = signal(knownWith(judged({ setup })));
    expect(isExplained(found) && found.setup).toMatchObject({
      entry: 0.33333333,
      stop_loss: 0.14285714,
      take_profit: 0.66666667,
    });
  });

  it('of observables have them too, however deep, and what is no number stays', () => {
    const explanation = {
      conditions: { long: [], short: [] },
      parts: [{ component: 'trend', code: 'T', text: 't', parts: [] }],
      reasons: [],
      observability: { deep: { rsi14: 61.234_567_891, none: null }, list: [1 / 3, 'a', true, { b: 2 / 3 }], c: 1 / 7 },
    };
    const strategies = [strategy('s', () => judged(), { explain: () => explanation })];
    const found = signal(unfetched(MARKET, judgeWith(strategies, selected()), NO_PROVIDER, strategies));
    expect(isExplained(found) && found.observability).toEqual({
      deep: { rsi14: 61.234568, none: null },
      list: [0.33333333, 'a', true, { b: 0.66666667 }],
      c: 0.14285714,
      quadrant: null,
    });
  });

  it('a condition keeps the digits that decide it', () => {
    const value = 10.000000001;
    const explanation = {
      conditions: {
        long: [{ code: 'A', measure: 'close', value, needs: '>', threshold: 10, holds: true } as const],
        short: [],
      },
      parts: [{ component: 'trend', code: 'T', text: 't', parts: [] }],
      reasons: [],
      observability: {},
    };
    const strategies = [strategy('s', () => judged(), { explain: () => explanation })];
    const base = unfetched(MARKET, judgeWith(strategies, selected()), NO_PROVIDER, strategies);
    const found = signal(base);
    expect(isExplained(found) && found.conditions!.long[0]).toMatchObject({ value, threshold: 10, holds: true });
  });
});

describe('what the feed says of conditions', () => {
  const conditions = (value: number, needs: '>' | '>=' | '<' | '<=', threshold: number, holds: boolean) => {
    const one = { code: 'A', measure: 'close', value, needs, threshold, holds } as const;
    const other = { ...one, code: 'B', value: 1 };
    const explanation = { conditions: { long: [one], short: [other] }, parts: [], reasons: [], observability: {} };
    const strategies = [strategy('s', () => judged({ points: [] }), { explain: () => explanation })];
    const found = signal(unfetched(MARKET, judgeWith(strategies, selected()), NO_PROVIDER, strategies));
    return isExplained(found) ? found.conditions! : null;
  };

  it.each([
    [10.000_000_001, '>', 10, true, [10.000_000_001, 10]],
    [10.000_000_001, '<=', 10, false, [10.000_000_001, 10]],
    [10.000_000_001, '>=', 10, true, [10, 10]],
    [9.999_999_999, '<', 10, true, [9.999_999_999, 10]],
    [9.999_999_999, '>=', 10, false, [9.999_999_999, 10]],
    [12.345_678_91, '>', 10, true, [12.345_679, 10]],
    [8.123_456_789, '>', 9.123_456_789, false, [8.123_456_8, 9.123_456_8]],
  ] as const)(
    '%f %s %f: digits are only left out where the rest still decides',
    (value, needs, threshold, holds, shown) => {
      const { long, short } = conditions(value, needs, threshold, holds)!;
      expect([long[0]!.value, long[0]!.threshold]).toEqual(shown);
      expect([long[0]!.code, short[0]!.code]).toEqual(['A', 'B']);
    },
  );
});

describe('the open interest that a score counts', () => {
  const used = {
    kind: 'open_interest',
    status: 'used',
    cause: null,
    detail: null,
    value: 1,
    valueUsd: null,
    changePct: 3.4,
    sum24hUsd: null,
    percentile: 0.75,
    n: 500,
    asOf: CLOSE_TIME - 90_400,
    stale: true,
    final: false,
    spread: 0.1,
    spanMs: 24 * HOUR_MS,
  } as const;

  function counted(resolution: KnownMarket['resolution']): Signal {
    const base = knownWith(judged(), { resolution });
    const findings = { ...base.findings, open_interest: used };
    const score = { score: 68, low: 53, high: 73, openInterest: 15 };
    return signal({ ...base, findings, ownFindings: [findings], scores: [score] });
  }

  it('says whose it is, how old, and whether it can still change', () => {
    const found = counted(RESOLVED);
    expect(found).toMatchObject({ score: 68, score_bounds: [53, 73] });
    expect(found.oi_metadata).toEqual({
      tier: 'resolved',
      status: 'resolved',
      score: 15,
      coinalyze_symbol: 'PEPEUSDT.6',
      venue: 'Bybit',
      as_of: CLOSE_TIME - 90_400,
      lag_s: 90,
      stale: true,
      reason: null,
    });
  });

  it('says with price who came or left', () => {
    const found = counted(RESOLVED);
    // The price rose from 10.593, open interest by 3.4 %, with a spread of 10 %.
    expect(isExplained(found) && found.observability['quadrant']).toBe('flat');
  });

  it('is neither used nor old where the market has no score, and the reason is why there is none', () => {
    const base = knownWith(judged(), { resolution: RESOLVED });
    const findings = { ...base.findings, open_interest: used };
    const answers = [{ kind: 'unscored', status: 'stale', reason: { code: 'old-candles', text: 'old' } }] as const;
    const known = { ...base, findings, ownFindings: [findings], answers, scores: [null] };
    expect(signal(known, true)).toMatchObject({
      score_breakdown: [],
      conditions: null,
      reasons: [],
      oi_metadata: { status: 'neutral', score: 10, as_of: null, lag_s: null, stale: false, reason: 'NOT_SCORED:stale' },
    });
    const unlisted = knownWith(judged(), { answers, scores: [null] });
    expect(signal(unlisted, true).oi_metadata).toMatchObject({ reason: 'OI_UNAVAILABLE:no-provider' });
  });

  it('a stand-in’s numbers carry its name in every sentence', () => {
    const found = counted(STAND_IN);
    if (!isExplained(found)) throw new Error('it is explained');
    const texts = [...found.score_breakdown, ...found.reasons].map(({ text }) => text);
    const about = texts.filter((text) => text.includes('open interest'));
    expect(about.length).toBeGreaterThan(1);
    for (const text of about) expect(text).toMatch(/^Binance's open interest/);
    expect(found.oi_metadata).toMatchObject({ venue: 'Binance', status: 'aggregated' });
  });
});

it('a signal is warmed up from 500 candles on', () => {
  const warmed = (length: number): unknown => {
    const strategies = [strategy('s', () => judged())];
    const found = signal(
      unfetched(MARKET, judgeWith(strategies, selected({ series: series(length) })), NO_PROVIDER, strategies),
    );
    return isExplained(found) && found.warmed_up;
  };
  expect([warmed(499), warmed(500)]).toEqual([false, true]);
});

describe('the row of a market', () => {
  const used = { status: 'used', cause: null, detail: null, value: 22_600, valueUsd: 2.1e9, changePct: 3.4 } as const;
  const finding = {
    ...used,
    sum24hUsd: null,
    percentile: 0.66,
    n: 500,
    asOf: CLOSE_TIME,
    stale: false,
    final: true,
    spread: 0.1,
    spanMs: 24 * HOUR_MS,
  };

  function row(resolution: KnownMarket['resolution']) {
    const base = knownWith(judged(), { resolution });
    return marketRow({ ...base, findings: { ...base.findings, open_interest: { kind: 'open_interest', ...finding } } });
  }

  it('has its own numbers where its own venue has them', () => {
    expect(row(RESOLVED)).toMatchObject({
      tier: 'resolved',
      venue: 'Bybit',
      coinalyze_symbol: 'PEPEUSDT.6',
      open_interest_usd: 2.1e9,
      oi_change_24h_pct: 3.4,
      series: {
        open_interest: {
          venue: 'Bybit',
          value: 22_600,
          percentile: 0.66,
          percentile_of: 'change_24h',
          n: 500,
          status: 'used',
        },
      },
    });
  });

  it('holds a stand-in’s numbers under series alone, with the stand-in’s name', () => {
    const found = row(STAND_IN);
    const { series, venue, ...flat } = found;
    expect(series.open_interest).toMatchObject({ venue: 'Binance', value: 22_600, value_usd: 2.1e9, change_pct: 3.4 });
    expect(venue).toBe('Binance');
    expect(flat).toMatchObject({
      open_interest_usd: null,
      oi_change_24h_pct: null,
      funding_pct: null,
      long_short_ratio: null,
      liquidations_24h_usd: null,
    });
  });

  it('names why the market has no series, or why one series is missing', () => {
    expect(row({ ...NO_PROVIDER, reason: 'no-index' }).series.funding_rate.reason).toBe('FUNDING_UNAVAILABLE:no-index');
    expect(row(RESOLVED).series.funding_rate.reason).toBe('FUNDING_UNAVAILABLE:deferred');
  });

  it('says why a series is missing', () => {
    expect(row(NO_PROVIDER).series.funding_rate).toMatchObject({
      venue: null,
      value: null,
      status: 'neutral',
      reason: 'FUNDING_UNAVAILABLE:no-provider',
    });
  });
});
