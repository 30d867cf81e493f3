/** One strategy's answer for one market, as the feed shows it. Names are snake_case because they are the feed's. */
import type { MarketRow } from './market-row.ts';
import type { Tier } from './market.ts';
import type { Condition, Direction, Observable, Part, Reason, Setup, Side, StrategyRecord } from './strategy.ts';
import type { Timeframe } from './time.ts';

export type SignalStatus = 'ok' | 'insufficient_data' | 'stale' | 'error';

export interface SignalTrigger {
  /** The close of the next candle that alone would make the side's conditions hold. */
  readonly price: number;
  /** Signed, from the last close. */
  readonly distance_pct: number;
  /** Signed, in ATR14. */
  readonly distance_atr: number;
}

/** What every signal says. */
export interface SignalBase {
  /** `EXCHANGE:SYMBOL:timeframe:strategy:candle_time`, with `spot` before the timeframe for spot markets. */
  readonly id: string;
  readonly symbol: string;
  readonly exchange: string;
  /** The ticker without multiplier; the symbol itself when its name was not understood. */
  readonly coin: string;
  readonly timeframe: Timeframe | null;
  /** Open time of the last closed candle, ms UTC. */
  readonly candle_time: number | null;
  readonly strategy: string;
  readonly status: SignalStatus;
  readonly status_reason: Reason | null;
  readonly direction: Direction;
  /** 0..100, null unless status is ok. */
  readonly score: number | null;
  /** The side the score is for: the direction, or without one the better side. Null unless ok. */
  readonly score_side: Side | null;
  /** What values not yet known could make of the score; null unless ok. */
  readonly score_bounds: readonly [number, number] | null;
  /** 1 is the best of its strategy among signals with status ok; null otherwise. */
  readonly rank_in_strategy: number | null;
  /** Close of the last closed candle. */
  readonly price: number | null;
  /** Null of a side where something other than the close is missing too, with a direction, and unless ok. */
  readonly triggers: Readonly<Record<Side, SignalTrigger | null>>;
  /** Codes of conditions that do not hold, of a side; empty: all hold. Null unless ok. */
  readonly unmet: Readonly<Record<Side, readonly string[]>> | null;
}

export interface LeanOiMetadata {
  /** What fed this score's open-interest component: the tier, or neutral. */
  readonly status: Tier;
  /** 0..20, 10 when neutral, before the strategy's weight. */
  readonly score: number;
}

export interface OiMetadata extends LeanOiMetadata {
  /** How the market maps to Coinalyze. */
  readonly tier: Tier;
  readonly coinalyze_symbol: string | null;
  readonly venue: string | null;
  /** End of the newest open-interest bucket used, ms UTC. */
  readonly as_of: number | null;
  /** Seconds from that bucket's end to the candle's close. */
  readonly lag_s: number | null;
  readonly stale: boolean;
  /** Why it is neutral; null when it is not. */
  readonly reason: string | null;
}

export interface ScoreComponent {
  readonly component: string;
  /** Rounded to 2 decimals; the components add up to the score. */
  readonly points: number;
  readonly max: number;
  readonly code: string;
  readonly text: string;
  /** Their points, rounded to 2 decimals, add up to the component's. */
  readonly parts: readonly Part[];
}

/** A signal without its explanation. */
export interface LeanSignal extends SignalBase {
  readonly oi_metadata: LeanOiMetadata;
}

/** Every signal with a direction; with `--detail full` every signal. */
export interface ExplainedSignal extends SignalBase {
  readonly unified_symbol: string | null;
  /** The close at which this direction began, as far as the feeds before know, ms UTC; null without a direction. */
  readonly since: number | null;
  /** False: fewer candles than the strategy needs for a score that no longer depends on where history starts. */
  readonly warmed_up: boolean;
  readonly record: StrategyRecord['status'];
  /** Measured on the user's own candles; null without such a calibration. */
  readonly edge: null;
  /** Share of the universe with the same direction, see `summary.breadth`; null without a direction. */
  readonly breadth: number | null;
  /** Null without a direction. */
  readonly setup: Setup | null;
  readonly score_breakdown: readonly ScoreComponent[];
  /** Null unless ok. */
  readonly conditions: Readonly<Record<Side, readonly Condition[]>> | null;
  /** The entry, and what the derivatives data say. */
  readonly reasons: readonly Reason[];
  readonly oi_metadata: OiMetadata;
  /** The market's row, so that bots need no join. */
  readonly market: MarketRow;
  readonly observability: { readonly [key: string]: Observable };
}

export type Signal = LeanSignal | ExplainedSignal;

export function isExplained(signal: Signal): signal is ExplainedSignal {
  return 'score_breakdown' in signal;
}
