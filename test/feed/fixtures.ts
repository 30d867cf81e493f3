import { HOUR_MS } from '../../src/core/time.ts';
import type { Feed } from '../../src/core/feed.ts';
import type { ExternalFields, Signal } from '../../src/core/signal.ts';
import type { SkippedFile } from '../../src/core/candles.ts';
import type { Resolution, CoinalyzeSymbol } from '../../src/core/market.ts';
import { buildFeed, type FeedParts } from '../../src/feed/build.ts';

const CANDLE_TIME = Date.UTC(2026, 0, 19, 12);
const AS_OF = CANDLE_TIME + 5 * HOUR_MS;

const used: ExternalFields = {
  value: 1_234_567,
  value_usd: 114_754_321.5,
  change_pct: 2.25,
  percentile: 0.66,
  as_of: CANDLE_TIME + 4 * HOUR_MS,
  stale: false,
  status: 'used',
  reason: null,
};

export const neutral: ExternalFields = {
  value: null,
  value_usd: null,
  change_pct: null,
  percentile: null,
  as_of: null,
  stale: false,
  status: 'neutral',
  reason: 'FUNDING_UNAVAILABLE:deferred',
};

/** A long that is in order. */
export function longSignal(changes: Partial<Signal> = {}): Signal {
  return {
    id: `HYPERLIQUID:BTCUSDT:4h:trend-breakout:${CANDLE_TIME}`,
    symbol: 'BTCUSDT',
    exchange: 'HYPERLIQUID',
    unified_symbol: 'BTC/USDT:USDT',
    timeframe: '4h',
    candle_time: CANDLE_TIME,
    strategy: 'trend-breakout',
    status: 'ok',
    status_reason: null,
    direction: 'long',
    action: 'LONG',
    score: 73.5,
    score_side: 'long',
    score_bounds: [73.5, 73.5],
    settled: true,
    rank_in_strategy: 1,
    price: 92_951,
    setup: { entry: 92_951, stop_loss: 91_430, take_profit: 95_993, risk_reward: 2, max_bars: 48 },
    score_breakdown: [
      {
        component: 'trend',
        points: 60.3,
        max: 80,
        code: 'TREND_ABOVE_EMA200',
        text: 'close above the EMA of 200 candles',
        parts: [
          { part: 'close_over_ema200_atr', value: 1.25, zero_at: 0, full_at: 0, points: 40, max: 40 },
          { part: 'adx14', value: 26.25, zero_at: 10, full_at: 42, points: 20.3, max: 40 },
        ],
      },
      {
        component: 'open_interest',
        points: 13.2,
        max: 20,
        code: 'OI_PERCENTILE',
        text: 'open interest +2.25 % over 24 h',
        parts: [{ part: 'percentile', value: 0.66, zero_at: 0, full_at: 1, points: 13.2, max: 20 }],
      },
    ],
    gate: {
      long: [
        { code: 'NO_GATE_INSIDE_CHANNEL', measure: 'close', value: 92_951, needs: '>', threshold: 92_100, holds: true },
        {
          code: 'NO_GATE_ALREADY_OUTSIDE',
          measure: 'close_before',
          value: 91_900,
          needs: '<=',
          threshold: 92_000,
          holds: true,
        },
      ],
      short: [
        {
          code: 'NO_GATE_INSIDE_CHANNEL',
          measure: 'close',
          value: 92_951,
          needs: '<',
          threshold: 88_000,
          holds: false,
        },
        { code: 'NO_GATE_NOT_STRETCHED', measure: 'rsi14', value: 61.2, needs: '>=', threshold: 68, holds: false },
        { code: 'NO_GATE_INSIDE_RANGE', measure: 'close', value: 92_951, needs: '<', threshold: null, holds: false },
      ],
    },
    reasons: [{ code: 'GATE_BREAKOUT', text: 'first close above the 20-bar high 92100' }],
    oi_metadata: {
      tier: 'resolved',
      status: 'resolved',
      score: 13.2,
      coinalyze_symbol: 'BTC.H',
      venue: 'Hyperliquid',
      as_of: CANDLE_TIME + 4 * HOUR_MS,
      age_s: 0,
      stale: false,
      reason: null,
    },
    external: {
      score: 13.2,
      open_interest: used,
      funding_rate: neutral,
      long_short_ratio: { ...used, value: 1.8312, value_usd: null, change_pct: null, stale: true },
      liquidations: { ...used, value: -12.5, value_usd: -1_161_887.5, change_pct: null },
    },
    observability: { indicators: { rsi14: 61.2, missing: null }, trendlines: [], quadrant: 'new_longs' },
    ...changes,
  };
}

/** One without a score. */
export function unscoredSignal(status: 'error' | 'insufficient_data' | 'stale', changes: Partial<Signal> = {}): Signal {
  return longSignal({
    status,
    status_reason: { code: 'warm-up', text: '42 closed candles, 100 needed' },
    direction: 'none',
    action: 'WAIT',
    score: null,
    score_side: null,
    score_bounds: null,
    rank_in_strategy: null,
    setup: null,
    score_breakdown: [],
    gate: null,
    reasons: [],
    external: null,
    observability: {},
    oi_metadata: { ...longSignal().oi_metadata, status: 'neutral', score: 10, as_of: null, age_s: null, reason: 'X' },
    ...changes,
  });
}

export const resolved: Resolution = {
  tier: 'resolved',
  listed: {
    symbol: 'BTC.H' as CoinalyzeSymbol,
    venue: 'Hyperliquid',
    denomination: 'BASE_ASSET',
    multiplier: 1,
    hasLongShortRatio: false,
  },
  name: { base: 'BTC', quote: 'USDT', multiplier: 1, unified: 'BTC/USDT:USDT' },
};

const truncated: SkippedFile = {
  file: 'KUCOIN_CAKEUSDTM_4h.json',
  reason: 'truncated-json',
  detail: 'ends in the middle of a candle',
  market: { exchange: 'KUCOIN', symbol: 'CAKEUSDTM' },
};

export function makeFeed(signals: readonly Signal[] = [longSignal()], changes: Partial<FeedParts<Signal>> = {}): Feed {
  return buildFeed({
    lastUpdated: AS_OF + 61_087,
    run: {
      id: 'run-1',
      scanner_version: '0.1.0',
      as_of: AS_OF,
      timeframe: '4h',
      strategies: ['trend-breakout'],
      inputs: { paths: ['data/'], symbol: null, exchange: null, limit: null, sample: false },
      provider: 'coinalyze',
      stage: 'complete',
      exactness: { goal: 'actionable', top: null, min_score: null, met: true, open_signals: 0, waiting: 0 },
      plan: {
        kinds: {
          open_interest: { units: 1, requests: 1 },
          funding_rate: { units: 1, requests: 1 },
          long_short_ratio: { units: 0, requests: 0 },
          liquidations: { units: 0, requests: 0 },
        },
        phases: {
          market_list: { units: 2, requests: 2 },
          goal: { units: 2, requests: 2 },
          rest: { units: 0, requests: 0 },
        },
        saved: { final: 1, fresh: 0 },
        changed: { signals: 1, largest: 3.2, entered_top_20: 0 },
      },
      degraded: false,
      degraded_reasons: [],
      input_hash: 'a'.repeat(64),
      duration_ms: 4_200,
    },
    files: 3,
    skipped: [truncated],
    findings: [
      {
        rows: 600,
        disordered: 1,
        duplicates: 2,
        missing: 3,
        notFinite: 4,
        impossible: 5,
        offGrid: 6,
        future: 7,
        naiveTimes: 8,
      },
      {
        rows: 10,
        disordered: 10,
        duplicates: 0,
        missing: 0,
        notFinite: 0,
        impossible: 0,
        offGrid: 0,
        future: 0,
        naiveTimes: 0,
      },
    ],
    cutSeries: 1,
    resampledMarkets: 2,
    mergedFiles: 0,
    resolutions: [resolved],
    external: {
      distinct_symbols: 1,
      fresh: 2,
      cached: 1,
      stale: 0,
      missing: 1,
      deferred: 0,
      requests: 4,
      units: 4,
    },
    signals,
    ...changes,
  });
}
