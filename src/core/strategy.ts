/** What a strategy is. One file in `strategies/`, one line in its index. */
import type { CandleSeries } from './candles.ts';
import type { FailureCode } from './outcome.ts';
import type { Series, SeriesKind } from './series.ts';
import type { Denomination } from './market.ts';

export type Side = 'long' | 'short';
export type Direction = Side | 'none';

/** What is known of one external history when a market is evaluated. */
export type ExternalInput =
  | { readonly state: 'available'; readonly series: Series }
  /** Asked and answered, or known beforehand: there is none. Neutral with certainty. */
  | { readonly state: 'absent'; readonly code: FailureCode }
  /** Not fetched, deferred or failed: neutral for now, the score's bounds stay open. */
  | { readonly state: 'open'; readonly code: FailureCode };

export type ExternalInputs = Readonly<Record<SeriesKind, ExternalInput>>;

/** BASE_ASSET: USD = amount x candle close x baseFactor. QUOTE_ASSET: the amount itself. CONTRACTS: not convertible. */
export interface SeriesAmounts {
  readonly denomination: Denomination;
  /** Multiplier of the listed market divided by the multiplier of the candles' market, e.g. 1000 for 1000PEPE against PEPE. */
  readonly baseFactor: number;
}

export interface StrategyInput {
  /** Closed candles, at most 600, at least the strategy's warm-up, after the continuity guard. */
  readonly candles: CandleSeries;
  readonly external: ExternalInputs;
  /** How amounts become USD; null where they cannot (no listed market, or the quote is not a dollar coin). */
  readonly amounts: SeriesAmounts | null;
}

/**
 * One measured part of a component. It earns nothing at `zero_at`, all at `full_at` and its share in between; where the two are
 * the same, nothing up to there and all beyond. The name carries the unit; what has a side (a distance, a lead) counts towards it.
 */
export interface Part {
  /** snake_case, e.g. `distance_atr`. */
  readonly part: string;
  /** Null when it cannot be measured: half of the points where history or a series is missing, none where there is nothing. */
  readonly value: number | null;
  readonly zero_at: number;
  readonly full_at: number;
  readonly points: number;
  /** Negative for a deduction. */
  readonly max: number;
}

/** One demand of a gate. A side whose demands all hold has a direction. */
export interface GateCondition {
  /** The reason's code when it is the first that does not hold. */
  readonly code: string;
  /** What is compared, with its unit; `close` is the close of the last candle. */
  readonly measure: string;
  readonly value: number;
  readonly needs: '>' | '>=' | '<' | '<=';
  /** Of a `close`: where it would have to be, all else unchanged. Null while it depends on a demand that does not hold. */
  readonly threshold: number | null;
  readonly holds: boolean;
}

export type Gates = Readonly<Record<Side, readonly GateCondition[]>>;

/** One line of the score. Points are not rounded yet; 0 <= points <= max. */
export interface Component {
  /** Stable snake_case name, e.g. `trend`, `open_interest`. */
  readonly component: string;
  /** Add up to the points. */
  readonly parts: readonly Part[];
  readonly points: number;
  readonly max: number;
  /** Points that values still open could bring it to; equal to points when everything is known. */
  readonly low: number;
  readonly high: number;
  /** Stable upper-case code, e.g. `TREND_ABOVE_EMA200`. */
  readonly code: string;
  readonly text: string;
}

export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** Prices in the candles' quote currency. */
export interface Setup {
  readonly entry: number;
  readonly stop_loss: number;
  readonly take_profit: number;
  /** (target - entry) / (entry - stop) as a positive ratio, before costs. */
  readonly risk_reward: number;
  /** Candles after which the idea has expired. */
  readonly max_bars: number;
}

/** What the series said for one signal; see the feed. */
export interface ExternalReading {
  /** 0..20, 10 when neutral: the score of the external block. */
  readonly score: number;
  /** 0..20, 10 when neutral: the open-interest component before its weight. */
  readonly openInterestScore: number;
  readonly components: Readonly<Record<SeriesKind, SeriesReading>>;
}

export interface SeriesReading {
  /** `used`: a percentile was scored. `neutral`: 10 points, `reason` says why. */
  readonly status: 'used' | 'neutral';
  /** Null when used. */
  readonly reason: string | null;
  /** Current value; open interest and liquidations in the market's denomination, funding in percent, ratio as is. Null when there is none. */
  readonly value: number | null;
  /** Open interest or net liquidations in USD, where they can be converted (rulings.md 16). */
  readonly value_usd: number | null;
  /** Open interest only: change over the strategy's span, percent. */
  readonly change_pct: number | null;
  /** 0..1 among the history. */
  readonly percentile: number | null;
  /** End of the newest bucket used, ms UTC. */
  readonly as_of: number | null;
  /** True when buckets that are closed by the candle's close are still missing. */
  readonly stale: boolean;
}

/** JSON values that a strategy may show for looking into it. NaN is not allowed: use null. */
export type Observable =
  | number
  | string
  | boolean
  | null
  | readonly Observable[]
  | { readonly [key: string]: Observable };

export type Evaluation =
  | {
      readonly kind: 'scored';
      /** `none` when the gate does not hold. */
      readonly direction: Direction;
      /** The side the points are for: the direction, or without a gate the better side. */
      readonly side: Side;
      /** Add up to the score. */
      readonly components: readonly Component[];
      /** Of both sides, in the order in which they are asked. */
      readonly gate: Gates;
      /** Null without a direction. */
      readonly setup: Setup | null;
      readonly reasons: readonly Reason[];
      readonly external: ExternalReading;
      readonly observability: { readonly [key: string]: Observable };
    }
  /** The candles do not allow an answer, e.g. an ATR of 0. The signal has status `error`. */
  | { readonly kind: 'failed'; readonly code: string; readonly text: string };

export interface Strategy {
  /** kebab-case; key in the feed: renaming it breaks readers. */
  readonly id: string;
  /** One line for `scan strategies`. */
  readonly summary: string;
  /** Closed candles below which the answer is insufficient_data; the processor enforces it. */
  readonly warmup: number;
  /** Closed candles from which the score no longer depends on where history starts. */
  readonly settledAt: number;
  /** Which external histories can change its score. */
  readonly series: readonly SeriesKind[];
  /** Named constants for `scan strategies`; not settings. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Pure and synchronous. */
  readonly evaluate: (input: StrategyInput) => Evaluation;
}
