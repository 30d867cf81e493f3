/** What one series says about one market's last candle, before a strategy weighs it. Plain numbers: nothing refers to the series. */
import type { Denomination } from '../core/market.ts';
import type { FailureCode } from '../core/outcome.ts';
import type { SeriesKind } from '../core/series.ts';

/** All that the series part needs of price. */
export interface PriceMemo {
  /** Close time of the last candle, ms UTC. */
  readonly closeTime: number;
  readonly timeframeMs: number;
  readonly closeNow: number;
  /** Closes of the candles that closed within the last 24 h, oldest first, and the one before them; NaN for a candle that is missing. */
  readonly closes24h: Float64Array;
  /** For each strategy the close one of its spans before; null when history does not reach so far. */
  readonly closeAtSpan: readonly (number | null)[];
}

/** BASE_ASSET: USD = amount x candle close x baseFactor. QUOTE_ASSET: the amount itself. CONTRACTS: not convertible. */
export interface SeriesAmounts {
  readonly denomination: Denomination;
  /** Multiplier of the listed market divided by the multiplier of the candles' market, e.g. 1000 for 1000PEPE against PEPE. */
  readonly baseFactor: number;
}

export interface Finding {
  readonly kind: SeriesKind;
  /** `used`: a percentile can be scored. `neutral`: 10 points, `cause` says why. */
  readonly status: 'used' | 'neutral';
  readonly cause: FailureCode | 'too-old' | 'gap' | 'short-history' | 'out-of-range' | null;
  /** Half a sentence on the cause; null when used. */
  readonly detail: string | null;
  /** Current value; open interest and liquidations (net long, 3 h) in the market's denomination, funding in percent, ratio as is. */
  readonly value: number | null;
  /** Open interest and net liquidations at the price of their bucket, where they can be converted. */
  readonly valueUsd: number | null;
  /** Open interest only: change over the span, percent. */
  readonly changePct: number | null;
  /** Liquidations only: long and short ones of the last 24 h, each priced at its bucket. */
  readonly sum24hUsd: number | null;
  /** 0..1 among the history. */
  readonly percentile: number | null;
  /** Values that it was ranked among. */
  readonly n: number | null;
  /** End of the newest bucket used, ms UTC. */
  readonly asOf: number | null;
  /** True when buckets that are closed by the candle's close are still missing. */
  readonly stale: boolean;
  /** True when no later answer can change it. */
  readonly final: boolean;
  /** Of open interest, population standard deviation of the history; null when nothing was ranked. */
  readonly spread: number | null;
  /** The stretch over which the change of open interest was measured, ms. */
  readonly spanMs: number;
}

export type Findings = Readonly<Record<SeriesKind, Finding>>;

/** What a series gives one signal. */
export interface SeriesPoints {
  readonly kind: SeriesKind;
  /** Weighted, not rounded. */
  readonly points: number;
  /** Points that answers still pending could bring it to; equal to points when it is final. */
  readonly low: number;
  readonly high: number;
  readonly max: number;
  /** 0..20, 10 when neutral. */
  readonly unweighted: number;
}
