/** What the name of a candle file says. Never guessed: a market under a wrong name costs more than one left out. */
import path from 'node:path';
import type { FileSkipReason } from '../core/candles.ts';
import { kindOfWord, marginOfWords, type Margin } from '../core/market-kind.ts';
import { isDollar, type Market } from '../core/market.ts';
import { TIMEFRAMES, type Timeframe } from '../core/time.ts';
import {
  contradiction,
  isCoinMargined,
  isOwnSpelling,
  marketSymbol,
  readMarketName,
  type NameReading as SymbolReading,
} from '../symbols/naming.ts';
import { folderWords, freqtradeExchange, type FolderWords } from './folder-words.ts';
import { partsOf, type NameParts } from './name-parts.ts';
import { isPair, readTimeframe } from './name-words.ts';
import { stemOf } from './stem.ts';

/** What a file's name and folder say of its series; null for what they do not say. */
export interface FileName {
  /** Upper case. */
  readonly exchange: string | null;
  /** As it is written, e.g. `BTC-USDT-SWAP`: the exchange, where only others know it, decides how the market is spelled. */
  readonly symbol: string | null;
  readonly timeframe: Timeframe | null;
  /** True when the name or a folder says that the candles are the spot market's. */
  readonly spot: boolean;
  /** What says that they are the perpetual's. */
  readonly marked: 'name' | 'folder' | null;
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

/**
 * What a file's name and folder say, in whatever way people name candle files; a name that says nothing is no failure,
 * because the content may say it.
 *
 * @param file absolute path
 */
export function readCandleName(file: string): NameReading {
  const folder = path.dirname(file);
  const above = folderWords(folder);
  const parts = partsOf(stemOf(file), above.exchange);
  const byProgram = parts.isFreqtrade && above.exchange === null ? freqtradeExchange(folder) : null;
  const exchange = parts.exchange ?? above.exchange ?? byProgram;
  const told = parts.timeframe === null ? null : readTimeframe(parts.timeframe);
  const timeframe = told === null ? above.timeframe : told.timeframe;
  const symbol = parts.symbol === '' ? above.symbol : parts.symbol;
  const reading = readMarketName(exchange ?? '', symbol ?? '');
  const { kind, marked, margin } = kindSaid(parts, above, reading.kind);
  if (kind === 'dated') return unknownName('it names a dated future, and only perpetual markets are scanned');
  if (kind === 'option') return unknownName('it names an option, and only perpetual markets are scanned');
  const folderSymbol = parts.symbol === '' ? null : above.symbol;
  if (symbol !== null && folderSymbol !== null && isOtherMarket(parts.exchange, exchange, symbol, folderSymbol))
    return unknownName(`its name says ${symbol} but its folder ${folderSymbol}: rename one of them`);
  const said = { exchange, timeframe, spot: kind === 'spot', marked };
  // Without a timeframe any word could stand there.
  const isSymbol = reading.name !== null || (told !== null && isOneSymbol(symbol ?? ''));
  if (symbol === null || !isSymbol) return { ok: true, named: { ...said, symbol: null } };
  const spelled = margin === null ? symbol : settledIn(margin, exchange, symbol);
  if (told?.timeframe === null) return unusedTimeframe(exchange, spelled, parts.timeframe!);
  return { ok: true, named: { ...said, symbol: spelled } };
}

function unknownName(detail: string): NameReading {
  return { ok: false, reason: 'unknown-name', detail, market: null };
}

function unusedTimeframe(exchange: string | null, symbol: string, text: string): NameReading {
  const detail = `timeframe ${text} is not used: known are ${TIMEFRAMES.join(' ')}`;
  const spelled = exchange === null ? null : marketSymbol(exchange, symbol);
  const market: Market | null = exchange === null || spelled === null ? null : { exchange, symbol: spelled };
  return { ok: false, reason: 'unknown-timeframe', detail, market };
}

interface KindSaid extends Pick<FileName, 'marked'> {
  readonly kind: SymbolReading['kind'];
  /** What words beside the symbol say that contracts settle in. */
  readonly margin: Margin | null;
}

/** The name counts before the folders, and in it the symbol before other words. */
function kindSaid(parts: NameParts, above: FolderWords, ofSymbol: SymbolReading['kind']): KindSaid {
  const words = parts.kinds.map(kindOfWord);
  const byWords = words.find((word) => word === 'option' || word === 'dated') ?? words[0] ?? null;
  const byProgram = parts.isTradingView || (parts.isFreqtrade && parts.isUnsettled) ? 'spot' : null;
  const isUnscanned = byWords === 'option' || byWords === 'dated';
  const byName = isUnscanned ? byWords : (ofSymbol ?? byWords ?? byProgram);
  const kind = byName ?? above.kind;
  return {
    kind,
    marked: kind !== 'perpetual' ? null : byName === null ? 'folder' : 'name',
    margin: marginOfWords(parts.kinds) ?? (byName === null ? above.margin : null),
  };
}

/** `XBTUSD` in a folder of inverse contracts settles in its coin, and in one of linear ones in dollars, whatever the exchange's others do. */
function settledIn(margin: Margin, exchange: string | null, symbol: string): string {
  const { name } = readMarketName(exchange ?? '', symbol);
  if (name === null || name.quote !== 'USD' || isCoinMargined(name) === (margin === 'coin')) return symbol;
  const [coin] = name.unified.split('/');
  return `${coin}_USD_${margin === 'coin' ? name.base : 'USD'}`;
}

/** Whether the symbol that a folder is called is another market than the file's. Where a file names its exchange, a folder of any word is no coin. */
function isOtherMarket(own: string | null, exchange: string | null, symbol: string, folder: string): boolean {
  if (own !== null && readMarketName('', folder).name === null) return false;
  return contradiction(exchange ?? '', symbol, folder) !== null;
}

/** A word, or a coin and its quote; in `BTCUSDT_x` the second word is no quote. */
function isOneSymbol(text: string): boolean {
  const [first = '', second] = text.split(/[-_]/);
  if (isOwnSpelling(text)) return true;
  if (marketSymbol('', text) === null || isDollar(text.toUpperCase())) return false;
  return second === undefined || !isPair(first) || isDollar(second.toUpperCase());
}
