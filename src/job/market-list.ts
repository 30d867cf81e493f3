/** How the markets map to Coinalyze: from the kept list, or from a new one for two units. */
import type { DegradedReason } from '../core/feed.ts';
import type { Resolution } from '../core/market.ts';
import { loadMarketIndex, type LoadedMarketIndex } from '../symbols/load-market-index.ts';
import type { MarketIndex } from '../symbols/market-index.ts';
import { resolveMarket, unknownVenues, unresolved } from '../symbols/resolver.ts';
import type { Upstream } from '../wire.ts';
import type { ScanRequest } from './request.ts';

type MarketListSource = Pick<Upstream, 'listing' | 'indexCache' | 'scope'>;

export interface MarketList {
  /** One per market, in their order. */
  readonly resolutions: readonly Resolution[];
  readonly degraded: readonly DegradedReason[];
  /** What a user should know of the list, one sentence each. */
  readonly warnings: readonly string[];
  /** False while a newer list would have to be asked for. */
  readonly settled: boolean;
  /** True when it was not reached in time. */
  readonly deferred: boolean;
}

/** Without a provider. */
export function noMarketList({ candles: { markets } }: Pick<ScanRequest, 'candles'>): MarketList {
  const resolutions = markets.map(({ market }) => unresolved(market, 'no-provider'));
  return { resolutions, degraded: [], warnings: [], settled: true, deferred: false };
}

type ListRequest = Pick<ScanRequest, 'candles' | 'referenceVenues'>;

/** What is kept, for no unit. */
export async function keptMarketList(
  request: ListRequest,
  { indexCache: cache, scope }: Pick<Upstream, 'indexCache' | 'scope'>,
  now: () => number,
): Promise<MarketList> {
  const source = (): ReturnType<Upstream['listing']> =>
    Promise.resolve({ ok: false, code: 'deferred', detail: 'It was not asked for.' });
  return resolveBy(await loadMarketIndex({ source, cache, scope, now, abort: AbortSignal.abort() }), request);
}

/** Asks for the list where the kept one is too old. */
export async function currentMarketList(
  request: ListRequest,
  { listing: source, indexCache: cache, scope }: MarketListSource,
  now: () => number,
  abort: AbortSignal,
): Promise<MarketList> {
  const loaded = await loadMarketIndex({ source, cache, scope, now, abort });
  return { ...resolveBy(loaded, request), settled: true };
}

function resolveBy(loaded: LoadedMarketIndex, { candles: { markets }, referenceVenues }: ListRequest): MarketList {
  if (loaded.ok) {
    const resolutions = markets.map(({ market }) => resolveMarket(market, loaded.index, { referenceVenues }));
    const warnings = [...loaded.notes, ...venueWarnings(loaded.index, referenceVenues)];
    return { resolutions, degraded: [], warnings, settled: !loaded.stale, deferred: false };
  }
  const deferred = loaded.code === 'deferred';
  const text = `the market list could not be had (${loaded.code}: ${loaded.detail}); every series is neutral`;
  return {
    resolutions: markets.map(({ market }) => unresolved(market, deferred ? 'deferred' : 'no-index')),
    degraded: deferred ? [] : [{ code: 'market-index-unavailable', text }],
    warnings: loaded.notes,
    settled: false,
    deferred,
  };
}

function venueWarnings(index: MarketIndex, referenceVenues: readonly string[]): readonly string[] {
  return unknownVenues(index, referenceVenues).map(({ name, nearest }) => {
    const hint = nearest === null ? 'mend SCAN_REFERENCE_VENUES' : `did you mean ${nearest}?`;
    return `the reference venue "${name}" is not in the market list and stands in for nothing; ${hint}`;
  });
}
