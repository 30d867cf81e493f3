/** The file `master_feed.json`, schema_version 2. */
import type { FileSkipReason } from './candles.ts';
import type { MarketRow } from './market-row.ts';
import type { Tier } from './market.ts';
import type { SeriesKind } from './series.ts';
import type { Signal } from './signal.ts';
import type { StrategyRecord } from './strategy.ts';

export const SCHEMA_VERSION = '2.0.0';

export type ProviderName = 'coinalyze' | 'sandbox' | 'none';

/** `lean`: signals with a direction are explained; `full`: every signal is. */
export type Detail = 'lean' | 'full';

export interface DegradedReason {
  readonly code:
    | 'series-unavailable'
    | 'deadline'
    | 'strategy-threw'
    | 'markets-gone'
    | 'stale-candles'
    | 'clock-jumped'
    | 'market-index-unavailable'
    | 'market-list-unreadable';
  readonly text: string;
}

/** What was asked for: two feeds are compared only when their inputs are equal. */
export interface RunInputs {
  /** Absolute. */
  readonly paths: readonly string[];
  /** Filters, their names sorted and separated by commas; null when not used. */
  readonly symbol: string | null;
  readonly exchange: string | null;
  readonly exclude: string | null;
  readonly limit: number | null;
  /** The only format that files were read as; null for all. */
  readonly format: string | null;
  /** True when the run is on the shipped, made-up sample. */
  readonly sample: boolean;
}

/**
 * How far the run had come when this feed was written. `price`: nothing was fetched yet. `goal`: what the goal asks for is final.
 * `complete`: the run is over. All of one run carry its id.
 */
export type RunStage = 'price' | 'goal' | 'complete';

/** What the run was to know for certain, and whether it does. */
export interface RunGoal {
  /** `none`: nothing was to be fetched. */
  readonly kind: 'actionable' | 'top' | 'min-score' | 'all' | 'none';
  /** How many of each strategy, with goal `top`. */
  readonly top: number | null;
  /** From which score on, with goal `min-score`. */
  readonly min_score: number | null;
  /** True when nothing that is still pending can change what the goal asks for. */
  readonly met: boolean;
  /** Signals that keep it from being met. */
  readonly pending_signals: number;
  /** Of those, how many asking cannot make final now: their series failed, are not published upstream yet, or were asked for within 15 minutes. */
  readonly waiting: number;
}

export interface PlanCost {
  /** Symbols in requests: what Coinalyze counts. */
  readonly calls: number;
  readonly requests: number;
}

/** Where the calls went and what they changed. */
export interface RunPlan {
  readonly kinds: Readonly<Record<SeriesKind, PlanCost>>;
  /** Places of the goal's requests that went to the remaining series count there. */
  readonly phases: Readonly<Record<'market_list' | 'goal' | 'remaining', PlanCost>>;
  /** (Symbol, series) pairs that the cache had at the start: final, or fresh (asked within 15 minutes). */
  readonly saved: { readonly final: number; readonly fresh: number };
  /** Against what the feed was before anything was sent. */
  readonly changed: {
    /** Signals with another score. */
    readonly signals: number;
    /** Points of the largest change. */
    readonly largest: number;
    readonly entered_top_20: number;
  };
}

export interface FeedRun {
  readonly id: string;
  readonly scanner_version: string;
  /** The time everything was computed for, ms UTC. */
  readonly as_of: number;
  /** The feed's timeframe, or `auto`. */
  readonly timeframe: string;
  readonly strategies: readonly string[];
  readonly inputs: RunInputs;
  readonly provider: ProviderName;
  readonly detail: Detail;
  readonly stage: RunStage;
  readonly goal: RunGoal;
  readonly plan: RunPlan;
  readonly degraded: boolean;
  readonly degraded_reasons: readonly DegradedReason[];
  /** sha256 (hex) of candles, settings and series that went in. */
  readonly input_hash: string;
  /** Wall time of the run, ms. */
  readonly duration_ms: number;
  /** Whose data the series are; null without series. */
  readonly attribution: string | null;
}

/** Counts of (symbol, series) pairs, except where a name says otherwise. */
export interface ExternalSummary {
  /** Coinalyze symbols that any market maps to. */
  readonly distinct_symbols: number;
  /** Received in this run. */
  readonly fetched: number;
  /** From the cache, whatever its age. */
  readonly cached: number;
  /** Used although newer buckets are closed (a subset of neither fetched nor cached). */
  readonly stale: number;
  /** Not to be had: no data upstream, or a failure. */
  readonly missing: number;
  /** Not reached within the budget. */
  readonly deferred: number;
  readonly requests: number;
  /** Symbols in those requests: what the quota counts. */
  readonly calls: number;
}

export interface FeedSummary {
  readonly markets: number;
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  readonly files_skipped: readonly {
    readonly file: string;
    readonly reason: FileSkipReason;
    readonly detail: string;
  }[];
  /** Repairs over all files, in rows, except where a name says otherwise. */
  readonly candles: {
    readonly disordered: number;
    readonly duplicates: number;
    readonly missing: number;
    readonly not_finite: number;
    readonly impossible: number;
    readonly off_grid: number;
    readonly future: number;
    readonly naive_times: number;
    readonly shifted: number;
    readonly widened: number;
    /** Candles without a volume; their prices count. */
    readonly no_volume: number;
    /** Series cut by the continuity guard. */
    readonly cut_series: number;
    /** Markets whose timeframe was made from a finer one. */
    readonly resampled_markets: number;
    /** Files of one market and timeframe that were merged into another. */
    readonly merged_files: number;
    /** Close of the newest candle of all markets, ms UTC; null without candles. */
    readonly newest_close: number | null;
    /** Markets whose candles are too old for a signal. */
    readonly stale_markets: number;
  };
  readonly resolution: Readonly<Record<Tier, number>>;
  /** What fed the open-interest component, counted over signals. */
  readonly data_status: Readonly<Record<Tier, number>>;
  readonly external: ExternalSummary;
  /**
   * Share of coins (each once, status ok) whose trend-breakout conditions hold, or held within the last 3 candles; null when
   * trend-breakout was not run on any.
   */
  readonly breadth: { readonly long: number | null; readonly short: number | null };
  /** Markets listed and delisted since the last snapshot of the venues. */
  readonly listings: { readonly listed: readonly string[]; readonly delisted: readonly string[] };
  readonly signals: {
    readonly total: number;
    readonly long: number;
    readonly short: number;
    readonly none: number;
    readonly insufficient_data: number;
    readonly stale: number;
    readonly error: number;
  };
  readonly by_strategy: Readonly<Record<string, StrategySummary>>;
}

export interface StrategySummary {
  readonly long: number;
  readonly short: number;
  readonly none: number;
  readonly record: StrategyRecord;
}

/** What a feed holds. Rows of a run are made while they are read, each time anew, so that no run holds them all. */
export interface FeedContent {
  readonly schema_version: typeof SCHEMA_VERSION;
  /** When the file was written, ms UTC of the wall clock. */
  readonly last_updated: number;
  readonly run: FeedRun;
  readonly summary: FeedSummary;
  /** By exchange, then symbol. */
  readonly markets: Iterable<MarketRow>;
  /** What became of earlier signals; empty without a history. */
  readonly recent: readonly RecentSignal[];
  /** In the feed's order. */
  readonly signals: Iterable<Signal>;
}

/** A feed that was read back. */
export interface Feed extends FeedContent {
  readonly markets: readonly MarketRow[];
  readonly signals: readonly Signal[];
}

export interface RecentSignal {
  readonly id: string;
  readonly exchange: string;
  readonly symbol: string;
  readonly coin: string;
  readonly strategy: string;
  readonly direction: 'long' | 'short';
  readonly fired_at: number;
  readonly entry: number;
  readonly stop_loss: number;
  readonly take_profit: number;
  readonly state: string;
  readonly r_now: number | null;
  readonly bars_ago: number;
}
