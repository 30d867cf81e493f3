/** How the markets map to Coinalyze: from the kept list, or from a new one for two calls. */
import type { DegradedReason } from '../core/feed.ts';
import type { Market, Resolution } from '../core/market.ts';
import { loadMarketIndex, type LoadedMarketIndex } from '../symbols/load-market-index.ts';
import type { MarketIndex } from '../symbols/market-index.ts';
import { resolveMarket, unknownVenues, unresolved } from '../symbols/resolver.ts';
import type { KeptUpstream, Upstream } from './upstream.ts';

export interface MarketList {
  /** One per market, in their order. */
  readonly resolutions: readonly Resolution[];
  readonly degraded: readonly DegradedReason[];
  /** What a user should know of the list, one sentence each. */
  readonly warnings: readonly string[];
  /** False while a newer list would have to be asked for. */
  readonly current: boolean;
  /** True when it was not reached in time. */
  readonly deferred: boolean;
}

/** Without a provider. */
export function noMarketList(markets: readonly Market[]): MarketList {
  const resolutions = markets.map((market) => unresolved(market, 'no-provider'));
  return { resolutions, degraded: [], warnings: [], current: true, deferred: false };
}

export interface ListRequest {
  readonly markets: readonly Market[];
  readonly referenceVenues: readonly string[];
  /** True: the list is asked for anew, however young the kept one is. */
  readonly refresh?: boolean;
}

/** From the list that is kept, for no call. */
export async function keptMarketList(
  request: ListRequest,
  { indexCache: cache, scope }: Pick<KeptUpstream, 'indexCache' | 'scope'>,
  now: () => number,
): Promise<MarketList> {
  const source = (): ReturnType<Upstream['listing']> =>
    Promise.resolve({ ok: false, code: 'deferred', detail: 'It was not asked for.' });
  const { refresh = false } = request;
  return resolveBy(await loadMarketIndex({ source, cache, scope, now, abort: AbortSignal.abort(), refresh }), request);
}

/** Asks for the list where the kept one is too old. */
export async function currentMarketList(
  request: ListRequest,
  upstream: Upstream,
  now: () => number,
  abort: AbortSignal,
): Promise<MarketList> {
  const { indexCache: cache, scope } = upstream;
  const source = (signal: AbortSignal): ReturnType<Upstream['listing']> => upstream.listing(signal);
  const { refresh = false } = request;
  const loaded = await loadMarketIndex({ source, cache, scope, now, abort, refresh });
  return { ...resolveBy(loaded, request), current: true };
}

/** Of the market list's rows, so many may be unreadable before the list itself is in doubt. */
const MOST_UNREADABLE = 0.02;

function resolveBy(loaded: LoadedMarketIndex, { markets, referenceVenues }: ListRequest): MarketList {
  if (loaded.ok) {
    const resolutions = markets.map((market) => resolveMarket(market, loaded.index, { referenceVenues }));
    const { unreadableRows, rows } = loaded.index;
    const isFault = unreadableRows > rows * MOST_UNREADABLE;
    const text = `${unreadableRows} of ${rows} rows of the market list could not be read; their markets are neutral, and the list is asked for again after 15 minutes`;
    const older = `the market list could not be read, an older one stands in: ${loaded.unread}`;
    const faults = [...(isFault ? [text] : []), ...(loaded.unread === undefined ? [] : [older])];
    const degraded = faults.map((fault) => ({ code: 'market-list-unreadable' as const, text: fault }));
    const few = unreadableRows > 0 && !isFault ? [text] : [];
    const warnings = [...loaded.notes, ...few, ...venueWarnings(loaded.index, referenceVenues)];
    return { resolutions, degraded, warnings, current: !loaded.stale, deferred: false };
  }
  const deferred = loaded.code === 'deferred';
  const text = `the market list could not be had (${loaded.code}: ${loaded.detail}); every series is neutral`;
  return {
    resolutions: markets.map((market) => unresolved(market, deferred ? 'deferred' : 'no-index')),
    degraded: deferred ? [] : [{ code: 'market-index-unavailable', text }],
    warnings: loaded.notes,
    current: false,
    deferred,
  };
}

function venueWarnings(index: MarketIndex, referenceVenues: readonly string[]): readonly string[] {
  return unknownVenues(index, referenceVenues).map(({ name, nearest }) => {
    const hint = nearest === null ? 'mend SCAN_REFERENCE_VENUES' : `did you mean ${nearest}?`;
    return `the reference venue "${name}" is not in the market list and stands in for nothing; ${hint}`;
  });
}
