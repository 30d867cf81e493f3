/** What Coinalyze lists, looked up by exchange and coin. Pure. */
import {
  isDollar,
  type FutureMarketRow,
  type ListedMarket,
  type MarketListing,
  type MarketName,
  type UnreadableRow,
} from '../core/market.ts';
import { exchangeId, quoteKey, traitsOf } from './exchanges.ts';
import type { ExchangeId } from './exchanges.ts';
import { isCoinMargined, isSettledElsewhere, parseMarketName, parseQuote, parseTicker } from './naming.ts';
import { unreadableOf, type MayBeUnreadable } from './unreadable-rows.ts';

/** A listed perpetual and the ticker its row speaks of. */
export interface IndexedMarket {
  readonly listed: ListedMarket;
  readonly base: string;
  /** False: the row's base asset and its symbol on the exchange disagree on the multiplier. */
  readonly consistent: boolean;
}

/** Rows that no market can match, by reason. */
interface UnusableRows {
  readonly notPerpetual: number;
  readonly unreadableName: number;
  /** Rows with a Coinalyze symbol that an earlier row has; where the two speak of different markets, neither is used. */
  readonly duplicate: number;
}

export interface MarketIndex {
  /** Usable perpetuals. */
  readonly size: number;
  /** Names of the venues listed, in the order of the listing. */
  readonly venues: readonly string[];
  readonly unusable: UnusableRows;
  /** Perpetuals that could not be read, or whose venue could not; and all rows that there are. */
  readonly unreadableRows: number;
  readonly rows: number;
  /** Perpetuals that the exchange itself calls `symbol`, whatever separators and case, with the quote of `name`. */
  bySymbol(exchange: ExchangeId, symbol: string, name: MarketName): readonly IndexedMarket[];
  /** Perpetuals of the exchange with the coin, quote and margin of `name`, of any multiplier. */
  byCoin(exchange: ExchangeId, name: MarketName): readonly IndexedMarket[];
  readonly mayBeUnreadable: MayBeUnreadable;
}

type Margin = Exclude<FutureMarketRow['margined'], 'unknown'>;

/** What only a dollar coin can say where the row's own word is new to us; null when nothing says it. */
function marginOf(exchange: ExchangeId, { margined, quoteAsset }: FutureMarketRow): Margin | null {
  if (margined !== 'unknown') return margined;
  const quote = parseQuote(quoteAsset);
  return isDollar(quote) && (quote !== 'USD' || traitsOf(exchange).singleSettlement) ? 'STABLE' : null;
}

/** No part can contain the separator: ids and tickers are letters and digits. */
function coinKey(exchange: ExchangeId, base: string, quote: string, margin: Margin): string {
  return `${exchange}|${base}|${quoteKey(exchange, quote)}|${margin}`;
}

/** Null for a symbol of digits alone: Lighter numbers its markets, and `4` is also a coin. */
function symbolKey(exchange: ExchangeId, symbol: string, quote: string): string | null {
  const letters = symbol.toUpperCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
  return /\D/.test(letters) ? `${exchange}|${letters}|${quoteKey(exchange, quote)}` : null;
}

function indexRow(exchange: ExchangeId, venue: string, row: FutureMarketRow): IndexedMarket | null {
  const ticker = parseTicker(exchange, row.baseAsset);
  if (ticker === null) return null;
  const own = parseMarketName(exchange, row.symbolOnExchange);
  return {
    // What others build on an exchange is no coin of the exchange itself, however the list calls it.
    base: own?.base.endsWith(`-${ticker.base}`) === true ? own.base : ticker.base,
    consistent: own === null || own.base !== ticker.base || own.multiplier === ticker.multiplier,
    listed: {
      symbol: row.symbol,
      venue,
      denomination: row.denomination,
      multiplier: ticker.multiplier,
      hasLongShortRatio: row.hasLongShortRatio,
    },
  };
}

function add(map: Map<string, IndexedMarket[]>, key: string, market: IndexedMarket): void {
  const present = map.get(key);
  if (present === undefined) map.set(key, [market]);
  else present.push(market);
}

/** Symbols that rows give to different markets: whose series they name is in doubt. */
function contestedSymbols(rows: readonly FutureMarketRow[]): ReadonlySet<string> {
  const first = new Map<string, FutureMarketRow>();
  const contested = new Set<string>();
  for (const row of rows) {
    const other = first.get(row.symbol);
    if (other === undefined) first.set(row.symbol, row);
    else if (!isSameMarket(row, other)) contested.add(row.symbol);
  }
  return contested;
}

function isSameMarket(a: FutureMarketRow, b: FutureMarketRow): boolean {
  return (
    a.venueCode === b.venueCode &&
    a.baseAsset === b.baseAsset &&
    a.quoteAsset === b.quoteAsset &&
    a.margined === b.margined &&
    a.expireAt === b.expireAt
  );
}

/** Venues are known by the name they have in the listing, never by a code written down here. */
export function buildMarketIndex(listing: MarketListing): MarketIndex {
  const venues = new Map(listing.venues.map((venue) => [venue.code, venue.name]));
  const coins = new Map<string, IndexedMarket[]>();
  const symbols = new Map<string, IndexedMarket[]>();
  const seen = new Set<string>();
  const contested = contestedSymbols(listing.markets);
  const unusable = { notPerpetual: 0, unreadableName: 0, duplicate: 0 };
  const unreadable: UnreadableRow[] = [...(listing.unreadable ?? [])];
  let size = 0;
  for (const row of listing.markets) {
    const venue = venues.get(row.venueCode);
    const exchange = exchangeId(venue ?? '');
    const market = venue === undefined ? null : indexRow(exchange, venue, row);
    const margin = marginOf(exchange, row);
    if (!row.perpetual || row.expireAt !== null) unusable.notPerpetual++;
    else if (venue === undefined || venue === '' || margin === null) unreadable.push(row);
    else if (market === null) unusable.unreadableName++;
    else if (contested.has(row.symbol) || seen.has(row.symbol)) unusable.duplicate++;
    else {
      seen.add(row.symbol);
      size++;
      const quote = parseQuote(row.quoteAsset);
      add(coins, coinKey(exchange, market.base, quote, margin), market);
      // Of coin-margined rows only those against USD can bear the symbol of a market that is understood, and only where
      // that dollar is not another one's.
      const named = margin === 'STABLE' || (quote === 'USD' && !traitsOf(exchange).singleSettlement);
      const key = named ? symbolKey(exchange, row.symbolOnExchange, quote) : null;
      if (key !== null) add(symbols, key, market);
    }
  }
  return {
    size,
    venues: listing.venues.flatMap(({ name }) => (name === '' ? [] : [name])),
    unusable,
    unreadableRows: unreadable.length,
    rows: listing.markets.length + (listing.unreadable?.length ?? 0),
    mayBeUnreadable: unreadableOf(unreadable, venues),
    bySymbol: (exchange, symbol, name) => symbols.get(symbolKey(exchange, symbol, name.quote) ?? '') ?? [],
    byCoin: (exchange, name) => {
      if (isSettledElsewhere(name) && !traitsOf(exchange).singleSettlement) return [];
      return coins.get(coinKey(exchange, name.base, name.quote, isCoinMargined(name) ? 'COIN' : 'STABLE')) ?? [];
    },
  };
}
