/** What the batch job is given. */
import type { LoadedCandles } from '../candles/load.ts';
import type { SkippedFile } from '../core/candles.ts';
import type { ProviderName, RunInputs } from '../core/feed.ts';
import type { Strategy } from '../core/strategy.ts';
import type { Timeframe } from '../core/time.ts';
import type { PreviousFeed } from '../feed/previous.ts';
import type { SealedFeed } from '../feed/sealed-signal.ts';
import type { Goal } from '../plan/goal.ts';
import type { Clock } from '../platform/clock.ts';
import type { Log } from '../platform/log.ts';
import type { Progress } from '../platform/progress.ts';
import type { Upstream } from '../wire.ts';

export interface ScanRequest {
  readonly candles: LoadedCandles;
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  /** Skipped while searching; those skipped while reading are in `candles`. */
  readonly skipped: readonly SkippedFile[];
  readonly inputs: RunInputs;
  readonly strategies: readonly Strategy[];
  readonly timeframe: Timeframe | 'auto';
  /** ms UTC. */
  readonly asOf: number;
  readonly provider: ProviderName;
  readonly aim: Aim;
  readonly referenceVenues: readonly string[];
  readonly version: string;
  readonly runId: string;
  /** The feed that the run will replace, null when there is none or it cannot be read. */
  readonly previous: PreviousFeed | null;
}

/** What series are fetched for. */
export interface Aim {
  /** What is to be known exactly first; null when nothing may be sent, not even for the market list. */
  readonly goal: Goal | null;
  /** Whether all other series come after it, as far as the time goes. */
  readonly rest: boolean;
}

export interface ScanServices {
  readonly clock: Clock;
  readonly log: Log;
  readonly progress: Progress;
  /** Null for provider `none`. */
  readonly upstream: Upstream | null;
  readonly fetching: FetchingTime;
  /** Aborted when the run is to end without a further feed: `scan` then rejects with its reason. */
  readonly interrupt: AbortSignal;
  /** Makes a stage of the feed public; false when that failed. Null when no feed is written. */
  readonly publish: ((feed: SealedFeed) => Promise<boolean>) | null;
}

export interface FetchingTime {
  /** For the market list and the goal: the run's deadline. */
  readonly goal: TimeBound;
  readonly rest: TimeBound;
  /** What ends the rest: what the budget defers is no fault, what the deadline cuts off is. */
  readonly restEndsBy: 'budget' | 'deadline';
}

export interface TimeBound {
  /** Aborted when the time is over, or the run interrupted. */
  readonly over: AbortSignal;
  /** The same time, ms UTC of the wall clock. */
  readonly until: number;
}
