/** Names of exchanges, in candle files, in Freqtrade and ccxt and on Coinalyze, brought to one id. Pure. */

import { venueAndKinds } from '../core/market-kind.ts';
import { isDollar } from '../core/market.ts';
import { venueId } from '../core/venues.ts';

/** Upper-case id of an exchange, the same however a file or a listing spells it. */
export type ExchangeId = string & { readonly __brand: 'ExchangeId' };

/** What the naming rules have to know of an exchange. */
export interface ExchangeTraits {
  /** Its USD-quoted perpetuals settle in dollars. Elsewhere `BTCUSD` is coin-margined. */
  readonly linearUsd: boolean;
  /** All its perpetuals settle in one unit, so USD, USDC and USDT in a name mean the same contract. */
  readonly singleSettlement: boolean;
  /** Quote of a name that is a coin alone, e.g. Hyperliquid's `BTC`; null where such names do not exist. */
  readonly coinQuote: string | null;
  /** Its own names of perpetuals always say so: beside one, a name that does not is the spot market. */
  readonly marksPerpetuals: boolean;
  /** Quote of a coin and PERP, e.g. Bybit's `BTCPERP`; null where that says nothing. */
  readonly perpQuote: string | null;
}

const COMMON: ExchangeTraits = {
  linearUsd: false,
  singleSettlement: false,
  coinQuote: null,
  marksPerpetuals: false,
  perpQuote: null,
};
const LINEAR: ExchangeTraits = { ...COMMON, linearUsd: true };
const MARKED: ExchangeTraits = { ...COMMON, marksPerpetuals: true };
const SINGLE: ExchangeTraits = { ...LINEAR, singleSettlement: true };

/**
 * Aster is not `singleSettlement`: it has USDT and USD1 perpetuals of one coin. Coinbase is not either: a file
 * `COINBASE BTCUSD` is its spot market, its perpetuals are called `BTC-PERP`.
 */
const TRAITS: ReadonlyMap<string, ExchangeTraits> = new Map([
  ['HYPERLIQUID', { ...SINGLE, coinQuote: 'USDC' }],
  ['LIGHTER', { ...SINGLE, coinQuote: 'USDC' }],
  ['DYDX', SINGLE],
  ['VERTEX', { ...SINGLE, perpQuote: 'USDC' }],
  ['OKX', MARKED],
  ['KUCOIN', MARKED],
  ['DERIBIT', MARKED],
  ['BITFINEX', { ...MARKED, linearUsd: true }],
  ['WOOX', MARKED],
  ['KRAKEN', { ...MARKED, linearUsd: true }],
  ['CRYPTOCOM', LINEAR],
  // Their USD markets are spot: none settles in its coin.
  ['BITSTAMP', LINEAR],
  ['GEMINI', LINEAR],
  ['BINANCEUS', LINEAR],
  ['PARADEX', LINEAR],
  ['COINBASE', { ...MARKED, linearUsd: true, perpQuote: 'USDC' }],
  ['BYBIT', { ...COMMON, perpQuote: 'USDC' }],
  ['BITGET', { ...COMMON, perpQuote: 'USDC' }],
]);

/** Other spellings, after upper-casing and without what is not a letter or a digit. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['OKEX', 'OKX'],
  ['OKEX5', 'OKX'],
  ['GATE', 'GATEIO'],
  ['HTX', 'HUOBI'],
  ['HUOBIPRO', 'HUOBI'],
  ['HUOBIDM', 'HUOBI'],
  ['HUOBIDMLINEAR', 'HUOBI'],
  ['BITFINEX2', 'BITFINEX'],
  ['BITFINEXDERIVATIVES', 'BITFINEX'],
  ['CRYPTOFACILITIES', 'KRAKEN'],
  ['WOO', 'WOOX'],
  ['COINBASEADVANCEDTRADE', 'COINBASE'],
  ['COINBASEEXCHANGE', 'COINBASE'],
  ['COINBASEINTERNATIONAL', 'COINBASE'],
  ['COINBASEINTX', 'COINBASE'],
  ['DYDXV4', 'DYDX'],
  ['ASTERDEX', 'ASTER'],
  ['MEXC3', 'MEXC'],
]);

/**
 * One id for `GATE`, `gateio` and `Gate.io`; for `krakenfutures` and `Kraken`; for `HTX` and `Huobi`. Names that no table
 * knows stay themselves, so a venue that Coinalyze adds is found by its name. `BINANCEUS` is not Binance.
 */
export function exchangeId(name: string): ExchangeId {
  const known = ids.get(name);
  if (known !== undefined) return known;
  const bare = venueId(venueAndKinds(name).venue);
  const id = (ALIASES.get(bare) ?? bare) as ExchangeId;
  if (ids.size === NAMES_KEPT) ids.clear();
  ids.set(name, id);
  return id;
}

/** There are as many names as a user has exchanges, and each is asked for with every market. */
const ids = new Map<string, ExchangeId>();
const NAMES_KEPT = 256;

export function traitsOf(exchange: ExchangeId): ExchangeTraits {
  return TRAITS.get(exchange) ?? COMMON;
}

/** Where an exchange has one settlement unit, every dollar in a name means that unit. */
export function quoteKey(exchange: ExchangeId, quote: string): string {
  return isDollar(quote) && traitsOf(exchange).singleSettlement ? '$' : quote;
}
