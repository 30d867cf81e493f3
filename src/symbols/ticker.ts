/** Coins and quotes as names and listings spell them. Pure. */
import { DOLLAR_COINS } from '../core/market.ts';
import type { ExchangeId } from './exchanges.ts';

/** A coin and how many of it one unit of the contract's price means. */
export interface Ticker {
  readonly base: string;
  readonly multiplier: number;
}

/** Quotes that a name may have when a separator sets them apart. */
export const QUOTES: ReadonlySet<string> = new Set([
  ...DOLLAR_COINS,
  ...'EUR GBP JPY KRW TRY BRL AUD BTC ETH BNB'.split(' '),
]);
/**
 * Quotes that may end a name without a separator, tried in this order. TUSD, PYUSD and the like are missing because
 * `DOTUSD` is DOT against USD; BUSD counts on Binance alone, the only exchange that had such perpetuals.
 */
export const SUFFIXES: readonly string[] = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'USD1', 'USDH', 'USD'];

const SAME_COIN: ReadonlyMap<string, string> = new Map([
  ['XBT', 'BTC'],
  ['XDG', 'DOGE'],
]);
const MULTIPLIERS: ReadonlyMap<string, number> = new Map([
  ['1000', 1e3],
  ['10000', 1e4],
  ['100000', 1e5],
  ['1000000', 1e6],
  ['1M', 1e6],
]);
/** Coins that Hyperliquid lists per thousand. ccxt upper-cases the k, and then only the coin tells `KPEPE` from `KAITO`. */
const PER_THOUSAND_ON_HYPERLIQUID = /^K(BONK|DOGS|FLOKI|LUNC|NEIRO|PEPE|SHIB)$/;
/** Letters without case are allowed: Binance lists tickers in Chinese. */
export const TICKER = /^[A-Z0-9\p{Lo}]+$/u;
/** `xyz:TSLA`, a market that others built on Hyperliquid; ccxt and Freqtrade write `XYZ-TSLA`. */
const BUILT_COIN = /^[A-Z0-9]{1,10}[:-][A-Z0-9]{1,20}$/;
/** Twice what is listed today. */
const LONGEST_COIN = 24;
/** ASCII only: other alphabets have letters that would turn into A to Z and name another coin. */
export function upper(text: string): string {
  return text.replaceAll(/[a-z]+/g, (letters) => letters.toUpperCase());
}

function canonical(ticker: string): string {
  return SAME_COIN.get(ticker) ?? ticker;
}

function split(exchange: ExchangeId, text: string, ticker: string): readonly [coin: string, multiplier: number] {
  if (/^k[A-Z][A-Z0-9]{2,}$/.test(text)) return [text.slice(1), 1e3];
  const counted = /^(10{3,6}|1M(?=\w{3}))([A-Z]\w+)$/.exec(ticker);
  if (counted !== null) return [counted[2]!, MULTIPLIERS.get(counted[1]!)!];
  if (exchange === 'HYPERLIQUID' && PER_THOUSAND_ON_HYPERLIQUID.test(ticker)) return [ticker.slice(1), 1e3];
  // Bybit's one contract that carries its multiplier behind the coin.
  return ticker === 'SHIB1000' ? ['SHIB', 1e3] : [ticker, 1];
}

/** `kPEPE`, `1000BONK`, `1MBABYDOGE`, `XBT`: the coin and its multiplier; null when it is no ticker. `1INCH` and `KAS` have none. */
export function parseTicker(exchange: ExchangeId, text: string): Ticker | null {
  const ticker = upper(text);
  if (exchange === 'HYPERLIQUID' && BUILT_COIN.test(ticker)) return { base: ticker.replace(':', '-'), multiplier: 1 };
  if (!TICKER.test(ticker)) return null;
  const [coin, multiplier] = split(exchange, text, ticker);
  return coin.length > LONGEST_COIN ? null : { base: canonical(coin), multiplier };
}

/** A quote as listings and names spell it, upper case and canonical. */
export function parseQuote(text: string): string {
  return canonical(upper(text));
}
