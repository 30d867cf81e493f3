/** Words in the names of files and folders: exchanges, timeframes, dates, and what people write around them. */
import { kindOfWord, venueAndKinds } from '../core/market-kind.ts';
import { isDollar } from '../core/market.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS, timeframeOf, type Timeframe } from '../core/time.ts';
import { isKnownVenue, venueId } from '../core/venues.ts';
import { parseQuote, QUOTES } from '../symbols/naming.ts';

const EXCHANGE = /^(?=.*[a-z])[a-z\d][a-z\d.-]*$/i;
/** What people call files and folders of candles: none of these is an exchange or a coin. */
const FILLERS = new Set(
  (
    'all backup bars candle candles copy crypto data download downloads export feed full hist historical history ' +
    'kline klines my new ohlc ohlcv old price prices raw sample temp test tmp'
  ).split(' '),
);
/** Exchanges that share their name with a coin. */
const COINS_TOO = new Set('ASTER DELTA DYDX GATE HTX LIGHTER VERTEX WOO XT'.split(' '));

/** True for words that say nothing of a market, such as `candles`. */
export function isFiller(word: string): boolean {
  return FILLERS.has(word.toLowerCase());
}

export interface ExchangeWord {
  /** Upper case. */
  readonly exchange: string;
  /** Words behind the exchange that say the kind of its markets. */
  readonly kinds: readonly string[];
}

/** The exchange that is known by this name; null for all other words. */
export function knownExchange(text: string): ExchangeWord | null {
  const { venue, kinds } = venueAndKinds(text);
  // `DYDXUSDTM` is a coin of KuCoin's.
  const isCoin = COINS_TOO.has(venue.toUpperCase()) && /^[a-z]/i.test(text.slice(venue.length));
  return isKnownVenue(venue) && !isCoin ? { exchange: venueId(venue), kinds } : null;
}

/** The exchange that a word means, known or not; null for words that mean none, such as `data` or `BTCUSDT`. */
export function readExchangeWord(word: string): ExchangeWord | null {
  const known = knownExchange(word);
  if (known !== null) return known;
  const { venue, kinds } = venueAndKinds(word);
  if (!EXCHANGE.test(venue) || isFiller(venue) || kindOfWord(venue) !== null || isPair(venue)) return null;
  return { exchange: venue.toUpperCase(), kinds };
}

/** An exchange as a flag names it: `binanceusdm` is BINANCE. */
export function exchangeNamed(text: string): string {
  return knownExchange(text)?.exchange ?? text.toUpperCase();
}

/** True when `first` is the coin and not the exchange of a name such as `SOL_BTC_4h` or `BTC_USD_BTC_4h`. */
export function beginsWithCoin(first: string, rest: readonly string[]): boolean {
  const [quote, settle] = rest.map((word) => word.toUpperCase());
  if (quote === undefined || rest.length > 2) return false;
  if (isDollar(quote) && (settle === undefined || settle === quote || (quote === 'USD' && isDollar(settle)))) {
    return knownExchange(first) === null || COINS_TOO.has(first.toUpperCase());
  }
  if (knownExchange(first) !== null) return false;
  return settle === undefined ? QUOTES.has(parseQuote(quote)) : settle === quote || settle === first.toUpperCase();
}

/** `BTCUSDT`: a coin and what it is priced in, in one word. */
export function isPair(word: string): boolean {
  const upper = word.toUpperCase();
  return [3, 4, 5].some((length) => upper.length > length && isDollar(upper.slice(-length)));
}

const COUNTED = /^(\d{1,4})(m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|mo|months?)$/i;
/** MetaTrader's `H4` and `M15`. */
const COUNT_BEHIND = /^([mhdw])(\d{1,3})$/i;
const NAMED: ReadonlyMap<string, string> = new Map([
  ...['minute', 'min', 'minutely'].map((word) => [word, '1m'] as const),
  ...['hour', 'hourly', 'h'].map((word) => [word, '1h'] as const),
  ...['day', 'daily', 'd'].map((word) => [word, '1d'] as const),
]);
const UNIT_MS: Readonly<Record<string, number>> = { m: MINUTE_MS, h: HOUR_MS, d: DAY_MS };

export interface TimeframeWord {
  /** Null for a length that is not used, such as a week. */
  readonly timeframe: Timeframe | null;
  /** True for `4h` and `240min`; false for words that may mean something else, such as `240`, `d` and `hour`. */
  readonly isPlain: boolean;
}

/** The timeframe that a word means; null for words that mean none. An upper-case M behind a number is a month, as at ccxt. */
export function readTimeframe(word: string): TimeframeWord | null {
  const counted = COUNTED.exec(word);
  if (counted !== null) return { timeframe: lengthOf(counted[1]!, counted[2]!), isPlain: true };
  const behind = COUNT_BEHIND.exec(word);
  if (behind !== null) return { timeframe: lengthOf(behind[2]!, behind[1]!.toLowerCase()), isPlain: true };
  const named = NAMED.get(word.toLowerCase());
  if (named !== undefined) return { timeframe: named as Timeframe, isPlain: false };
  const minutes = /^\d{1,4}$/.test(word) ? timeframeOf(Number(word) * MINUTE_MS) : null;
  return minutes === null ? null : { timeframe: minutes, isPlain: false };
}

/** `240` where nothing stands beside it: a number below an hour is as well that of a part. */
export function isMinutesAlone(word: string): boolean {
  return Number(word) >= 60;
}

function lengthOf(count: string, unit: string): Timeframe | null {
  const isMonth = unit === 'M' || /^mo/i.test(unit);
  const unitMs = isMonth ? undefined : UNIT_MS[unit[0]!.toLowerCase()];
  return unitMs === undefined ? null : timeframeOf(Number(count) * unitMs);
}
