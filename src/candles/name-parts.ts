/** The words of a file's name, put to the parts that they are: exchange, symbol, timeframe and kind, in whatever order tools write them. */
import { kindOfWord } from '../core/market-kind.ts';
import { isOwnSpelling, readMarketName } from '../symbols/naming.ts';
import {
  beginsWithCoin,
  isFiller,
  isMinutesAlone,
  knownExchange,
  readExchangeWord,
  readTimeframe,
  type ExchangeWord,
} from './name-words.ts';

/** `BINANCE_BTCUSDT.P, 240_1a2b3`, as TradingView saves a chart. Its symbols without `.P` are spot markets. */
const TRADINGVIEW = /^(?<exchange>[A-Z\d]+)_(?<symbol>[^,]+), (?<timeframe>\d{1,4}[A-Z]?|[DWM])(?:_[\da-z]{1,8})?$/i;
const WORD = /^[a-z\d][a-z\d. ]*$/i;
const YEAR = /^(?:19|20)\d\d$/;
/** A day, or seconds and milliseconds since 1970. */
const DAY = /^(?:20\d{6}|\d{10}|\d{13})$/;

/** A name as words and what stands before each. */
interface Words {
  readonly words: readonly string[];
  readonly gaps: readonly string[];
}

/** The parts of a name, as they are written. */
export interface NameParts {
  readonly exchange: string | null;
  readonly symbol: string | null;
  /** Null when the name says none. */
  readonly timeframe: string | null;
  /** Words of kinds that stand apart from the symbol. */
  readonly kinds: readonly string[];
  readonly isTradingView: boolean;
  /** Freqtrade's form: `_` between coins and `-` before the timeframe. */
  readonly isFreqtrade: boolean;
  /** A coin and a quote without a settlement. */
  readonly isUnsettled: boolean;
}

/** @param folderExchange of the folders above */
export function partsOf(stem: string, folderExchange: string | null): NameParts {
  const chart = TRADINGVIEW.exec(stem)?.groups;
  if (chart !== undefined) {
    const text = chart['timeframe']!;
    const timeframe = /\d/.test(text) ? text : `1${text}`;
    const exchange = readExchangeWord(chart['exchange']!)?.exchange ?? null;
    return {
      exchange,
      symbol: chart['symbol']!,
      timeframe,
      kinds: [],
      isTradingView: true,
      isFreqtrade: false,
      isUnsettled: true,
    };
  }
  const pieces = stem.split(/([_| -])/);
  const all = { words: pieces.filter((_, i) => i % 2 === 0), gaps: ['', ...pieces.filter((_, i) => i % 2 === 1)] };
  const at = timeframeAt(all.words);
  const isDates = all.words.every((word) => YEAR.test(word) || DAY.test(word) || /^\d\d$/.test(word));
  const before = isDates ? slice(all, 0, 0) : trimmed(slice(all, 0, at ?? all.words.length), false);
  const behind = trimmed(slice(all, (at ?? all.words.length) + 1), true);
  const market = marketAround(before, behind, folderExchange, at === null ? '' : all.gaps[at]!);
  return {
    ...market,
    timeframe: at === null ? null : all.words[at]!,
    isTradingView: false,
    isFreqtrade: market.exchange === null && at !== null && all.gaps[at] === '-' && before.gaps.includes('_'),
    isUnsettled: before.words.length === 2,
  };
}

function slice({ words, gaps }: Words, from: number, to?: number): Words {
  return { words: words.slice(from, to), gaps: gaps.slice(from, to) };
}

/** Where the timeframe stands: the last word that is plainly one, else the last word of all but dates and kinds if it may be one. */
function timeframeAt(words: readonly string[]): number | null {
  const plain = words.findLastIndex((word) => readTimeframe(word)?.isPlain === true);
  if (plain >= 0) return plain;
  const end = words.length - trailing(words, true);
  const isAlone = end === 1 && isMinutesAlone(words[0]!);
  return (end > 1 || isAlone) && readTimeframe(words[end - 1]!) !== null ? end - 1 : null;
}

/** How many words at the end say nothing of a market: fillers and dates; before the timeframe only years, because a day is when a contract ends. */
function trailing(words: readonly string[], dates: boolean): number {
  const isDate = (word: string, at: number): boolean =>
    YEAR.test(word) || (dates && DAY.test(word)) || (/^\d\d$/.test(word) && isDated(words.slice(0, at)));
  const last = words.findLastIndex((word, at) => !isFiller(word) && !isDate(word, at));
  return words.length - 1 - last;
}

/** True when a year stands last, or before a month. */
function isDated(before: readonly string[]): boolean {
  const [year, month] = before.slice(-2);
  return YEAR.test(month ?? year ?? '') || (YEAR.test(year ?? '') && /^\d\d$/.test(month ?? ''));
}

function trimmed(part: Words, dates: boolean): Words {
  const end = part.words.length - trailing(part.words, dates);
  const start = part.words.findIndex((word, i) => !isFiller(word) || isNamePart(word, part.words.slice(i + 1)));
  return slice(part, Math.max(0, start), end);
}

/** NEW is a coin as well, and `crypto_com` an exchange. */
function isNamePart(word: string, rest: readonly string[]): boolean {
  return beginsWithCoin(word, rest) || knownExchange(word + (rest[0] ?? '')) !== null;
}

interface MarketWords {
  readonly exchange: string | null;
  /** Empty when no word is left for it, null when the words are none. */
  readonly symbol: string | null;
  readonly kinds: readonly string[];
}

const NO_MARKET: MarketWords = { exchange: null, symbol: null, kinds: [] };

/** @param gap what stands before the timeframe */
function marketAround(before: Words, behind: Words, folderExchange: string | null, gap: string): MarketWords {
  const kinds = behind.words.filter((word) => kindOfWord(word) !== null);
  const [other, more] = behind.words.filter((word) => kindOfWord(word) === null);
  // `4h_BTCUSDT`
  if (other !== undefined && before.words.length === 0) return marketIn(behind, folderExchange, '');
  // `BTC_USDT_4h_binance`
  const known = other === undefined || more !== undefined ? null : knownExchange(other);
  if (other !== undefined && known === null) return NO_MARKET;
  const market = marketIn(before, known?.exchange ?? folderExchange, known === null ? gap : '');
  if (known !== null && market.exchange !== null) return NO_MARKET;
  const { exchange, symbol } = known === null ? market : { ...market, exchange: known.exchange };
  return { exchange, symbol, kinds: [...market.kinds, ...(known?.kinds ?? []), ...kinds] };
}

function marketIn(part: Words, folderExchange: string | null, gap: string): MarketWords {
  const whole = readMarketName(folderExchange ?? '', textOf(part));
  // `BTC_240628` is no exchange called BTC.
  const isWhole = (folderExchange !== null && whole.name !== null) || whole.expiry !== '';
  const known = exchangeFirst(part) ?? exchangeBehind(part);
  const said = known ?? (gap === '_' && !isWhole ? unknownExchange(part) : null);
  return said ?? { exchange: null, symbol: textOf(part), kinds: [] };
}

/** `BTCUSDT_Binance_futures_UM` and `XBTUSDTM_Kucoin`: a known exchange behind a symbol that is one there. */
function exchangeBehind(part: Words): MarketWords | null {
  const at = part.words.findIndex((word, i) => i > 0 && knownExchange(word) !== null);
  const behind = part.words.slice(at + 1);
  if (at < 0 || beginsWithCoin(part.words[at]!, behind)) return null;
  const { exchange, kinds } = knownExchange(part.words[at]!)!;
  const symbol = textOf(slice(part, 0, at));
  if (readMarketName(exchange, symbol).name === null) return null;
  return behind.every((word) => kindOfWord(word) !== null)
    ? { exchange, symbol, kinds: [...kinds, ...behind] }
    : NO_MARKET;
}

/** A known exchange in the first words, e.g. `coinbase_advanced_trade`. */
function exchangeFirst(part: Words): MarketWords | null {
  const rest = coinsOf(part);
  if (beginsWithCoin(rest[0] ?? '', rest.slice(1))) return null;
  const found = [3, 2, 1].flatMap((length) => {
    const words = part.words.slice(0, length);
    const known =
      words.length === length && words.every((word) => WORD.test(word)) ? knownExchange(words.join('')) : null;
    // Kinds that stand apart are left to the symbol: `PERP` may belong to it.
    return known === null || (length > 1 && known.kinds.length > 0) ? [] : [withoutKinds(known, slice(part, length))];
  });
  // `GATE_IO_USDT` is IO on Gate, because USDT alone is no market.
  return found.find(({ exchange, symbol }) => readMarketName(exchange!, symbol!).name !== null) ?? found[0] ?? null;
}

/** Words of kinds before the symbol stand apart from it, unless it is another one without them. */
function withoutKinds({ exchange, kinds }: ExchangeWord, part: Words): MarketWords {
  const [first, ...others] = part.words;
  const symbol = textOf(part);
  const rest = slice(part, 1);
  const unified = (text: string): string | undefined => readMarketName(exchange, text).name?.unified;
  const isApart = others.length > 0 && kindOfWord(first!) !== null && !isOwnSpelling(symbol);
  if (!isApart || unified(symbol) !== unified(textOf(rest))) return { exchange, symbol, kinds };
  return withoutKinds({ exchange, kinds: [...kinds, first!] }, rest);
}

/** Any word is an exchange in `<EXCHANGE>_<SYMBOL>_<timeframe>`, unless it is a word of another meaning. */
function unknownExchange(part: Words): MarketWords | null {
  const end = part.gaps.indexOf('_', 1);
  if (end < 0) return null;
  const word = textOf(slice(part, 0, end));
  const rest = slice(part, end);
  const said = readExchangeWord(word);
  const isCoin =
    isOwnSpelling(textOf(part)) || beginsWithCoin(word, coinsOf(rest)) || readMarketName('', word).name !== null;
  return said === null || isCoin ? null : { exchange: said.exchange, symbol: textOf(rest), kinds: said.kinds };
}

/** The words that may be coins and quotes; ccxt's colon stands between them as well. */
function coinsOf({ words }: Words): readonly string[] {
  const last = words.findLastIndex((word) => kindOfWord(word) === null);
  return words.slice(0, last + 1).flatMap((word) => word.split(':'));
}

function textOf({ words, gaps }: Words): string {
  return words
    .map((word, i) => (i === 0 ? word : gaps[i]! + word))
    .join('')
    .replaceAll(/[| ]/g, '_');
}
