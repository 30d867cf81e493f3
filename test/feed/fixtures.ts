/**
 * Small feeds of schema 2.0 that are in order: each builder takes what shall differ and derives what goes with it (a symbol brings
 * its coin, unified symbol, id and market row; a direction brings setup, triggers and since; a status brings what it leaves out).
 */
import type { Feed, FeedRun, FeedSummary, RecentSignal, StrategySummary } from '../../src/core/feed.ts';
import type { MarketRow } from '../../src/core/market-row.ts';
import type { Signal } from '../../src/core/signal.ts';
import { TIMEFRAME_MS } from '../../src/core/time.ts';
import { AS_OF, explainedSignal, leanSignal, marketRow, RECORDS, UNMEASURED } from './signal-fixtures.ts';

export * from './signal-fixtures.ts';

export const RUN: FeedRun = {
  id: 'run-1',
  scanner_version: '0.1.0',
  as_of: AS_OF,
  timeframe: '4h',
  strategies: ['trend-breakout'],
  inputs: {
    paths: ['/candles'],
    symbol: null,
    exchange: null,
    exclude: null,
    limit: null,
    format: null,
    sample: false,
  },
  provider: 'coinalyze',
  detail: 'lean',
  stage: 'complete',
  goal: { kind: 'actionable', top: null, min_score: null, met: true, pending_signals: 0, waiting: 0 },
  plan: {
    kinds: {
      open_interest: { calls: 1, requests: 1 },
      funding_rate: { calls: 1, requests: 1 },
      long_short_ratio: { calls: 0, requests: 0 },
      liquidations: { calls: 0, requests: 0 },
    },
    phases: {
      market_list: { calls: 2, requests: 2 },
      goal: { calls: 2, requests: 2 },
      remaining: { calls: 0, requests: 0 },
    },
    saved: { final: 1, fresh: 0 },
    changed: { signals: 1, largest: 3.2, entered_top_20: 0 },
  },
  degraded: false,
  degraded_reasons: [],
  input_hash: 'a'.repeat(64),
  duration_ms: 4_200,
  attribution: 'Data: Coinalyze',
};

export interface FeedChanges {
  readonly signals?: readonly Signal[];
  /** Without them: one row for each market that signals speak of. */
  readonly markets?: readonly MarketRow[];
  readonly recent?: readonly RecentSignal[];
  readonly run?: Partial<FeedRun>;
  readonly summary?: Partial<FeedSummary>;
}

/** Signals stay in the order and with the ranks that they are given with; what is counted is counted from them. */
export function feedOf(changes: FeedChanges = {}): Feed {
  const signals = changes.signals ?? [explainedSignal(), leanSignal({ symbol: 'ETHUSDT', rank_in_strategy: 2 })];
  const markets = changes.markets ?? rowsOf(signals);
  return {
    schema_version: '2.0.0',
    last_updated: AS_OF + 61_087,
    run: { ...RUN, strategies: [...new Set(signals.map(({ strategy }) => strategy))], ...changes.run },
    summary: { ...summaryOf(signals, markets), ...changes.summary },
    markets,
    recent: changes.recent ?? [],
    signals,
  };
}

function rowsOf(signals: readonly Signal[]): readonly MarketRow[] {
  const rows = new Map<string, MarketRow>();
  for (const signal of signals) {
    const { exchange, symbol, coin, timeframe, price, candle_time: time } = signal;
    const key = `${exchange} ${symbol}`;
    const closedAt = timeframe === null || time === null ? null : time + TIMEFRAME_MS[timeframe];
    if ('market' in signal) rows.set(key, signal.market);
    else if (!rows.has(key))
      rows.set(key, marketRow({ exchange, symbol, coin, timeframe, price, closed_at: closedAt }));
  }
  return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
}

function summaryOf(signals: readonly Signal[], markets: readonly MarketRow[]): FeedSummary {
  const count = (wanted: (signal: Signal) => boolean): number => signals.filter(wanted).length;
  const rows = (tier: string): number => markets.filter((row) => row.tier === tier).length;
  const status = (tier: string): number => count(({ oi_metadata: oi }) => oi.status === tier);
  const stale = new Set(signals.filter((signal) => signal.status === 'stale').map((s) => `${s.exchange} ${s.symbol}`));
  return {
    markets: markets.length,
    files: markets.length + 1,
    files_skipped: [
      { file: 'KUCOIN_CAKEUSDTM_4h.json', reason: 'truncated-json', detail: 'ends in the middle of a candle' },
    ],
    candles: {
      disordered: 11,
      duplicates: 2,
      missing: 3,
      not_finite: 4,
      impossible: 5,
      off_grid: 6,
      future: 7,
      naive_times: 8,
      shifted: 8,
      widened: 8,
      no_volume: 9,
      cut_series: 1,
      resampled_markets: 0,
      merged_files: 0,
      newest_close:
        markets.reduce<number | null>((newest, row) => Math.max(newest ?? 0, row.closed_at ?? 0), null) || null,
      stale_markets: stale.size,
    },
    resolution: { resolved: rows('resolved'), aggregated: rows('aggregated'), neutral: rows('neutral') },
    data_status: { resolved: status('resolved'), aggregated: status('aggregated'), neutral: status('neutral') },
    external: {
      distinct_symbols: markets.length,
      fetched: 2,
      cached: 1,
      stale: 0,
      missing: 1,
      deferred: 0,
      requests: 4,
      calls: 4,
    },
    breadth: { long: 0.04, short: 0.12 },
    listings: { listed: [], delisted: [] },
    signals: {
      total: signals.length,
      long: count((signal) => signal.direction === 'long'),
      short: count((signal) => signal.direction === 'short'),
      none: count((signal) => signal.status === 'ok' && signal.direction === 'none'),
      insufficient_data: count((signal) => signal.status === 'insufficient_data'),
      stale: count((signal) => signal.status === 'stale'),
      error: count((signal) => signal.status === 'error'),
    },
    by_strategy: Object.fromEntries(
      [...new Set(signals.map(({ strategy }) => strategy))].map((id): [string, StrategySummary] => {
        const of = (direction: string): number =>
          count((signal) => signal.strategy === id && signal.status === 'ok' && signal.direction === direction);
        return [id, { long: of('long'), short: of('short'), none: of('none'), record: RECORDS[id] ?? UNMEASURED }];
      }),
    ),
  };
}
