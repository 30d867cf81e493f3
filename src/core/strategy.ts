/** What a strategy is. One file in `strategies/`, one line in its index. */
import type { CandleSeries } from './candles.ts';
import type { SeriesKind } from './series.ts';

export type Side = 'long' | 'short';
export type Direction = Side | 'none';
export const SIDES: readonly Side[] = ['long', 'short'];

/** The value at a candle, NaN before the first valid one. */
export type At = (bar: number) => number;

/**
 * What all strategies share, computed in one pass. Recursions are columns, NaN before their first valid index; they may be longer
 * than the candles, and what stands behind those means nothing. Windows are computed where they are read.
 */
export interface Indicators {
  readonly ema20: Float64Array;
  readonly ema50: Float64Array;
  readonly ema200: Float64Array;
  readonly atr14: Float64Array;
  readonly adx14: Float64Array;
  readonly plusDi14: Float64Array;
  readonly minusDi14: Float64Array;
  readonly rsi14: Float64Array;
  readonly sma20: At;
  /** Population standard deviation of the last 20 closes. */
  readonly deviation20: At;
  readonly trueRange: At;
  /** Highest high and lowest low of the 20 candles that end at the index, itself included. */
  readonly highest20: At;
  readonly lowest20: At;
  /** Mean of the volumes that were measured in the last 20 candles, NaN when none was. */
  readonly volume20: At;
}

/** One market as strategies see it. Columns and indicators share memory with every other market: valid only during the call. */
export interface MarketView {
  /** Closed candles, at most 600, at least the strategy's warm-up, after the continuity guard. */
  readonly candles: CandleSeries;
  readonly indicators: Indicators;
  /**
   * The same market one candle later: the candle opens at the last close, reaches from there to `close`, ends there and has the
   * average of the volumes measured in the last 20. It takes the place of the one of the call before and is gone with the view.
   */
  readonly next: (close: number) => MarketView;
}

/** How a strategy uses one series: for each side, whether a `high` or a `low` percentile speaks for it. */
export interface SeriesUse {
  readonly kind: SeriesKind;
  /** Share of the 20 points; the weights of a strategy add up to 1. */
  readonly weight: number;
  readonly speaksFor: Readonly<Record<Side, 'high' | 'low'>>;
}

/** What was measured of a strategy. R is the distance to the stop, after costs. */
export interface StrategyRecord {
  readonly status: 'positive' | 'inconclusive' | 'negative' | 'unmeasured';
  /** Mean against random entries of the same market, side and exits, R; null when unmeasured, like all that follows. */
  readonly excess_r: number | null;
  /** 90 % interval of it, over calendar months. */
  readonly interval: readonly [number, number] | null;
  /** Mean after costs, R. */
  readonly net_r: number | null;
  readonly net_interval: readonly [number, number] | null;
  /** Trades. */
  readonly n: number;
  readonly period: string | null;
}

/** Of a strategy that nobody has measured. */
export const UNMEASURED: StrategyRecord = {
  status: 'unmeasured',
  excess_r: null,
  interval: null,
  net_r: null,
  net_interval: null,
  n: 0,
  period: null,
};

/**
 * One measured part of a component. It earns nothing at `zero_at`, all at `full_at` and its share in between; where the two are
 * the same, nothing up to there and all beyond. The name carries the unit; what has a side (a distance, a lead) counts towards it.
 */
export interface Part {
  /** snake_case, e.g. `distance_atr`. */
  readonly part: string;
  /** Null when it cannot be measured: half of the points where history, volume or a series is missing, none where there is nothing. */
  readonly value: number | null;
  readonly zero_at: number;
  readonly full_at: number;
  readonly points: number;
  readonly max: number;
}

/** One demand of a strategy's entry. A side whose conditions all hold is the direction. */
export interface Condition {
  /** Stable, named by what it demands, e.g. `CLOSE_ABOVE_CHANNEL`. */
  readonly code: string;
  /** What is compared, with its unit; `close` is the close of the last candle. */
  readonly measure: string;
  readonly value: number;
  readonly needs: '>' | '>=' | '<' | '<=';
  /** Null while it depends on a condition that does not hold. */
  readonly threshold: number | null;
  readonly holds: boolean;
}

export interface Reason {
  /** Stable, upper case. */
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

/** A share of the score that candles alone decide. Not rounded yet; 0 <= points <= max. */
export interface PricePoints {
  /** Stable snake_case name, e.g. `trend`. */
  readonly component: string;
  readonly points: number;
  readonly max: number;
}

/** The close of the next candle that alone would make all conditions of a side hold. */
export interface Trigger {
  /** At most 8 significant digits, rounded away from the last close, so that the printed number fires. */
  readonly price: number;
  /** Signed, in ATR14 of the last candle. */
  readonly distanceAtr: number;
}

export interface Judged {
  readonly kind: 'judged';
  /** `none` when neither side's conditions all hold. */
  readonly direction: Direction;
  /** The side the points are for: the direction, or without one the side with the higher price part, long on a tie. */
  readonly side: Side;
  /** Null without a direction. */
  readonly setup: Setup | null;
  /** The 80 points that candles decide. */
  readonly points: readonly PricePoints[];
  /** Null where something other than the close is missing too, and for both sides with a direction. */
  readonly triggers: Readonly<Record<Side, Trigger | null>>;
  /** Codes of the conditions that do not hold; empty when all do. */
  readonly unmet: Readonly<Record<Side, readonly string[]>>;
  /** Candles since all conditions of the side last held; null when that is more than two. */
  readonly heldAgo: Readonly<Record<Side, 0 | 1 | 2 | null>>;
  /** The stretch over which the change of open interest counts, ms. */
  readonly seriesSpanMs: number;
}

export type Judgement =
  | Judged
  /** The candles do not allow an answer, e.g. an ATR of 0. The signal has status `error`. */
  | { readonly kind: 'failed'; readonly code: string; readonly text: string };

/** JSON values that a strategy may show for looking into it. NaN is not allowed: use null. */
export type Observable =
  | number
  | string
  | boolean
  | null
  | readonly Observable[]
  | { readonly [key: string]: Observable };

/** Why a component has its points. */
export interface ExplainedComponent {
  readonly component: string;
  /** Stable upper-case code, e.g. `TREND_ABOVE_EMA200`. */
  readonly code: string;
  readonly text: string;
  /** Add up to the component's points. */
  readonly parts: readonly Part[];
}

/** Plain data: it survives the view, and crosses into and out of a worker. */
export interface Explanation {
  readonly conditions: Readonly<Record<Side, readonly Condition[]>>;
  /** In the order of `Judged.points`, for the same side. */
  readonly parts: readonly ExplainedComponent[];
  /** The entry with its numbers; without a direction the first condition that the side does not meet. */
  readonly reasons: readonly Reason[];
  readonly observability: Readonly<Record<string, Observable>>;
}

export interface Strategy {
  /** kebab-case; key in the feed: renaming it breaks readers. */
  readonly id: string;
  /** One line for `scan strategies`. */
  readonly summary: string;
  readonly record: StrategyRecord;
  /** Closed candles below which the answer is insufficient_data; the processor enforces it. */
  readonly warmup: number;
  /** Closed candles from which the score no longer depends on where history starts. */
  readonly warmedUpAt: number;
  /** Named constants for `scan strategies`; not settings. */
  readonly parameters: Readonly<Record<string, number>>;
  /** The 20 points beside the 80 of price. */
  readonly series: readonly SeriesUse[];
  /** Pure, synchronous, small: nothing that it answers refers to the view. */
  readonly judge: (view: MarketView) => Judgement;
  /** Pure; asked right after `judge`, while the view still stands. */
  readonly explain: (view: MarketView, judged: Judged) => Explanation;
}
