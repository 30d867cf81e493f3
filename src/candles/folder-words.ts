/** What the folders above a file say of its candles. */
import path from 'node:path';
import { kindOfText, kindOfWord, marginOfText, type KindWord, type Margin } from '../core/market-kind.ts';
import type { Timeframe } from '../core/time.ts';
import { readMarketName } from '../symbols/naming.ts';
import { isFiller, isMinutesAlone, knownExchange, readExchangeWord, readTimeframe } from './name-words.ts';

export interface FolderWords {
  /** Of the nearest folder that is an exchange, if only folders of other words known here stand between. Upper case. */
  readonly exchange: string | null;
  /** Of the innermost folder that says a kind of market. */
  readonly kind: KindWord | null;
  /** What contracts settle in, by that folder. */
  readonly margin: Margin | null;
  /** As the folder is called. */
  readonly symbol: string | null;
  readonly timeframe: Timeframe | null;
}

/** Of the file before: thousands stand in one folder. */
let latest: { readonly folder: string; readonly words: FolderWords } | null = null;

export function folderWords(folder: string): FolderWords {
  if (latest?.folder !== folder) latest = { folder, words: read(folder) };
  return latest.words;
}

function read(folder: string): FolderWords {
  const names = folder.split(/[\\/]/).filter(Boolean).reverse();
  const saying = names.find((name) => kindIn(name) !== null);
  let [exchange, symbol, timeframe]: [string | null, string | null, Timeframe | null] = [null, null, null];
  // One folder that is nothing else may be a symbol: the exchange above it knows.
  let doubtful: { readonly name: string; readonly timeframe: Timeframe | null } | null = null;
  for (const name of names) {
    const at = exchangeIn(name);
    timeframe ??= timeframeIn(at === null ? name : name.split(/[-_ ]/).at(-1)!);
    exchange = at;
    if (at !== null) break;
    const isSymbol = readMarketName('', name).name !== null;
    if (!isSymbol && (timeframeIn(name) !== null || isBetween(name))) continue;
    if (symbol !== null || doubtful !== null) break;
    if (isSymbol) symbol = name;
    else doubtful = { name, timeframe };
  }
  if (doubtful !== null) {
    if (exchange !== null && readMarketName(exchange, doubtful.name).name !== null) symbol = doubtful.name;
    else [exchange, timeframe] = [null, doubtful.timeframe];
  }
  return {
    exchange,
    symbol,
    timeframe,
    kind: saying === undefined ? null : kindIn(saying),
    margin: saying === undefined ? null : marginOfText(saying),
  };
}

/** `margin`, `options` and `quarterly` count alone or with an exchange: `options-bot` is a folder of anything. */
function kindIn(name: string): KindWord | null {
  const kind = kindOfText(name);
  const isPlain = kind === 'perpetual' || /spot/i.test(name);
  return isPlain || isStructure(name) || exchangeIn(name) !== null ? kind : null;
}

/** Numbers below an hour and single letters are names of other folders as well. */
function timeframeIn(name: string): Timeframe | null {
  const told = readTimeframe(name);
  if (told === null || !(told.isPlain || /^[a-z]{2,}$/i.test(name) || isMinutesAlone(name))) return null;
  return told.timeframe;
}

/** `bybit-futures` and `okx_4h` are exchanges; `binance bot` is none. */
function exchangeIn(name: string): string | null {
  const whole = knownExchange(name);
  if (whole !== null) return whole.exchange;
  const words = name.split(/[-_ ]/);
  const rest = words.filter((word) => kindOfWord(word) === null && readTimeframe(word) === null);
  return rest.length < words.length && rest.length > 0 ? (knownExchange(rest.join(''))?.exchange ?? null) : null;
}

/** What stands between an exchange's folder and its files in archives. */
function isStructure(name: string): boolean {
  return name.split(/[-_ ]/).every((word) => kindOfWord(word) !== null || STRUCTURE.test(word));
}

const STRUCTURE = /^(?:klines?|candles?|ohlcv?|monthly|usd[tsc]?|coin|m|margined|current|this|next|bi)$/i;

/** A folder that is no symbol on any exchange, because it is structure, a year or a day, or says nothing, as `data` does. */
function isBetween(name: string): boolean {
  return isStructure(name) || name.split(/[-_ ]/).every((word) => isFiller(word) || /^\d+$/.test(word));
}

/** Only below `data/`, Freqtrade's own parent of them, is each folder an exchange, whatever its name. */
export function freqtradeExchange(folder: string): string | null {
  const own = kindOfWord(path.basename(folder)) === null ? folder : path.dirname(folder);
  const isFreqtrade = path.basename(path.dirname(own)).toLowerCase() === 'data';
  const name = path.basename(own);
  return isFreqtrade && !isFiller(name) ? (readExchangeWord(name)?.exchange ?? null) : null;
}
