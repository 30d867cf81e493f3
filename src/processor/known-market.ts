/** What stays of a market once its candles are let go: numbers and plain data. */
import type { NamedMarket, Resolution } from '../core/market.ts';
import type { SignalStatus } from '../core/signal.ts';
import type { Direction, Explanation, Judged, PricePoints, Reason, Setup, Side } from '../core/strategy.ts';
import type { Timeframe } from '../core/time.ts';
import type { Findings, PriceMemo } from './finding.ts';

/** Of the candles that the strategies saw. */
export interface CandleFacts {
  readonly timeframe: Timeframe;
  /** Open time of the last closed candle, ms UTC. */
  readonly candleTime: number;
  readonly closedAt: number;
  readonly price: number;
  readonly change24hPct: number | null;
  readonly change7dPct: number | null;
  readonly atrPct: number | null;
  /** Closed candles that the strategies saw. */
  readonly count: number;
  readonly stale: boolean;
  readonly resampled: boolean;
  readonly cut: boolean;
}

/** What one strategy made of the candles. */
export type StrategyAnswer =
  | { readonly kind: 'unscored'; readonly status: Exclude<SignalStatus, 'ok'>; readonly reason: Reason }
  | ScoredAnswer;

export interface ScoredAnswer extends Pick<Judged, 'triggers' | 'unmet' | 'heldAgo' | 'seriesSpanMs'> {
  readonly kind: 'scored';
  readonly direction: Direction;
  readonly side: Side;
  readonly setup: Setup | null;
  /** The sum of the rounded points, in hundredths. */
  readonly priceHundredths: number;
  /** Null for a signal that is not explained in the feed. */
  readonly explained: { readonly points: readonly PricePoints[]; readonly explanation: Explanation } | null;
}

export interface JudgedCandles {
  /** Null without a closed candle. */
  readonly facts: CandleFacts | null;
  readonly memo: PriceMemo | null;
  /** In the order of the strategies. */
  readonly answers: readonly StrategyAnswer[];
}

export interface Score {
  /** 0..100: the exact sum of the rounded points. */
  readonly score: number;
  /** Every score that pending values could lead to lies within; both ends equal the score when none is pending. */
  readonly low: number;
  readonly high: number;
  /** Of open interest, 0..20, before the strategy's weight; 10 when the strategy does not use it. */
  readonly openInterest: number;
}

/** A market with all that is known of it so far. */
export interface KnownMarket extends JudgedCandles {
  readonly market: NamedMarket;
  readonly resolution: Resolution;
  /** Over 24 h, as the market's row shows them. */
  readonly findings: Findings;
  /** For each strategy over its own span. */
  readonly ownFindings: readonly Findings[];
  /** For each strategy; null for an answer without a score. */
  readonly scores: readonly (Score | null)[];
}
