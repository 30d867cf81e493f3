/** What the name of a perpetual means. Pure, and table-driven: test/symbols/naming.test.ts is the table of real cases. */
import { DOLLAR_COINS, isDollar, type MarketName } from '../core/market.ts';
import { exchangeId, traitsOf } from './exchanges.ts';
import type { ExchangeId } from './exchanges.ts';

/** A coin and how many of it one unit of the contract's price means. */
export interface Ticker {
  readonly base: string;
  readonly multiplier: number;
}

/** Quotes that a name may have when a separator sets them apart. */
const QUOTES: ReadonlySet<string> = new Set([...DOLLAR_COINS, ...'EUR GBP JPY KRW TRY BTC ETH'.split(' ')]);
/**
 * Quotes that may end a name without a separator, tried in this order. TUSD, PYUSD and the like are missing because
 * `DOTUSD` is DOT against USD; BUSD counts on Binance alone, the only exchange that had such perpetuals.
 */
const SUFFIXES: readonly string[] = ['USDT', 'USDC', 'FDUSD', 'BUSD', 'USD1', 'USDH', 'USD'];

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
const TICKER = /^[A-Z0-9\p{Lo}]+$/u;
/** Twice what is listed today. */
const LONGEST_COIN = 24;
/** Longer than any name with such a coin; a listing of megabytes costs no pattern matching. */
const LONGEST_NAME = 64;

/** ASCII only: other alphabets have letters that would turn into A to Z and name another coin. */
function upper(text: string): string {
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
  if (!TICKER.test(ticker)) return null;
  const [coin, multiplier] = split(exchange, text, ticker);
  return coin.length > LONGEST_COIN ? null : { base: canonical(coin), multiplier };
}

/** A quote as listings and names spell it, upper case and canonical. */
export function parseQuote(text: string): string {
  return canonical(upper(text));
}

/** True when the contract settles in a coin, e.g. `BTC/USD:BTC`: it never stands for a USDT market, nor the other way round. */
export function isCoinMargined(name: MarketName): boolean {
  const settle = name.unified.slice(name.unified.lastIndexOf(':') + 1);
  return settle !== name.quote && !isDollar(settle);
}

/** A name taken apart; a settle of null is for the exchange's habit to fill in. */
interface Parts {
  readonly base: string;
  readonly quote: string;
  readonly settle: string | null;
}

/** Spellings that one exchange alone has; the result is read on by the rules that all share. */
interface Spelling {
  readonly exchange: string;
  readonly pattern: RegExp;
  readonly parts: (found: RegExpExecArray) => Parts;
}

const coinMarginedUsd = (base: string): Parts => ({ base, quote: 'USD', settle: base });
const linear = (base: string, quote: string): Parts => ({ base, quote, settle: quote });

const SPELLINGS: readonly Spelling[] = [
  { exchange: 'KUCOIN', pattern: /^(\w+?)(USD[TC])M$/i, parts: (found) => linear(found[1]!, found[2]!) },
  { exchange: 'KUCOIN', pattern: /^(\w+?)USDM$/i, parts: (found) => coinMarginedUsd(found[1]!) },
  { exchange: 'KRAKEN', pattern: /^PF_(\w+)USD$/i, parts: (found) => linear(found[1]!, 'USD') },
  { exchange: 'KRAKEN', pattern: /^PI_(\w+)USD$/i, parts: (found) => coinMarginedUsd(found[1]!) },
  { exchange: 'BITFINEX', pattern: /^t?([A-Z0-9]+)F0:?USTF0$/, parts: (found) => linear(found[1]!, 'USDT') },
  { exchange: 'PHEMEX', pattern: /^u([A-Z0-9]+)USD$/, parts: (found) => linear(found[1]!, 'USD') },
  { exchange: 'PHEMEX', pattern: /^c([A-Z0-9]+)USD$/, parts: (found) => coinMarginedUsd(found[1]!) },
  // Quanto: whatever the coin, BitMEX settles its USD contracts in bitcoin.
  { exchange: 'BITMEX', pattern: /^(\w+)USD$/i, parts: (found) => ({ base: found[1]!, quote: 'USD', settle: 'BTC' }) },
  { exchange: 'WOOX', pattern: /^PERP_?([A-Z0-9]+?)_?(USD[TC])$/i, parts: (found) => linear(found[1]!, found[2]!) },
  { exchange: 'DERIBIT', pattern: /^([A-Z0-9]+)-PERPETUAL$/i, parts: (found) => coinMarginedUsd(found[1]!) },
];

/** What says "perpetual" around a coin and a quote: `PERP_BTC_USDT`, `BTC-USDT-SWAP`, `BTCUSDT.P`, `BTCUSDT_UMCBL`. */
const MARKER = /^(PERP_(?!USD)(?=.+_))?(.+?)(\.P|[-_]?(?:PERPETUAL|PERP|SWAP)(?:-INTX)?|_[UD]MCBL)?$/i;

function splitEnd(exchange: ExchangeId, text: string, marked: boolean): Parts | null {
  const name = upper(text);
  const quote = SUFFIXES.find(
    (suffix) =>
      name.endsWith(suffix) &&
      name.length > suffix.length &&
      // `BNBUSD_PERP` is Binance's coin-margined BNB, not BN against BUSD.
      (suffix !== 'BUSD' || (exchange === 'BINANCE' && !marked)),
  );
  if (quote !== undefined) return { base: text.slice(0, -quote.length), quote, settle: null };
  const { coinQuote, perpQuote } = traitsOf(exchange);
  const implied = marked ? perpQuote : coinQuote;
  return implied === null ? null : linear(text, implied);
}

function splitName(exchange: ExchangeId, symbol: string): Parts | null {
  const unified = /^([^/:]+)\/([^/:]+)(?::([^/:]+))?$/.exec(symbol);
  if (unified !== null) return { base: unified[1]!, quote: unified[2]!, settle: unified[3] ?? null };
  for (const spelling of SPELLINGS) {
    const found = spelling.exchange === exchange ? spelling.pattern.exec(symbol) : null;
    if (found !== null) return spelling.parts(found);
  }
  const marker = MARKER.exec(symbol);
  if (marker === null) return null;
  const words = marker[2]!.split(/[-_]/);
  if (words.length === 1) return splitEnd(exchange, words[0]!, marker[1] !== undefined || marker[3] !== undefined);
  // Dated contracts end here as well: `BTC-27DEC24` and `BTC-USDT-241227` have no quote or settlement in that place.
  return words.length > 3 ? null : { base: words[0]!, quote: words[1]!, settle: words[2] ?? null };
}

function settleOf(exchange: ExchangeId, base: string, quote: string, settle: string | null): string | null {
  if (settle !== null) {
    const coin = parseQuote(settle);
    return coin === base || coin === 'BTC' || isDollar(coin) || coin === quote ? coin : null;
  }
  return quote === 'USD' && !traitsOf(exchange).linearUsd ? base : quote;
}

/**
 * The perpetual that `symbol` names on `exchange`, or null when the name is not understood. Dated futures, options and
 * names with characters that no ticker has are not understood. A USD name without a settlement is coin-margined
 * (`BTC/USD:BTC`), except where USD perpetuals settle in dollars. The multiplier is kept in `unified`, written as a
 * number: `1000PEPE/USDT:USDT` for `kPEPEUSDT`. Never throws.
 */
export function parseMarketName(exchange: string, symbol: string): MarketName | null {
  if (symbol.length > LONGEST_NAME) return null;
  const id = exchangeId(exchange);
  const parts = splitName(id, symbol);
  if (parts === null) return null;
  const ticker = parseTicker(id, parts.base);
  const quote = parseQuote(parts.quote);
  if (ticker === null || !QUOTES.has(quote) || quote === ticker.base) return null;
  const settle = settleOf(id, ticker.base, quote, parts.settle);
  if (settle === null) return null;
  const count = ticker.multiplier === 1 ? '' : String(ticker.multiplier);
  return { ...ticker, quote, unified: `${count}${ticker.base}/${quote}:${settle}` };
}
