/** A run as it stands: what it was given, what it has read and what it knows. */
import type { ReadTally } from '../candles/tally.ts';
import type { ProviderName, RunInputs } from '../core/feed.ts';
import type { NamedMarket } from '../core/market.ts';
import type { Strategy } from '../core/strategy.ts';
import type { InputHash } from '../feed/input-hash.ts';
import type { PreviousFeed } from '../feed/previous.ts';
import type { KnownMarkets } from './known-markets.ts';
import type { CandleInput } from './reading.ts';
import type { ScanRequest, ScanServices } from './request.ts';
import type { SeriesBook } from './series-book.ts';
import type { Upstream } from './upstream.ts';

/** What both clocks showed when the time of the run was read. */
export interface ClockReading {
  readonly now: number;
  readonly monotonic: number;
}

export interface Run {
  readonly request: ScanRequest;
  readonly services: ScanServices;
  readonly strategies: readonly Strategy[];
  /** Of the monotonic clock, ms. */
  readonly started: number;
  readonly input: CandleInput;
  readonly tally: ReadTally;
  readonly inputs: RunInputs;
  /** Markets of which some file could be read. */
  readonly readable: readonly NamedMarket[];
  readonly provider: ProviderName;
  /** ms UTC. */
  readonly asOf: number;
  /** When `asOf` was read; null where it stands, on the sample and with `--as-of`. */
  readonly clock: ClockReading | null;
  /** Holds the candles; each stage adds settings and series to a copy. */
  readonly hash: InputHash;
  readonly known: KnownMarkets;
  readonly book: SeriesBook;
  /** Null for provider `none`. */
  readonly upstream: Upstream | null;
  readonly previous: PreviousFeed | null;
}
