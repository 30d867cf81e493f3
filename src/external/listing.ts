/** Everything Coinalyze lists: `/exchanges` and `/future-markets`, one call each. */
import type { MarketListing } from '../core/market.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Coinalyze } from './coinalyze/api.ts';
import { sendLimited } from './limited.ts';
import type { LimitedOptions } from './limited.ts';
import type { Reply, Request } from './provider.ts';
import type { Retrier } from './retried.ts';

/** Charged and retried like every other request. Fails when either list cannot be had. */
export function createListingSource(
  api: Pick<Coinalyze, 'exchanges' | 'futureMarkets'>,
  retrier: Retrier,
  limited: LimitedOptions,
): (abort: AbortSignal) => Promise<Outcome<MarketListing>> {
  const ask = async <T>(request: Request<T>, abort: AbortSignal): Promise<Reply<T>> => {
    const replies = await retrier.send(1, (signal) => sendLimited(1, request, limited, signal), abort);
    return replies[0]!;
  };
  return async (abort) => {
    const venues = await ask((signal) => api.exchanges(signal), abort);
    if (!venues.ok) return venues;
    const markets = await ask((signal) => api.futureMarkets(signal), abort);
    if (!markets.ok) return markets;
    const fetchedAt = markets.fetchedAt;
    return {
      ok: true,
      value: { venues: venues.value, ...markets.value, fetchedAt },
      asOf: fetchedAt,
      fetchedAt,
      stale: false,
      origin: 'fetched',
    };
  };
}
