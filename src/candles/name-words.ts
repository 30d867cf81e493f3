/** Words in the names of files and folders that say whose candles they are: exchanges, and spot. */
import path from 'node:path';
import { isDollar } from '../core/market.ts';
import { isKnownVenue, venueId } from '../core/venues.ts';

const EXCHANGE = /^(?=.*[a-z])[a-z\d][a-z\d.-]*$/i;
/** What people call files and folders of candles: none of these is an exchange. */
const NO_EXCHANGE = new Set(
  (
    'all backup candle candles cm copy crypto data download downloads export future futures hist historical history ' +
    'kline klines linear inverse my new ohlc ohlcv old perp perpetual perps price prices raw sample spot swap temp test tmp um usdm'
  ).split(' '),
);
/** Coins and currencies that others are priced in, beside the dollars: in `SOL_BTC` the first word is a coin. */
const QUOTES = new Set('BTC XBT ETH BNB EUR GBP JPY TRY BRL AUD KRW'.split(' '));
const SPOT_AT_END = /[-_.]spot$/i;
const SPOT = /(?:^|[^a-z])spot(?:[^a-z]|$)/i;
const DERIVATIVES = /(?:^|[^a-z])(?:futures?|perps?|perpetuals?|swaps?|um|cm|linear|inverse)(?:[^a-z]|$)/i;

export interface ExchangeWord {
  /** Upper case. */
  readonly exchange: string;
  /** True for words such as `binance-spot`. */
  readonly spot: boolean;
}

/** The exchange that a word means; null for words that mean none, such as `data` or `BTCUSDT`. */
export function readExchangeWord(word: string): ExchangeWord | null {
  const spot = SPOT_AT_END.test(word);
  const bare = word.replace(SPOT_AT_END, '');
  if (!EXCHANGE.test(bare) || NO_EXCHANGE.has(bare.toLowerCase())) return null;
  if (isKnownVenue(bare)) return { exchange: venueId(bare), spot };
  return isPair(bare) ? null : { exchange: bare.toUpperCase(), spot };
}

/** True when `first` is the coin and not the exchange of a name such as `SOL_BTC_4h` or `BTC_USD_BTC_4h`. */
export function beginsWithCoin(first: string, rest: readonly string[]): boolean {
  const [quote, settle] = rest.map((word) => word.toUpperCase());
  if (quote === undefined || rest.length > 2) return false;
  if (isDollar(quote) && (settle === undefined || settle === quote)) return true;
  if (isKnownVenue(first)) return false;
  return settle === undefined ? QUOTES.has(quote) : settle === quote || settle === first.toUpperCase();
}

/** `BTCUSDT`: a coin and what it is priced in, in one word. */
export function isPair(word: string): boolean {
  const upper = word.toUpperCase();
  return [3, 4, 5].some((length) => upper.length > length && isDollar(upper.slice(-length)));
}

/** Of the file before: thousands stand in one folder. */
let latest = { folder: '', isSpot: false };

/** True when the innermost folder above `file` that says a kind of market says spot. */
export function isSpotFolder(file: string): boolean {
  return isInSpotFolder(path.dirname(file));
}

/** As `isSpotFolder`, for any file of `folder`. */
export function isInSpotFolder(folder: string): boolean {
  if (folder !== latest.folder) latest = { folder, isSpot: saysSpot(folder) };
  return latest.isSpot;
}

function saysSpot(folder: string): boolean {
  const says = folder
    .split(/[\\/]/)
    .reverse()
    .find((name) => SPOT.test(name) !== DERIVATIVES.test(name));
  return says !== undefined && SPOT.test(says);
}

/** The words of a symbol without `spot`, which some write before or behind it. */
export function withoutSpot(words: readonly string[]): { readonly words: readonly string[]; readonly spot: boolean } {
  const isSpot = (word: string | undefined): boolean => word?.toLowerCase() === 'spot';
  if (words.length > 1 && isSpot(words[0])) return { words: words.slice(1), spot: true };
  if (words.length > 1 && isSpot(words.at(-1))) return { words: words.slice(0, -1), spot: true };
  return { words, spot: false };
}
