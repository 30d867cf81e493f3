/** Files that stand beside candles, told by their names. */
import path from 'node:path';
import { stemOf } from './stem.ts';

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
