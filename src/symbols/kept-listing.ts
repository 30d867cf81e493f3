/** The market list as the cache keeps it, checked by hand when it is read back: thousands of rows, in every run. */
import type { Denomination, FutureMarketRow, MarketListing, UnreadableRow, VenueRow } from '../core/market.ts';

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
  const { venues, markets, unreadable, fetchedAt }: Unchecked<MarketListing> = value;
  return (
    Number.isSafeInteger(fetchedAt) &&
    Array.isArray(venues) &&
    venues.every(isVenue) &&
    Array.isArray(markets) &&
    markets.every(isMarket) &&
    (unreadable === undefined || (Array.isArray(unreadable) && unreadable.every(isUnreadable)))
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
    MARGINS.has(row.margined) &&
    DENOMINATIONS.has(row.denomination) &&
    typeof row.hasLongShortRatio === 'boolean'
  );
}

const MARGINS: ReadonlySet<unknown> = new Set<FutureMarketRow['margined']>(['STABLE', 'COIN', 'unknown']);
const DENOMINATIONS: ReadonlySet<unknown> = new Set<Denomination>([
  'BASE_ASSET',
  'QUOTE_ASSET',
  'CONTRACTS',
  'unknown',
]);

function isUnreadable(value: unknown): value is UnreadableRow {
  if (!isObject(value)) return false;
  const row: Unchecked<UnreadableRow> = value;
  return [row.symbol, row.venueCode, row.symbolOnExchange, row.baseAsset, row.quoteAsset].every(
    (part) => part === null || isText(part),
  );
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
