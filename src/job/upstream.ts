/** Where a run gets its market list and series from: what the job needs of a provider, whoever that is. */
import type { MarketListing } from '../core/market.ts';
import type { Offer, ProviderId, SeriesKey } from '../core/offer.ts';
import type { FailureCode, Outcome } from '../core/outcome.ts';
import type { Series } from '../core/series.ts';
import type { JsonCache } from '../platform/store.ts';

export type { Offer, ProviderId, SeriesKey } from '../core/offer.ts';

/** What an earlier answer gives without asking. */
export interface KeptAnswer {
  /** `final`: nothing later can change it. `fresh`: asked within 15 minutes. Both cost no call. `absent`: has to be fetched. */
  readonly state: 'final' | 'fresh' | 'absent';
  /** Of an `absent` one: what is too old to spare the asking, but still better than nothing. Null when there is nothing. */
  readonly answer: Outcome<Series> | null;
  /** Whether asking now can bring more. */
  readonly due: boolean;
}

/** What can be had without sending anything. */
export interface KeptUpstream {
  readonly provider: ProviderId;
  /** Where the market list is kept, and under which name: made-up data are never read by a real run. */
  readonly indexCache: JsonCache;
  readonly scope: string;
  /** One per key, in the same order. */
  peek(keys: readonly SeriesKey[]): Promise<readonly KeptAnswer[]>;
  /** The requests that would bring `wanted`: of each kind as many of the first ones as fit into one request. */
  offers(wanted: readonly SeriesKey[]): readonly Offer[];
  /** How long spending `calls` more takes under the quota, ms. */
  estimateMs(calls: number): number;
  /** False when it is not known what the key has spent of its quota. */
  readonly knowsSpending: boolean;
  close(): Promise<void>;
}

export interface Upstream extends KeptUpstream {
  /** Asks for the market list. */
  listing(abort: AbortSignal): Promise<Outcome<MarketListing>>;
  /** One per key that the offer brings, in the same order; what was received is committed to the cache when it resolves. */
  fetch(offer: Offer, abort: AbortSignal): Promise<readonly Outcome<Series>[]>;
  spent(): { readonly requests: number; readonly calls: number };
  /** From here on, what could not be sent by `until` (ms of the monotonic clock) is deferred at once. */
  endBy(until: number): void;
  /** Whether the quota lets a request of `calls` through by `until`. */
  canSend(calls: number, until: number): boolean;
  /** How long no request may be sent from now on, because the provider asked for silence, ms; 0 when it did not. */
  silentMs(): number;
  /** Failures that older entries stood in for, per code and counted in symbols. */
  readonly coveredFailures: ReadonlyMap<FailureCode, number>;
  /** Of the series that every perpetual has: how many answers were asked for in this run, and left out. */
  readonly absences: { readonly asked: number; readonly absent: number };
  /** Of the answers so far: rows that were not usable, and symbols nobody asked for. */
  oddities(): { readonly droppedRows: number; readonly foreignSymbols: number };
}
