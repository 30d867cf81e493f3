import type { CandleSeries } from '../../src/core/candles.ts';
import type { CoinalyzeSymbol, Market, Resolution } from '../../src/core/market.ts';
import type { Component, Evaluation, ExternalInputs, SeriesReading, Strategy } from '../../src/core/strategy.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import type { Signal } from '../../src/core/signal.ts';
import { evaluateOne, type MarketInput } from '../../src/processor/evaluate.ts';

export type Scored = Extract<Evaluation, { kind: 'scored' }>;

export const MARKET: Market = { exchange: 'BYBIT', symbol: '1000PEPEUSDT' };
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

export const UNLISTED: Resolution = { tier: 'neutral', reason: 'not-listed', name: RESOLVED.name };

const open = { state: 'open', code: 'deferred' } as const;
const NOTHING: ExternalInputs = {
  open_interest: open,
  funding_rate: open,
  long_short_ratio: open,
  liquidations: open,
};

export function marketInput(changes: Partial<MarketInput> = {}): MarketInput {
  return {
    market: MARKET,
    selection: { kind: 'series', series: series(600), resampledFrom: null, cut: false, stale: false },
    resolution: RESOLVED,
    external: NOTHING,
    ...changes,
  };
}

const READING: SeriesReading = {
  status: 'used',
  reason: null,
  value: 100,
  value_usd: 1_000,
  change_pct: 1.5,
  percentile: 0.66,
  as_of: CLOSE_TIME - HOUR_MS,
  stale: true,
};

export const NEUTRAL_READING: SeriesReading = {
  status: 'neutral',
  reason: 'OI_UNAVAILABLE:deferred',
  value: null,
  value_usd: null,
  change_pct: null,
  percentile: null,
  as_of: null,
  stale: false,
};

export function component(name: string, points: number, max: number, changes: Partial<Component> = {}): Component {
  const parts = [{ part: 'all', value: points, zero_at: 0, full_at: max, points, max }];
  return { component: name, parts, points, max, low: points, high: points, code: 'CODE', text: 'text', ...changes };
}

/** An answer that is in order: a long of 66.2 points. */
export function answer(changes: Partial<Scored> = {}): Scored {
  return {
    kind: 'scored',
    direction: 'long',
    side: 'long',
    components: [component('trend', 53, 80), component('open_interest', 13.2, 20)],
    gate: {
      long: [{ code: 'NO_GATE', measure: 'close', value: 10, needs: '>', threshold: 9.5, holds: true }],
      short: [{ code: 'NO_GATE', measure: 'close', value: 10, needs: '<', threshold: 8.5, holds: false }],
    },
    setup: { entry: 10, stop_loss: 9, take_profit: 12, risk_reward: 2, max_bars: 48 },
    reasons: [{ code: 'GATE', text: 'gate' }],
    external: {
      score: 13.2,
      openInterestScore: 13.2,
      components: {
        open_interest: READING,
        funding_rate: NEUTRAL_READING,
        long_short_ratio: NEUTRAL_READING,
        liquidations: NEUTRAL_READING,
      },
    },
    observability: { indicators: { rsi14: 61.2, none: null }, list: [1, 'a', true] },
    ...changes,
  };
}

export function strategy(id: string, evaluate: Strategy['evaluate'] = () => answer()): Strategy {
  return {
    id,
    summary: id,
    warmup: 100,
    settledAt: 500,
    series: ['open_interest'],
    parameters: {},
    evaluate,
  };
}

export function evaluateMarket(input: MarketInput, strategies: readonly Strategy[], asOf: number): readonly Signal[] {
  return strategies.map((one) => evaluateOne(input, one, asOf));
}
