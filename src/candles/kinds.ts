/** Which files hold the spot market's candles, where no file says so alone: seen beside the other files of the market. */
import path from 'node:path';
import { marksPerpetuals, readMarketName } from '../symbols/naming.ts';
import { keyOfMarket } from './groups.ts';
import type { ParsedSeries } from './reader.ts';

export function settleKinds(parsed: readonly ParsedSeries[]): readonly ParsedSeries[] {
  return parsed.length < 2 ? parsed : besideMarked(byRows(settleArchive(parsed)));
}

/** Files whose rows say `BTC/USDT` are the spot market's beside those that say `BTC/USDT:USDT`, or that they are the perpetual's. */
function byRows(parsed: readonly ParsedSeries[]): readonly ParsedSeries[] {
  const isPerpetual = ({ spot, marked, kindOfRows }: ParsedSeries): boolean =>
    !spot && (marked !== null || kindOfRows === 'perpetual');
  if (!parsed.some(({ kindOfRows }) => kindOfRows === 'spot') || !parsed.some(isPerpetual)) return parsed;
  return parsed.map((item) => (item.kindOfRows === 'spot' ? asSpot(item) : item));
}

const MICROSECONDS_SINCE = Date.UTC(2025, 0, 1);

/**
 * Binance's spot archive tells itself from the one of perpetuals only since 2025, by its microseconds. Files are named the same in
 * both, so that older ones beside such files of the same series, in one folder, are spot as well.
 */
function settleArchive(parsed: readonly ParsedSeries[]): readonly ParsedSeries[] {
  const keyOf = ({ file, series: { market, timeframe } }: ParsedSeries): string =>
    JSON.stringify([path.dirname(file), keyOfMarket(market), timeframe]);
  const isArchive = ({ format }: ParsedSeries): boolean => format === 'binance-klines';
  const spot = new Set(parsed.filter((item) => item.spot && isArchive(item)).map(keyOf));
  if (spot.size === 0) return parsed;
  const isOld = ({ series }: ParsedSeries): boolean => series.time[series.length - 1]! < MICROSECONDS_SINCE;
  return parsed.map((item) => (isArchive(item) && isOld(item) && spot.has(keyOf(item)) ? asSpot(item) : item));
}

function asSpot(item: ParsedSeries): ParsedSeries {
  return { ...item, spot: true };
}

const STRENGTH = { name: 2, folder: 1 } as const;

/**
 * Beside `BTC-USDT-SWAP` a file of the same spelling without that word is the spot market's, and beside a folder of perpetuals one of
 * the same name in a folder that says nothing. On exchanges whose perpetuals always say so, any spelling will do.
 */
function besideMarked(parsed: readonly ParsedSeries[]): readonly ParsedSeries[] {
  const strengthOf = ({ marked }: ParsedSeries): number => (marked === null ? 0 : STRENGTH[marked]);
  if (new Set(parsed.map(strengthOf)).size === 1) return parsed;
  const least = new Map<string, number>();
  for (const item of parsed) {
    const strength = strengthOf(item);
    if (item.spot || strength === 0) continue;
    const { exchange } = item.series.market;
    const market = keyOfMarket(item.series.market);
    const key = spellingKey(item);
    least.set(key, Math.max(strength, least.get(key) ?? 0));
    if (strength === STRENGTH.name && marksPerpetuals(exchange)) least.set(market, STRENGTH.folder);
  }
  const isSpot = (item: ParsedSeries): boolean => {
    const strength = strengthOf(item);
    const needed = Math.max(least.get(spellingKey(item)) ?? 0, least.get(keyOfMarket(item.series.market)) ?? 0);
    return !item.spot && strength < needed;
  };
  return parsed.map((item) => (isSpot(item) ? asSpot(item) : item));
}

function spellingKey({ series: { market }, written }: ParsedSeries): string {
  return `${keyOfMarket(market)} ${readMarketName(market.exchange, written).bare.toUpperCase()}`;
}
