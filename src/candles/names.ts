/** What the name of a candle file says. Never guessed: a market under a wrong name costs more than one left out. */
import path from 'node:path';
import type { FileSkipReason } from '../core/candles.ts';
import { isDollar, type Market } from '../core/market.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, timeframeOf, TIMEFRAMES, type Timeframe } from '../core/time.ts';
import { isKnownVenue, venueId } from '../core/venues.ts';
import { beginsWithCoin, isPair, isSpotFolder, readExchangeWord, withoutSpot } from './name-words.ts';

/** What a file's name and folder say of its series; null for what they do not say. */
export interface FileName {
  /** Upper case. */
  readonly exchange: string | null;
  /** As `Market.symbol`. */
  readonly symbol: string | null;
  readonly timeframe: Timeframe | null;
  /** True when the name says that the candles are the spot market's. */
  readonly spot: boolean;
}

export type NameReading =
  | { readonly ok: true; readonly named: FileName }
  | {
      readonly ok: false;
      readonly reason: FileSkipReason;
      readonly detail: string;
      /** Known when only the timeframe is not. */
      readonly market: Market | null;
    };

const EXTENSION =
  /\.(?:gz|tgz|(?:json|jsonl|ndjson|feather|parquet|csv|tsv|txt|zip|h5|hdf5|npy|npz|sqlite3?|db|xlsx?|ods|arrow|pkl|tar)(?:\.(?:gz|zip|bz2|xz|zst|7z|rar))?)$/i;
/** An upper-case M is a month, as at ccxt; `1Mo` is Freqtrade's. */
const TIMEFRAME = /^(\d{1,4})(m|h|H|d|D|w|W|M|mo|Mo)$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, H: HOUR_MS, d: DAY_MS, D: DAY_MS };
const TICKER = /^[\p{L}\p{N}]+$/u;
const QUOTE = /^[a-z]{2,5}$/i;
const PERPETUAL = /^(?:swap|perp|perpetual)$/i;
/** `240927` or `27SEP24`: a delivery date. */
const EXPIRY = /^(?:\d{6}|\d{1,2}[a-z]{3}\d{2})$/i;
const FREQTRADE = /^(?<pair>.+)-(?<timeframe>\d+[a-z]{1,2})(?:-(?<kind>[a-z_\d]+))?$/i;
/** What Freqtrade keeps beside its candles. */
const FREQTRADE_ASIDE = /-(?<kind>trades|(?:mark|index|premiumIndex|funding_rate|open_interest)(?:_[a-z\d]+)?)$/i;
/** What Binance's archive keeps beside its candles: told by the name, or for prices of another kind by the folder alone. */
const BINANCE_ASIDE =
  /-(?<kind>fundingRate|metrics|aggTrades|trades|bookTicker|bookDepth|liquidationSnapshot|BVOLIndex|EOHSummary)-\d{4}-\d\d(?:-\d\d)?$/;
const BINANCE_ASIDE_FOLDER = /[\\/](?<kind>markPriceKlines|indexPriceKlines|premiumIndexKlines)[\\/]/;
const ASIDE_WORDS: readonly (readonly [start: string, words: string])[] = [
  ['mark', 'mark prices'],
  ['index', 'index prices'],
  ['premiumindex', 'premium index'],
  ['funding', 'funding rates'],
  ['open_interest', 'open interest'],
  ['metrics', 'open interest and long/short ratios'],
  ['aggtrades', 'trades'],
  ['trades', 'trades'],
  ['book', 'order book'],
  ['liquidation', 'liquidations'],
];

/** The file's name without folder and extension, in composed Unicode (macOS decomposes names). */
function stemOf(file: string): string {
  return path.basename(file).normalize('NFC').replace(EXTENSION, '');
}

/** Of the file before: thousands stand in one folder. */
let latest = { folder: '', aside: false };

/**
 * What a file that stands beside candles holds, e.g. `funding rates`, by its name and folder: what Freqtrade and Binance's archive
 * keep there. Null for all others.
 */
export function sideFileKind(file: string): string | null {
  const folder = path.dirname(file);
  if (folder !== latest.folder) latest = { folder, aside: BINANCE_ASIDE_FOLDER.test(file) };
  // Every name that says so has a hyphen.
  if (!latest.aside && !file.includes('-', folder.length)) return null;
  const stem = stemOf(file);
  const found = FREQTRADE_ASIDE.exec(stem) ?? BINANCE_ASIDE.exec(stem) ?? BINANCE_ASIDE_FOLDER.exec(file);
  const kind = found?.groups?.['kind'];
  if (kind === undefined) return null;
  return ASIDE_WORDS.find(([start]) => kind.toLowerCase().startsWith(start))?.[1] ?? kind;
}

/**
 * `<EXCHANGE>_<SYMBOL>_<timeframe>`, e.g. `HYPERLIQUID_kPEPEUSDT_4h.json`. The symbol may be written with separators, as
 * ccxt dumps are: `BINANCE_BTC_USDT_4h`, `BINANCE_BTC_USDT_USDT_4h`, `OKX_BTC-USDT-SWAP_4h`. Null when the name has not this form.
 */
export function readExchangeSymbolName(file: string): NameReading | null {
  const stem = stemOf(file);
  const first = stem.indexOf('_');
  const last = stem.lastIndexOf('_');
  if (first === last) return null;
  const timeframe = stem.slice(last + 1);
  const exchange = stem.slice(0, first);
  const symbol = stem.slice(first + 1, last);
  const said = readExchangeWord(exchange);
  const words = wordsOf(symbol);
  if (!TIMEFRAME.test(timeframe) || said === null || beginsWithCoin(exchange, words)) return null;
  const spot = said.spot || (isSpotFolder(file) && !isPerpetual(words));
  return readingOf(said.exchange, symbol, timeframe, spot);
}

/**
 * Freqtrade's `<exchange>/futures/BTC_USDT_USDT-1h-futures.json` and, for spot, `<exchange>/BTC_USDT-1h.json`. The folder is
 * the exchange (`bybit-futures` is BYBIT); `binance_BTC_USDT_USDT-1h-futures` names it itself. Null when the name has not this form.
 *
 * @param file absolute path
 */
export function readFreqtradeName(file: string): NameReading | null {
  const groups = FREQTRADE.exec(stemOf(file))?.groups;
  const pair = groups?.['pair'];
  const timeframe = groups?.['timeframe'];
  if (pair === undefined || timeframe === undefined || !TIMEFRAME.test(timeframe)) return null;
  const kind = groups?.['kind'];
  if (kind !== undefined && kind !== 'futures' && kind !== 'spot') {
    return { ok: false, reason: 'not-candles', detail: `"-${kind}" files hold no candles of a market`, market: null };
  }
  const parts = wordsOf(pair, '_');
  const namesExchange = parts.length === 4 && isSettled(parts.slice(1));
  const exchange = namesExchange ? (readExchangeWord(parts[0]!)?.exchange ?? null) : exchangeFolder(file);
  const symbolParts = namesExchange ? parts.slice(1) : parts;
  if (symbolParts.length < 2) return unknownName('it names no pair such as BTC_USDT');
  return readingOf(exchange, symbolParts.join('_'), timeframe, kind !== 'futures' && !isSettled(symbolParts));
}

/** `BTCUSDT-4h-2024-01`, `BTCUSDT-1h`, `BTC-USDT_4h`: no exchange. The date is the one of Binance's archive. */
const SYMBOL_ONLY = /^(?<symbol>.+?)[-_](?<timeframe>\d+[a-z]{1,2})(?:-\d{4}-\d\d(?:-\d\d)?)?$/i;

/**
 * What a file's name and folder say, in whatever way people name candle files; a name that says nothing is no failure,
 * because the content may say it.
 *
 * @param file absolute path
 */
export function readCandleName(file: string): NameReading {
  const named = readExchangeSymbolName(file);
  if (named !== null && isSettledReading(named)) return named;
  const stem = stemOf(file);
  if (FREQTRADE.exec(stem)?.groups?.['pair']?.includes('_') === true) {
    const reading = readFreqtradeName(file);
    if (reading !== null && isSettledReading(reading)) return reading;
  }
  const groups = SYMBOL_ONLY.exec(stem)?.groups;
  const symbol = groups?.['symbol'];
  const timeframe = groups?.['timeframe'];
  const spot = isSpotFolder(file) && !isPerpetual(wordsOf(symbol ?? ''));
  if (symbol === undefined || timeframe === undefined || !TIMEFRAME.test(timeframe)) {
    return { ok: true, named: { exchange: knownFolder(file), symbol: null, timeframe: null, spot } };
  }
  const dated = symbol.split(/[_-]/).some((part, index) => index > 0 && EXPIRY.test(part));
  if (dated || readSymbol(symbol) !== null) return readingOf(knownFolder(file), symbol, timeframe, spot);
  return { ok: true, named: { exchange: knownFolder(file), symbol: null, timeframe: readTimeframe(timeframe), spot } };
}

/** False for a name of that form whose words say no symbol: it may be of another form, or say nothing. */
function isSettledReading(reading: NameReading): boolean {
  return reading.ok || reading.reason !== 'unknown-name';
}

const KIND_FOLDER = /^(?:spot|futures|swap|perp|perpetual|\d+[mhd])$/i;

/** The folder's name where it is that of an exchange: any other folder would make an exchange of a word. */
function knownFolder(file: string): string | null {
  const folder = path.dirname(file);
  const own = path.basename(folder);
  const name = KIND_FOLDER.test(own) ? path.basename(path.dirname(folder)) : own;
  const bare = name.replace(/[-_](?:futures|perp|swap|spot)$/i, '');
  return isKnownVenue(bare) ? venueId(bare) : null;
}

/** A folder of any other name is none: only below `data/`, Freqtrade's own parent of them, is each folder an exchange. */
function exchangeFolder(file: string): string | null {
  const own = path.dirname(file);
  const folder = /^(?:futures|spot)$/i.test(path.basename(own)) ? path.dirname(own) : own;
  const name = path.basename(folder).replace(/[-_](?:futures|spot)$/i, '');
  const isFreqtrade = path.basename(path.dirname(folder)).toLowerCase() === 'data';
  return isKnownVenue(name) || isFreqtrade ? (readExchangeWord(name)?.exchange ?? null) : null;
}

function readingOf(exchange: string | null, symbolText: string, timeframeText: string, spot: boolean): NameReading {
  const parts = wordsOf(symbolText);
  if (parts.some((part, index) => index > 0 && EXPIRY.test(part))) {
    return unknownName('it names a dated future, and only perpetual markets are scanned');
  }
  const { words, spot: isNamedSpot } = withoutSpot(parts);
  const symbol = symbolOf(words);
  if (symbol === null)
    return unknownName('its symbol cannot be read: expected one like BTCUSDT, BTC_USDT or BTC-USDT-SWAP');
  const timeframe = readTimeframe(timeframeText);
  if (timeframe === null) {
    const detail = `timeframe ${timeframeText} is not used: known are ${TIMEFRAMES.join(' ')}`;
    const market: Market | null = exchange === null ? null : { exchange, symbol };
    return { ok: false, reason: 'unknown-timeframe', detail, market };
  }
  return { ok: true, named: { exchange, symbol, timeframe, spot: spot || isNamedSpot } };
}

/** `BTC-USDT-SWAP`, `BTC_USDT_USDT` and `btcusdt` as a market's symbol; null when it is none. */
export function readSymbol(text: string): string | null {
  return symbolOf(withoutSpot(wordsOf(text)).words);
}

function symbolOf(words: readonly string[]): string | null {
  const symbol = joinSymbol(words);
  return symbol === null || /\p{Lu}/u.test(symbol) ? symbol : symbol.toUpperCase();
}

/** ccxt's `BTC/USDT:USDT` keeps its colon in some names. */
function wordsOf(symbol: string, separators: '_' | '_-' = '_-'): readonly string[] {
  const plain = symbol.includes(':') ? symbol.replace(/([_-][a-z\d]+):([a-z\d]+)$/i, '$1_$2') : symbol;
  return plain.split(separators === '_' ? '_' : /[_-]/);
}

function isPerpetual(words: readonly string[]): boolean {
  return isSettled(words) || (words.length > 1 && PERPETUAL.test(words.at(-1)!));
}

function unknownName(detail: string): NameReading {
  return { ok: false, reason: 'unknown-name', detail, market: null };
}

function readTimeframe(text: string): Timeframe | null {
  const [, count, unit] = TIMEFRAME.exec(text) ?? [];
  const unitMs = unit === undefined ? undefined : UNIT_MS[unit];
  return unitMs === undefined ? null : timeframeOf(Number(count) * unitMs);
}

/** The exchange's own name without separators, contract type and settlement coin; null when the parts are no symbol. */
function joinSymbol(parts: readonly string[]): string | null {
  const named = parts.length > 1 && PERPETUAL.test(parts.at(-1)!) ? parts.slice(0, -1) : parts;
  const pair = isSettled(named) ? named.slice(0, 2) : named;
  const [base, quote] = pair;
  if (pair.length > 2 || base === undefined || !TICKER.test(base)) return null;
  if (quote !== undefined && !QUOTE.test(quote)) return null;
  // In `BTCUSDT_um` the second word is no quote.
  if (quote !== undefined && isPair(base) && !isDollar(quote.toUpperCase())) return null;
  return base + (quote ?? '');
}

/** ccxt's `BTC/USDT:USDT` or `BTC/USD:BTC` with the separators replaced. */
function isSettled(parts: readonly string[]): boolean {
  const [base, quote, settle] = parts;
  return parts.length === 3 && (settle === quote || settle === base);
}
