/** What the batch job is given. */
import type { ReadOptions } from '../candles/reader.ts';
import type { Detail, FeedContent, ProviderName } from '../core/feed.ts';
import type { Window } from '../core/series.ts';
import type { Strategy } from '../core/strategy.ts';
import type { Timeframe } from '../core/time.ts';
import type { PreviousFeed } from '../feed/previous.ts';
import type { Goal } from '../plan/goal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Tell } from './events.ts';
import type { ProviderId, Upstream } from './upstream.ts';

export interface ScanRequest {
  /** Folders and single files, as given. */
  readonly paths: readonly string[];
  /** Absolute paths that are never input, such as the output file. */
  readonly exclude: readonly string[];
  /** The only format that files are read as; null for all. */
  readonly format: string | null;
  readonly filter: MarketFilter;
  /** What the flags say of the only file given, where its name and folder do not. */
  readonly alone?: NonNullable<ReadOptions['alone']>;
  readonly strategies: readonly Strategy[];
  /** Those of the user's own among them. */
  readonly own?: readonly OwnCode[];
  readonly timeframe: Timeframe | 'auto';
  /** ms UTC; null for the time that goes with the input. */
  readonly asOf: number | null;
  readonly provider: ProviderName | 'auto';
  /** Whether there is a key for Coinalyze: without one, `auto` fetches nothing. */
  readonly hasKey: boolean;
  readonly aim: Aim;
  readonly detail: Detail;
  readonly referenceVenues: readonly string[];
  /** True: the market list is asked for anew; cached series stay. */
  readonly refreshMarkets?: boolean;
  readonly version: string;
  readonly runId: string;
}

export interface OwnCode {
  readonly id: string;
  /** sha256 of the file. */
  readonly digest: string;
}

/** Which markets of the input are scanned; null where a filter is not used. */
export interface MarketFilter {
  /** Coins, symbols, unified symbols or EXCHANGE:SYMBOL, separated by commas, case ignored. */
  readonly symbol: string | null;
  /** Separated by commas; one alone is also the exchange of files that name none. */
  readonly exchange: string | null;
  /** As `symbol`: what is left out. */
  readonly exclude: string | null;
  readonly limit: number | null;
}

/** What series are fetched for. */
export interface Aim {
  /** What is to be final first; null when nothing may be sent, not even for the market list. */
  readonly goal: Goal | null;
  /** Whether the remaining series come after it, as far as the time goes. */
  readonly remaining: boolean;
}

export interface ScanServices {
  readonly clock: Clock;
  readonly tell: Tell;
  /** Opens the provider, once it is known which buckets are asked for. */
  readonly connect: (provider: ProviderId, options: ConnectOptions) => Promise<Upstream>;
  readonly time: FetchingTime;
  /** Aborted when the run is to end without a further feed: `scan` then rejects with its reason. */
  readonly interrupt: AbortSignal;
  /** The feed that the run will replace; null when there is none or it cannot be compared with. */
  readonly previous: () => PreviousFeed | null;
  /** Makes a stage of the feed public; false when that failed. Null when no feed is written. */
  readonly publish: ((feed: FeedContent) => Promise<boolean>) | null;
}

interface ConnectOptions {
  /** The time everything is computed for, ms UTC: made-up data live at this time. */
  readonly asOf: number;
  readonly window: Window;
}

export interface FetchingTime {
  /** For the market list and the goal: the run's deadline. */
  readonly goal: TimeBound;
  readonly remaining: TimeBound;
  /** What ends the remaining series: what the budget defers is no fault, what the deadline cuts off is. */
  readonly remainingEndsBy: 'budget' | 'deadline';
}

export interface TimeBound {
  /** Aborted when the time is over, or the run interrupted. */
  readonly over: AbortSignal;
  /** The same time, ms of the monotonic clock. */
  readonly until: number;
}
