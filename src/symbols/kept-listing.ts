/** The market list as the cache keeps it, checked by hand when it is read back: thousands of rows, in every run. */
import type { FutureMarketRow, MarketListing, VenueRow } from '../core/market.ts';

export interface KeptListing {
  /** ms UTC of the wall clock. */
  readonly storedAt: number;
  readonly listing: MarketListing;
}

/** What JSON may hold under the names of `T`. */
type Unchecked<T> = Readonly<Partial<Record<keyof T, unknown>>>;

/** False for what is no kept list, whatever it is. */
export function isKeptListing(value: unknown): value is KeptListing {
  if (!isObject(value)) return false;
  const { storedAt, listing }: Unchecked<KeptListing> = value;
  return Number.isSafeInteger(storedAt) && Number(storedAt) >= 0 && isListing(listing);
}

function isListing(value: unknown): value is MarketListing {
  if (!isObject(value)) return false;
  const { venues, markets, fetchedAt }: Unchecked<MarketListing> = value;
  return (
    Number.isSafeInteger(fetchedAt) &&
    Array.isArray(venues) &&
    venues.every(isVenue) &&
    Array.isArray(markets) &&
    markets.every(isMarket)
  );
}

function isVenue(value: unknown): value is VenueRow {
  if (!isObject(value)) return false;
  const { code, name }: Unchecked<VenueRow> = value;
  return typeof code === 'string' && typeof name === 'string';
}

function isMarket(value: unknown): value is FutureMarketRow {
  if (!isObject(value)) return false;
  const row: Unchecked<FutureMarketRow> = value;
  return (
    [row.symbol, row.venueCode, row.symbolOnExchange, row.baseAsset, row.quoteAsset].every(isText) &&
    typeof row.perpetual === 'boolean' &&
    (row.expireAt === null || typeof row.expireAt === 'number') &&
    (row.margined === 'STABLE' || row.margined === 'COIN') &&
    (row.denomination === 'BASE_ASSET' || row.denomination === 'QUOTE_ASSET' || row.denomination === 'CONTRACTS') &&
    typeof row.hasLongShortRatio === 'boolean'
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
