/** Who a market is and how it maps to Coinalyze. */

/** One (exchange, symbol) pair as its candle files name it, e.g. HYPERLIQUID BTCUSDT. */
export interface Market {
  /** Upper case, e.g. `HYPERLIQUID`. */
  readonly exchange: string;
  /** The exchange's own name without separators, e.g. `BTCUSDT`, `XBTUSDTM`, `kPEPEUSDT`. */
  readonly symbol: string;
}

/** `EXCHANGE:SYMBOL`, unique per market, safe as a Map key. */
export type MarketKey = string & { readonly __brand: 'MarketKey' };

export function marketKey(market: Market): MarketKey {
  return `${market.exchange}:${market.symbol}` as MarketKey;
}

/** Quotes that are worth a dollar. */
export const DOLLAR_COINS: ReadonlySet<string> = new Set(
  'USDT USDC USD FDUSD BUSD USD1 USDE USDH USDD USDS USDG USDP TUSD GUSD PYUSD RLUSD DAI'.split(' '),
);

export function isDollar(quote: string): boolean {
  return DOLLAR_COINS.has(quote);
}

/** A symbol that Coinalyze listed, e.g. `BTCUSDT_PERP.A`. Only the market index and test data may make one. */
export type CoinalyzeSymbol = string & { readonly __brand: 'CoinalyzeSymbol' };

/** What a candle file's symbol means. */
export interface MarketName {
  /** Upper-case ticker without multiplier, `BTC` for `XBT`, e.g. `PEPE`. */
  readonly base: string;
  /** Upper case, e.g. `USDT`. */
  readonly quote: string;
  /** How many coins one unit of the contract's price means: 1000 for `1000PEPE` and `kPEPE`, else 1. */
  readonly multiplier: number;
  /** ccxt's unified symbol with the multiplier kept, e.g. `BTC/USDT:USDT`, `1000PEPE/USDT:USDT`. */
  readonly unified: string;
}

/** A market as the feed knows it: one exchange and one unified symbol. */
export interface NamedMarket extends Market {
  /** `BTC/USDT:USDT`, of a spot market `BTC/USDT`; null when the symbol was not understood. */
  readonly unified: string | null;
  /** The ticker without multiplier; the symbol itself when it was not understood. */
  readonly coin: string;
  readonly multiplier: number;
  /** True for spot candles, which are scored only where the pair has no perpetual. */
  readonly spot: boolean;
}

/** `resolved`: the market's own exchange. `aggregated`: a reference venue stands in. `neutral`: none. */
export type Tier = 'resolved' | 'aggregated' | 'neutral';

/**
 * Why a market has no Coinalyze symbol. `deferred`: the market list itself was not reached within the budget. `unreadable-row`: the
 * list has a row that may be its own and cannot be read.
 */
export type NeutralReason =
  | 'unknown-name'
  | 'not-listed'
  | 'unreadable-row'
  | 'ambiguous-ticker'
  | 'ambiguous-market'
  | 'multiplier-mismatch'
  | 'no-index'
  | 'deferred'
  | 'no-provider';

/** What the OI of a Coinalyze market is counted in when `convert_to_usd` is false. `unknown`: a word that is new to us. */
export type Denomination = 'BASE_ASSET' | 'QUOTE_ASSET' | 'CONTRACTS' | 'unknown';

/** A listed perpetual that feeds a market's series. */
export interface ListedMarket {
  readonly symbol: CoinalyzeSymbol;
  /** Name of the venue, e.g. `Binance`. */
  readonly venue: string;
  readonly denomination: Denomination;
  /** How many coins one unit of its base asset means, e.g. 1000 for `1000PEPEUSDT`. */
  readonly multiplier: number;
  /** False: Coinalyze has no long/short ratio for it, so asking would only cost calls. */
  readonly hasLongShortRatio: boolean;
}

export type Resolution =
  | { readonly tier: 'resolved' | 'aggregated'; readonly listed: ListedMarket; readonly name: MarketName }
  | { readonly tier: 'neutral'; readonly reason: NeutralReason; readonly name: MarketName | null };

/** One row of `/exchanges`. */
export interface VenueRow {
  /** Coinalyze's code, e.g. `A` for Binance. */
  readonly code: string;
  /** Empty where it could not be read: markets of the code are then of nobody that is known. */
  readonly name: string;
}

/** One row of `/future-markets`. */
export interface FutureMarketRow {
  readonly symbol: CoinalyzeSymbol;
  /** Code of the venue, without a dot. */
  readonly venueCode: string;
  readonly symbolOnExchange: string;
  readonly baseAsset: string;
  readonly quoteAsset: string;
  readonly perpetual: boolean;
  /** ms UTC, null for perpetuals. */
  readonly expireAt: number | null;
  readonly margined: 'STABLE' | 'COIN' | 'unknown';
  readonly denomination: Denomination;
  readonly hasLongShortRatio: boolean;
}

/** What could be read of a row that as a whole could not; null for what could not. */
export type UnreadableRow = Readonly<
  Record<'symbol' | 'venueCode' | 'symbolOnExchange' | 'baseAsset' | 'quoteAsset', string | null>
>;

/** Everything Coinalyze lists, as received at `fetchedAt` (ms UTC of the data clock). */
export interface MarketListing {
  readonly venues: readonly VenueRow[];
  readonly markets: readonly FutureMarketRow[];
  /** Rows beside `markets`; missing when all could be read. */
  readonly unreadable?: readonly UnreadableRow[];
  readonly fetchedAt: number;
}
