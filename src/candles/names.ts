/** What the name of a candle file says. Never guessed: a market under a wrong name costs more than one left out. */
import path from 'node:path';
import type { FileSkipReason } from '../core/candles.ts';
import type { Market } from '../core/market.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, timeframeOf, TIMEFRAMES, type Timeframe } from '../core/time.ts';

/** The series that a file's name speaks of. */
export interface NamedSeries {
  readonly market: Market;
  readonly timeframe: Timeframe;
  /** True when the name says that the candles are the spot market's. */
  readonly spot: boolean;
}

export type NameReading =
  | { readonly ok: true; readonly named: NamedSeries }
  | {
      readonly ok: false;
      readonly reason: FileSkipReason;
      readonly detail: string;
      /** Known when only the timeframe is not. */
      readonly market: Market | null;
    };

const EXTENSION = /\.(?:json|feather|parquet|csv|zip)(?:\.gz)?$/i;
/** An upper-case M is a month, as at ccxt; `1Mo` is Freqtrade's. */
const TIMEFRAME = /^(\d{1,4})(m|h|H|d|D|w|W|M|Mo)$/;
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, H: HOUR_MS, d: DAY_MS, D: DAY_MS };
const EXCHANGE = /^(?=.*[a-z])[a-z\d][a-z\d.-]*$/i;
const TICKER = /^[\p{L}\p{N}]+$/u;
const QUOTE = /^[a-z]{2,5}$/i;
const PERPETUAL = /^(?:swap|perp|perpetual)$/i;
/** `240927` or `27SEP24`: a delivery date. */
const EXPIRY = /^(?:\d{6}|\d{1,2}[a-z]{3}\d{2})$/i;
const FREQTRADE = /^(?<pair>.+)-(?<timeframe>\d+[a-z]{1,2})(?:-(?<kind>[a-z_\d]+))?$/i;
const FREQTRADE_NO_CANDLES = /-(?:trades|(?:mark|index|premiumIndex|funding_rate|open_interest)(?:_[a-z\d]+)?)$/i;

/** The file's name without folder and extension, in composed Unicode (macOS decomposes names). */
function stemOf(file: string): string {
  return path.basename(file).normalize('NFC').replace(EXTENSION, '');
}

/** True for what Freqtrade keeps beside its candles: mark and index prices, funding, open interest, trades. */
export function isFreqtradeSideFile(file: string): boolean {
  return FREQTRADE_NO_CANDLES.test(stemOf(file));
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
  if (!TIMEFRAME.test(timeframe) || !EXCHANGE.test(exchange)) return null;
  return readingOf(exchange, stem.slice(first + 1, last), timeframe, false);
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
  if (kind !== undefined && kind !== 'futures') {
    return { ok: false, reason: 'not-candles', detail: `"-${kind}" files hold no candles of a market`, market: null };
  }
  const parts = pair.split('_');
  const namesExchange = parts.length === 4 && isSettled(parts.slice(1));
  const exchange = namesExchange ? parts[0]! : exchangeFolder(file);
  const symbolParts = namesExchange ? parts.slice(1) : parts;
  if (exchange === null || !EXCHANGE.test(exchange)) {
    return unknownName('it names no exchange: put it in a folder named like the exchange, e.g. binance');
  }
  if (symbolParts.length < 2) return unknownName('it names no pair such as BTC_USDT');
  return readingOf(exchange, symbolParts.join('_'), timeframe, kind === undefined && !isSettled(symbolParts));
}

/** `data/` is Freqtrade's own parent of the exchange folders. */
function exchangeFolder(file: string): string | null {
  const folder = path.dirname(file);
  const name = path.basename(folder) === 'futures' ? path.basename(path.dirname(folder)) : path.basename(folder);
  return name === 'data' ? null : name.replace(/[-_]futures$/i, '');
}

function readingOf(exchangeName: string, symbolText: string, timeframeText: string, spot: boolean): NameReading {
  const parts = symbolText.split(/[_-]/);
  if (parts.some((part, index) => index > 0 && EXPIRY.test(part))) {
    return unknownName('it names a dated future, and only perpetual markets are scanned');
  }
  const symbol = joinSymbol(parts);
  if (symbol === null)
    return unknownName('its symbol cannot be read: expected one like BTCUSDT, BTC_USDT or BTC-USDT-SWAP');
  const market: Market = {
    exchange: exchangeName.toUpperCase(),
    symbol: /\p{Lu}/u.test(symbol) ? symbol : symbol.toUpperCase(),
  };
  const timeframe = readTimeframe(timeframeText);
  if (timeframe === null) {
    const detail = `timeframe ${timeframeText} is not used: known are ${TIMEFRAMES.join(' ')}`;
    return { ok: false, reason: 'unknown-timeframe', detail, market };
  }
  return { ok: true, named: { market, timeframe, spot } };
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
  return base + (quote ?? '');
}

/** ccxt's `BTC/USDT:USDT` or `BTC/USD:BTC` with the separators replaced. */
function isSettled(parts: readonly string[]): boolean {
  const [base, quote, settle] = parts;
  return parts.length === 3 && (settle === quote || settle === base);
}
