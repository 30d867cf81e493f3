/** Markets as the processor knows them, made by hand. */
import type { CandleSeries } from '../../src/core/candles.ts';
import type { CoinalyzeSymbol, NamedMarket, Resolution } from '../../src/core/market.ts';
import type { Explanation, Judged, Judgement, MarketView, Strategy, StrategyRecord } from '../../src/core/strategy.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { createJudge } from '../../src/processor/judging.ts';
import type { JudgedCandles, KnownMarket, StrategyAnswer } from '../../src/processor/known-market.ts';
import { unfetched } from '../../src/processor/learning.ts';
import type { Selection } from '../../src/processor/select.ts';

export const MARKET: NamedMarket = {
  exchange: 'BYBIT',
  symbol: '1000PEPEUSDT',
  unified: '1000PEPE/USDT:USDT',
  coin: 'PEPE',
  multiplier: 1_000,
  spot: false,
};
export const AS_OF = Date.UTC(2026, 0, 19, 17);
/** Close of the last candle of `series()`. */
export const CLOSE_TIME = AS_OF - HOUR_MS;

/** `length` closed 4h candles, the last of which closed an hour before AS_OF. */
export function series(length: number, volume: (index: number) => number = () => 1_000): CandleSeries {
  const column = (value: (index: number) => number): Float64Array => Float64Array.from({ length }, (_, i) => value(i));
  return {
    market: MARKET,
    timeframe: '4h',
    length,
    time: column((i) => CLOSE_TIME - (length - i) * 4 * HOUR_MS),
    open: column(() => 10),
    high: column(() => 11),
    low: column(() => 9),
    close: column((i) => 10 + i / 1_000),
    volume: column(volume),
  };
}

export function selected(changes: Partial<Extract<Selection, { kind: 'series' }>> = {}): Selection {
  return { kind: 'series', series: series(600), resampledFrom: null, cut: false, stale: false, ...changes };
}

export const RESOLVED: Extract<Resolution, { listed: unknown }> = {
  tier: 'resolved',
  listed: {
    symbol: 'PEPEUSDT.6' as CoinalyzeSymbol,
    venue: 'Bybit',
    denomination: 'BASE_ASSET',
    multiplier: 1,
    hasLongShortRatio: true,
  },
  name: { base: 'PEPE', quote: 'USDT', multiplier: 1_000, unified: '1000PEPE/USDT:USDT' },
};
export const STAND_IN: Resolution = {
  ...RESOLVED,
  tier: 'aggregated',
  listed: { ...RESOLVED.listed, venue: 'Binance' },
};
export const NO_PROVIDER: Extract<Resolution, { tier: 'neutral' }> = {
  tier: 'neutral',
  reason: 'no-provider',
  name: RESOLVED.name,
};

const RECORD: StrategyRecord = {
  status: 'inconclusive',
  excess_r: 0.05,
  interval: [-0.03, 0.13],
  net_r: 0.04,
  net_interval: [-0.04, 0.12],
  n: 1_000,
  period: '2024-01 to 2026-03',
};

export function record(status: StrategyRecord['status'], net = 0.04): StrategyRecord {
  return { ...RECORD, status, net_r: net };
}

/** A long of 53 price points. */
export function judged(changes: Partial<Judged> = {}): Judged {
  const direction = changes.direction ?? 'long';
  return {
    kind: 'judged',
    direction,
    side: direction === 'none' ? 'long' : direction,
    setup: direction === 'none' ? null : { entry: 10, stop_loss: 9, take_profit: 12, risk_reward: 2, max_bars: 48 },
    points: [{ component: 'trend', points: 53, max: 80 }],
    triggers: { long: null, short: null },
    unmet: direction === 'none' ? { long: ['A'], short: ['B'] } : { long: [], short: ['B'] },
    heldAgo: { long: direction === 'none' ? null : 0, short: null },
    seriesSpanMs: DAY_MS,
    ...changes,
  };
}

export const EXPLANATION: Explanation = {
  conditions: {
    long: [{ code: 'A', measure: 'close', value: 10, needs: '>', threshold: 9.5, holds: true }],
    short: [{ code: 'B', measure: 'close', value: 10, needs: '<', threshold: 8.5, holds: false }],
  },
  parts: [
    {
      component: 'trend',
      code: 'TREND',
      text: 'trend',
      parts: [{ part: 'all', value: 53, zero_at: 0, full_at: 80, points: 53, max: 80 }],
    },
  ],
  reasons: [{ code: 'ENTRY', text: 'entry' }],
  observability: { indicators: { rsi14: 61.2, none: null }, list: [1, 'a', true] },
};

export function strategy(
  id: string,
  judge: (view: MarketView) => Judgement = () => judged(),
  changes: Partial<Strategy> = {},
): Strategy {
  return {
    id,
    summary: id,
    record: RECORD,
    warmup: 100,
    warmedUpAt: 500,
    series: [{ kind: 'open_interest', weight: 1, speaksFor: { long: 'high', short: 'high' } }],
    parameters: {},
    judge,
    explain: () => EXPLANATION,
    ...changes,
  };
}

export function judgeWith(
  strategies: readonly Strategy[],
  selection: Selection,
  detail: 'lean' | 'full' = 'lean',
): JudgedCandles {
  return createJudge({ strategies, asOf: AS_OF, detail })(selection);
}

/** A market whose strategies answer as given, without any series. */
export function known(
  answers: readonly (Judged | StrategyAnswer)[],
  market: Partial<NamedMarket> = {},
  resolution: Resolution = NO_PROVIDER,
): KnownMarket {
  const strategies = answers.map((answer, index) =>
    strategy(`s${index}`, () => (answer.kind === 'judged' ? answer : judged())),
  );
  const base = judgeWith(strategies, selected());
  const own = base.answers.map((answer, index) => {
    const given = answers[index]!;
    return given.kind === 'judged' ? answer : given;
  });
  return unfetched({ ...MARKET, ...market }, { ...base, answers: own }, resolution, strategies);
}
