/** The one grammar of symbols, also of those in names of files. Pure, and table-driven: test/symbols/naming.test.ts is the table of real cases. */
import { kindOfWord, type Margin } from '../core/market-kind.ts';
import { isDollar, type MarketName } from '../core/market.ts';
import { isKnownVenue } from '../core/venues.ts';
import { exchangeId, traitsOf } from './exchanges.ts';
import type { ExchangeId } from './exchanges.ts';
import { expiryOf } from './expiry.ts';
import { withoutKind } from './kind-marks.ts';
import { BUILT, builtName, linear, spelled, SPELLINGS, type Parts } from './spellings.ts';
import { parseQuote, parseTicker, QUOTES, SUFFIXES, TICKER, upper } from './ticker.ts';

export { exchangeId, parseQuote, parseTicker, QUOTES };

/** Longer than any name with such a coin; a listing of megabytes costs no pattern matching. */
const LONGEST_NAME = 64;
const LONGEST_COIN_ALONE = 5;

/** True when the contract settles in a coin, e.g. `BTC/USD:BTC`: it never stands for a USDT market, nor the other way round. */
export function isCoinMargined(name: MarketName): boolean {
  const settle = name.unified.slice(name.unified.lastIndexOf(':') + 1);
  return settle !== name.quote && !isDollar(settle);
}

/** `BTC/USDT:USDC` is against one dollar coin and settles in another: no market list tells it from the usual one. */
export function isSettledElsewhere({ quote, unified }: MarketName): boolean {
  const settle = unified.slice(unified.lastIndexOf(':') + 1);
  return quote !== 'USD' && isDollar(quote) && isDollar(settle) && settle !== quote;
}

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

interface Split {
  readonly parts: Parts | null;
  readonly kind: NameReading['kind'];
  readonly bare: string;
  readonly margin?: Margin | null;
}

function splitName(exchange: ExchangeId, symbol: string): Split {
  const unified = /^([^/:]+)\/([^/:]+)(?::([^/:]+))?$/.exec(symbol);
  if (unified !== null) {
    const [, base, quote, settle] = unified;
    const parts = { base: base!, quote: quote!, settle: settle ?? null };
    return { parts, kind: settle === undefined ? 'spot' : 'perpetual', bare: `${base}/${quote}` };
  }
  const own = spelled(exchange, symbol);
  if (own !== null) return { ...own, bare: symbol };
  const { text, kind, margin } = withoutKind(symbol);
  const within = kind === null ? null : spelled(exchange, text);
  if (within !== null) return { parts: within.parts, kind, bare: text };
  const [base = '', quote, settle, more] = text.split(/[-_:]/);
  if (quote === undefined) return { parts: splitEnd(exchange, base, kind === 'perpetual'), kind, bare: text, margin };
  const pair = text.slice(0, base.length + 1 + quote.length);
  if (settle === undefined) {
    const settled = text.includes(':') && upper(base).endsWith(upper(quote)) && base.length > quote.length;
    if (settled) return { parts: linear(base.slice(0, -quote.length), quote), kind: 'perpetual', bare: base };
    return { parts: { base, quote, settle: null }, kind, bare: pair, margin };
  }
  // What is priced in dollars settles in a dollar or a coin; in `testnet_BTC_USDT` the first word is no coin.
  const [coin, priced, unit] = [base, quote, settle].map(parseQuote);
  const isUnit = unit === coin || unit === priced || (isDollar(priced!) && QUOTES.has(unit!));
  const isSettled = more === undefined && isUnit;
  if (!isSettled) return { parts: null, kind, bare: text };
  return { parts: { base, quote, settle }, kind: kind ?? 'perpetual', bare: pair };
}

function settleOf(
  exchange: ExchangeId,
  base: string,
  { quote, settle }: Omit<Parts, 'base'>,
  margin: Margin | null,
): string | null {
  if (settle !== null) {
    const coin = parseQuote(settle);
    return coin === base || coin === 'BTC' || isDollar(coin) || coin === quote ? coin : null;
  }
  const isCoin = margin === null ? !traitsOf(exchange).linearUsd : margin === 'coin';
  return quote === 'USD' && isCoin ? base : quote;
}

function nameOf(id: ExchangeId, parts: Parts | null, margin: Margin | null): MarketName | null {
  if (parts === null) return null;
  const ticker = parseTicker(id, parts.base);
  const quote = parseQuote(parts.quote);
  if (ticker === null || !QUOTES.has(quote) || quote === ticker.base) return null;
  const settle = settleOf(id, ticker.base, { quote, settle: parts.settle }, margin);
  if (settle === null) return null;
  const count = ticker.multiplier === 1 ? '' : String(ticker.multiplier);
  return { ...ticker, quote, unified: `${count}${ticker.base}/${quote}:${settle}` };
}

/** Everything that a symbol says of its market. */
export interface NameReading {
  /** The perpetual that it names, of a spot market or a dated contract the one of the same pair; null when it is not understood. */
  readonly name: MarketName | null;
  /** What it says itself; null for `BTCUSDT` and all that may be either. */
  readonly kind: 'perpetual' | 'spot' | 'dated' | 'option' | null;
  /** When a dated contract ends, as it is written; empty for all others. */
  readonly expiry: string;
  /** The symbol without what says the kind, separators as they are: `BTC-USDT` of `BTC-USDT-SWAP`. Beside that one `BTC-USDT` is the spot market. */
  readonly bare: string;
}

const NOTHING: NameReading = { name: null, kind: null, expiry: '', bare: '' };

/** What `symbol` says on `exchange`. Never throws. */
export function readMarketName(exchange: string, symbol: string): NameReading {
  if (symbol.length > LONGEST_NAME) return NOTHING;
  const id = exchangeId(exchange);
  const built = id === 'HYPERLIQUID' ? builtName(withoutKind(symbol).text) : null;
  if (built !== null) return { name: built, kind: 'perpetual', expiry: '', bare: symbol };
  const ending = expiryOf(id, symbol);
  const { parts, kind, bare, margin = null } = splitName(id, ending?.rest ?? symbol);
  const name = nameOf(id, parts, margin);
  return ending === null
    ? { name, kind, expiry: '', bare }
    : { name, kind: ending.kind, expiry: ending.expiry, bare: symbol };
}

/**
 * The perpetual that `symbol` names on `exchange`, or null when the name is not understood. Dated futures, options and
 * names with characters that no ticker has are not understood. A USD name without a settlement is coin-margined
 * (`BTC/USD:BTC`), except where USD perpetuals settle in dollars. The multiplier is kept in `unified`, written as a
 * number: `1000PEPE/USDT:USDT` for `kPEPEUSDT`. Never throws.
 */
export function parseMarketName(exchange: string, symbol: string): MarketName | null {
  const { name, kind } = readMarketName(exchange, symbol);
  return kind === 'dated' || kind === 'option' ? null : name;
}

/** True for spellings that only the exchange explains, such as `PF_XBTUSD`. */
export function isOwnSpelling(symbol: string): boolean {
  return SPELLINGS.some(({ pattern }) => pattern.test(symbol)) || BUILT.test(symbol);
}

/** Freqtrade's and ccxt's words put together as most exchanges write them; null when the parts are no symbol. */
function joined(bare: string): string | null {
  const [base = '', quote, more] = bare.split(/[-_:/]/);
  if (more !== undefined || !TICKER.test(upper(base)) || (quote !== undefined && !/^[a-z]{2,5}$/i.test(quote)))
    return null;
  return base + (quote ?? '');
}

/**
 * How markets on `exchange` are spelled, whatever a file calls them: `BTCUSDT` for `BTC_USDT_USDT`, `BTC-USDT-SWAP` and `btcusdt`, and
 * the text itself wherever the shorter spelling would be another market or none. Null when it is no symbol.
 */
export function marketSymbol(exchange: string, text: string): string | null {
  const cased = /\p{Lu}/u.test(text) ? text : upper(text);
  if (TICKER.test(upper(cased))) return cased;
  const id = exchangeId(exchange);
  const built = id === 'HYPERLIQUID' ? builtName(withoutKind(text).text) : null;
  // Its own spelling, which leaves out the usual dollar.
  if (built !== null) return built.quote === 'USDC' ? built.base.replace('-', ':') : upper(text);
  const { name, bare } = readMarketName(exchange, text);
  const short = joined(/\p{Lu}/u.test(bare) ? bare : upper(bare));
  if (name === null) return short;
  if (spelled(id, text) !== null) return cased;
  return short !== null && parseMarketName(exchange, short)?.unified === name.unified ? short : cased;
}

/** What a column of rows may name beside markets: a coin alone, or a pair of coins in one word, which no perpetual is called. */
function looseName(
  id: ExchangeId,
  text: string,
): (Pick<MarketName, 'base'> & { readonly quote: string | null }) | null {
  const coins = upper(text);
  if (!TICKER.test(coins) || !/\p{L}/u.test(coins) || kindOfWord(coins) !== null || isKnownVenue(coins)) return null;
  const quote = [...QUOTES].find((one) => coins.endsWith(one) && coins.length > one.length + 1);
  if (quote !== undefined) return { base: parseTicker(id, coins.slice(0, -quote.length))?.base ?? coins, quote };
  const coin = parseTicker(id, text);
  if (coin === null || (coins.length > LONGEST_COIN_ALONE && coin.multiplier === 1)) return null;
  return { base: coin.base, quote: null };
}

/**
 * What speaks against `said`, e.g. by a row, being the market that `symbol` names on `exchange`: the coin, the quote, what it settles in
 * or a date. Null where nothing does; a text that is not understood speaks against nothing.
 */
export function contradiction(
  exchange: string,
  symbol: string,
  said: string,
): 'coin' | 'quote' | 'settlement' | 'expiry' | null {
  const id = exchangeId(exchange);
  const text = said.replace(/^([\w.]+):(?=\w)/, (prefix, venue: string) => (isKnownVenue(venue) ? '' : prefix));
  const reading = readMarketName(exchange, text);
  const own = readMarketName(exchange, symbol);
  if (reading.kind === 'dated' || reading.kind === 'option')
    return reading.kind === own.kind && reading.expiry === own.expiry ? null : 'expiry';
  if (own.name === null || upper(text) === own.name.base) return null;
  const other = reading.name ?? looseName(id, text) ?? looseName(id, reading.bare);
  if (other === null) return null;
  if (other.base !== own.name.base) return 'coin';
  const isOneUnit = traitsOf(id).singleSettlement && isDollar(own.name.quote);
  const isSame = other.quote === null || other.quote === own.name.quote || (isOneUnit && isDollar(other.quote));
  if (!isSame) return 'quote';
  // A pair without a word for its kind says no settlement.
  const isTold = reading.name !== null && reading.kind === 'perpetual';
  return isTold && isCoinMargined(reading.name) !== isCoinMargined(own.name) ? 'settlement' : null;
}

/** True on exchanges whose own names of perpetuals always say so: beside such a name, any other is the spot market's. */
export function marksPerpetuals(exchange: string): boolean {
  return traitsOf(exchangeId(exchange)).marksPerpetuals;
}
