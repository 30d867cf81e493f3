/** One strategy's answer for one market, as the feed shows it. Names are snake_case because they are the feed's. */
import type { Tier } from './market.ts';
import type { Direction, Gates, Observable, Part, Reason, Setup, Side } from './strategy.ts';
import type { Timeframe } from './time.ts';

export type SignalStatus = 'ok' | 'insufficient_data' | 'stale' | 'error';
export type Action = 'LONG' | 'SHORT' | 'WAIT';

export interface ScoreComponent {
  readonly component: string;
  /** Rounded to 2 decimals; the components add up to the score. */
  readonly points: number;
  readonly max: number;
  readonly code: string;
  readonly text: string;
  /** Their points, rounded to 2 decimals, add up to the component's. Empty in feeds before 1.1.0. */
  readonly parts: readonly Part[];
}

export interface OiMetadata {
  /** How the market maps to Coinalyze. */
  readonly tier: Tier;
  /** What fed this score's open-interest component, in the same words. */
  readonly status: Tier;
  /** 0..20, 10 when neutral, before the strategy's weight. */
  readonly score: number;
  readonly coinalyze_symbol: string | null;
  readonly venue: string | null;
  /** End of the newest open-interest bucket used, ms UTC. */
  readonly as_of: number | null;
  /** Seconds from that bucket's end to the candle's close. */
  readonly age_s: number | null;
  readonly stale: boolean;
  /** Why it is neutral; null when it is not. */
  readonly reason: string | null;
}

export interface ExternalFields {
  readonly value: number | null;
  readonly value_usd: number | null;
  readonly change_pct: number | null;
  readonly percentile: number | null;
  readonly as_of: number | null;
  readonly stale: boolean;
  readonly status: 'used' | 'neutral';
  readonly reason: string | null;
}

export interface SignalExternal {
  /** 0..20, 10 when neutral. */
  readonly score: number;
  readonly open_interest: ExternalFields;
  readonly funding_rate: ExternalFields;
  readonly long_short_ratio: ExternalFields;
  readonly liquidations: ExternalFields;
}

export interface Signal {
  /** `EXCHANGE:SYMBOL:timeframe:strategy:candle_time`. */
  readonly id: string;
  readonly symbol: string;
  readonly exchange: string;
  readonly unified_symbol: string | null;
  readonly timeframe: Timeframe | null;
  /** Open time of the last closed candle, ms UTC. */
  readonly candle_time: number | null;
  readonly strategy: string;
  readonly status: SignalStatus;
  readonly status_reason: Reason | null;
  readonly direction: Direction;
  readonly action: Action;
  /** 0..100, null unless status is ok. */
  readonly score: number | null;
  /** The side the score is for: the direction, or without one the better side. Null unless ok, and in feeds before 1.1.0. */
  readonly score_side: Side | null;
  /** What values not yet known could make of the score; null unless ok. */
  readonly score_bounds: readonly [number, number] | null;
  /** False: fewer candles than the strategy needs for a score that no longer depends on where history starts. */
  readonly settled: boolean;
  /** 1 is the best of its strategy among signals with status ok; null otherwise. */
  readonly rank_in_strategy: number | null;
  /** Close of the last closed candle. */
  readonly price: number | null;
  readonly setup: Setup | null;
  readonly score_breakdown: readonly ScoreComponent[];
  /** What each side's gate demands; null unless ok, and in feeds before 1.1.0. */
  readonly gate: Gates | null;
  readonly reasons: readonly Reason[];
  readonly oi_metadata: OiMetadata;
  readonly external: SignalExternal | null;
  readonly observability: { readonly [key: string]: Observable };
}

/** A signal without what explains it: all that ordering, counting and tables look at. */
export type SignalHead = Omit<Signal, 'score_breakdown' | 'gate' | 'reasons' | 'external' | 'observability'>;
