/** Several files of one market and timeframe become one series. */
import path from 'node:path';
import { sliceColumns, type CandleSeries, type SkippedFile } from '../core/candles.ts';
import { marketKey } from '../core/market.ts';
import { createColumns } from './columns.ts';
import type { TakeColumns } from './column-memory.ts';
import type { ParsedSeries } from './reader.ts';

export interface MergedSeries {
  /** At most one per market and timeframe, in the order in which they first appeared. */
  readonly series: readonly CandleSeries[];
  /** Files that were merged into another's series. */
  readonly mergedFiles: number;
  /** Spot files left out because the market has perpetual candles. */
  readonly skipped: readonly SkippedFile[];
}

const MICROSECONDS_SINCE = Date.UTC(2025, 0, 1);

/**
 * Binance's spot archive tells itself from the one of perpetuals only since 2025, by its microseconds. Files are named the same in
 * both, so that older ones beside such files of the same series, in one folder, are spot as well.
 */
export function settleSpot(parsed: readonly ParsedSeries[]): readonly ParsedSeries[] {
  const keyOf = ({ file, series: { market, timeframe } }: ParsedSeries): string =>
    JSON.stringify([path.dirname(file), marketKey(market), timeframe]);
  const isArchive = ({ format }: ParsedSeries): boolean => format === 'binance-klines';
  const spot = new Set(parsed.filter((item) => item.spot && isArchive(item)).map(keyOf));
  if (spot.size === 0) return parsed;
  const isOld = ({ series }: ParsedSeries): boolean => series.time[series.length - 1]! < MICROSECONDS_SINCE;
  return parsed.map((item) => (isArchive(item) && isOld(item) && spot.has(keyOf(item)) ? asSpot(item) : item));
}

function asSpot(item: ParsedSeries): ParsedSeries {
  return { ...item, spot: true };
}

/**
 * Files of one market and timeframe merged by time; where both have a candle, that of the later-modified counts, with the other's
 * volume when it has none. Spot candles are
 * another market's prices: they serve only where a market has nothing else.
 *
 * @param take where merged candles stand
 */
export function mergeSeries(parsed: readonly ParsedSeries[], take: TakeColumns = createColumns): MergedSeries {
  const withPerpetual = new Set(parsed.filter(({ spot }) => !spot).map(({ series }) => marketKey(series.market)));
  const groups = new Map<string, ParsedSeries[]>();
  const skipped: SkippedFile[] = [];
  for (const item of parsed) {
    const key = marketKey(item.series.market);
    if (item.spot && withPerpetual.has(key)) {
      const detail = 'spot candles: the market has perpetual candles, and the two are not mixed';
      skipped.push({ file: item.file, reason: 'not-candles', detail, market: item.series.market });
      continue;
    }
    const groupKey = `${key}:${item.series.timeframe}`;
    const group = groups.get(groupKey);
    if (group === undefined) groups.set(groupKey, [item]);
    else group.push(item);
  }
  let mergedFiles = 0;
  const series: CandleSeries[] = [];
  for (const group of groups.values()) {
    mergedFiles += group.length - 1;
    series.push(group.length === 1 ? group[0]!.series : mergeAll(group, take));
  }
  return { series, mergedFiles, skipped };
}

function mergeAll(group: ParsedSeries[], take: TakeColumns): CandleSeries {
  return group
    .sort(byAge)
    .map((item) => item.series)
    .reduce((older, newer) => mergeTwo(older, newer, take));
}

/** Oldest first. Equal writing times, as after a checkout, are told apart by the newest candle, then by name. */
function byAge(a: ParsedSeries, b: ParsedSeries): number {
  const lastOpen = ({ series }: ParsedSeries): number => series.time[series.length - 1]!;
  return a.modifiedAt - b.modifiedAt || lastOpen(a) - lastOpen(b) || (a.file < b.file ? -1 : 1);
}

function mergeTwo(older: CandleSeries, newer: CandleSeries, take: TakeColumns): CandleSeries {
  const merged = take(older.length + newer.length);
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < older.length || j < newer.length) {
    const olderTime = i < older.length ? older.time[i]! : Infinity;
    const newerTime = j < newer.length ? newer.time[j]! : Infinity;
    const from = newerTime <= olderTime ? newer : older;
    const row = from === newer ? j : i;
    merged.time[length] = from.time[row]!;
    merged.open[length] = from.open[row]!;
    merged.high[length] = from.high[row]!;
    merged.low[length] = from.low[row]!;
    merged.close[length] = from.close[row]!;
    const volume = from.volume[row]!;
    merged.volume[length] = olderTime === newerTime && Number.isNaN(volume) ? older.volume[i]! : volume;
    length++;
    if (olderTime <= newerTime) i++;
    if (newerTime <= olderTime) j++;
  }
  return sliceColumns({ market: newer.market, timeframe: newer.timeframe, ...merged }, 0, length);
}
