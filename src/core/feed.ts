/** The file `master_feed.json`, schema_version 1. */
import type { FileSkipReason } from './candles.ts';
import type { Tier } from './market.ts';
import type { SeriesKind } from './series.ts';
import type { Signal, SignalHead } from './signal.ts';

export const SCHEMA_VERSION = '1.2.0';

export type ProviderName = 'coinalyze' | 'sandbox' | 'none';

export interface DegradedReason {
  readonly code: 'series-unavailable' | 'deadline' | 'strategy-threw' | 'markets-gone' | 'market-index-unavailable';
  readonly text: string;
}

/** What was asked for: the continuity of two feeds is judged only between equal inputs. */
export interface RunInputs {
  /** The paths as given on the command line. */
  readonly paths: readonly string[];
  /** Filters as given; null when not used. */
  readonly symbol: string | null;
  readonly exchange: string | null;
  readonly limit: number | null;
  /** True when the run is on the shipped, made-up sample. */
  readonly sample: boolean;
}

/**
 * How far the run had come when this feed was written. `price`: nothing was fetched yet. `exact`: what the goal asks for cannot
 * change any more. `complete`: the run is over. All of one run carry its id.
 */
export type RunStage = 'price' | 'exact' | 'complete';

/** What the run was to know exactly, and whether it does. A signal is exact when its score bounds are one number. */
export interface RunExactness {
  /** `none`: nothing was to be fetched. */
  readonly goal: 'actionable' | 'top' | 'min-score' | 'all' | 'none';
  /** How many, with goal `top`. */
  readonly top: number | null;
  /** From which score on, with goal `min-score`. */
  readonly min_score: number | null;
  /** True when nothing that is still open can change what the goal asks for. */
  readonly met: boolean;
  /** Signals that keep it from being met. */
  readonly open_signals: number;
  /** Of those, how many asking cannot settle now: their series failed, are not published upstream yet, or were asked for within 15 minutes. */
  readonly waiting: number;
}

interface PlanCost {
  readonly units: number;
  readonly requests: number;
}

/** Where the units went and what they changed. */
export interface RunPlan {
  readonly kinds: Readonly<Record<SeriesKind, PlanCost>>;
  /** Places of the goal's requests that were left for the rest count as units of the rest. */
  readonly phases: Readonly<Record<'market_list' | 'goal' | 'rest', PlanCost>>;
  /** (Symbol, series) pairs that the cache had at the start: final, or younger than 15 minutes. */
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
  /** These three since 1.2.0. */
  readonly stage: RunStage;
  /** Null in older feeds. */
  readonly exactness: RunExactness | null;
  /** Null in older feeds. */
  readonly plan: RunPlan | null;
  readonly degraded: boolean;
  readonly degraded_reasons: readonly DegradedReason[];
  /** sha256 (hex) of candles, settings and series that went in. */
  readonly input_hash: string;
  /** Wall time of the run, ms. */
  readonly duration_ms: number;
}

/** Counts of (symbol, series) pairs, except where a name says otherwise. */
export interface ExternalSummary {
  /** Coinalyze symbols that any market maps to. */
  readonly distinct_symbols: number;
  /** Received in this run. */
  readonly fresh: number;
  /** Served from the cache, final or younger than 15 minutes. */
  readonly cached: number;
  /** Used although newer buckets are closed (a subset of neither fresh nor cached). */
  readonly stale: number;
  /** Not to be had: no data upstream, or a failure. */
  readonly missing: number;
  /** Not reached within the budget. */
  readonly deferred: number;
  readonly requests: number;
  /** Symbols in those requests: what the quota counts. */
  readonly units: number;
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
  /** Repairs over all files, in rows. */
  readonly candles: {
    readonly disordered: number;
    readonly duplicates: number;
    readonly missing: number;
    readonly not_finite: number;
    readonly impossible: number;
    readonly off_grid: number;
    /** These two since 1.1.0: 0 in older feeds. */
    readonly future: number;
    readonly naive_times: number;
    /** Series cut by the continuity guard. */
    readonly cut_series: number;
    /** Markets whose timeframe was made from a finer one. */
    readonly resampled_markets: number;
    /** Files of one market and timeframe that were merged into another. */
    readonly merged_files: number;
  };
  readonly resolution: Readonly<Record<Tier, number>>;
  /** What fed the open-interest component, counted over signals. */
  readonly data_status: Readonly<Record<Tier, number>>;
  readonly external: ExternalSummary;
  readonly signals: {
    readonly total: number;
    readonly long: number;
    readonly short: number;
    readonly none: number;
    readonly insufficient_data: number;
    readonly stale: number;
    readonly error: number;
  };
}

/** `S`: what is kept of each signal; in a file it is the whole. */
export interface Feed<S extends SignalHead = Signal> {
  readonly schema_version: typeof SCHEMA_VERSION;
  /** When the file was written, ms UTC of the wall clock. */
  readonly last_updated: number;
  readonly run: FeedRun;
  readonly summary: FeedSummary;
  readonly signals: readonly S[];
}
