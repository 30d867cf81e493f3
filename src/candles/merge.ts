/** Several files of one market and timeframe become one series. */
import { sliceColumns, type CandleSeries, type SkippedFile } from '../core/candles.ts';
import { createColumns } from './columns.ts';
import type { TakeColumns } from './column-memory.ts';
import { keyOfMarket } from './groups.ts';
import type { ParsedSeries } from './reader.ts';

export interface MergedSeries {
  /** At most one per market and timeframe, in the order in which they first appeared. */
  readonly series: readonly CandleSeries[];
  /** Files that were merged into another's series. */
  readonly mergedFiles: number;
  /** Spot files left out because the market has perpetual candles. */
  readonly leftOut: readonly SkippedFile[];
  /** Files of markets that contradict themselves: nothing says which of two files is the perpetual's. */
  readonly refused: readonly SkippedFile[];
}

/**
 * Files of one market and timeframe merged by time; where both have a candle, that of the later-modified counts, with the other's
 * volume when it has none. Spot candles are
 * another market's prices: they serve only where a market has nothing else.
 *
 * @param take where merged candles stand
 */
export function mergeSeries(parsed: readonly ParsedSeries[], take: TakeColumns = createColumns): MergedSeries {
  const keys = parsed.map(({ series }) => keyOfMarket(series.market));
  const withPerpetual = new Set(keys.filter((_, i) => !parsed[i]!.spot));
  const groups = new Map<string, ParsedSeries[]>();
  const leftOut: SkippedFile[] = [];
  for (const [i, item] of parsed.entries()) {
    const key = keys[i]!;
    if (item.spot && withPerpetual.has(key)) {
      leftOut.push({ file: item.file, reason: 'not-candles', detail: SPOT_BESIDE, market: item.series.market });
      continue;
    }
    const groupKey = `${key}:${item.series.timeframe}`;
    const group = groups.get(groupKey);
    if (group === undefined) groups.set(groupKey, [item]);
    else group.push(item);
  }
  const conflicts = new Map([...groups.values()].flatMap((group) => conflictIn(group) ?? []));
  let mergedFiles = 0;
  const series: CandleSeries[] = [];
  const refused: SkippedFile[] = [];
  for (const group of groups.values()) {
    const detail = conflicts.get(keyOfMarket(group[0]!.series.market));
    if (detail !== undefined) {
      refused.push(
        ...group.map(({ file, series: { market } }) => ({ file, reason: 'bad-series', detail, market }) as const),
      );
      continue;
    }
    mergedFiles += group.length - 1;
    series.push(group.length === 1 ? group[0]!.series : mergeAll(group, take));
  }
  return { series, mergedFiles, leftOut, refused };
}

const SPOT_BESIDE = 'spot candles: the market has perpetual candles, and the two are not mixed';
/** Spot and perpetual, or two builds of one file, are nearer than this. */
const SAME_PRICE = 0.005;
const MAY_DIFFER = 0.01;

/** The market and what is wrong with it, when two files of `group` that do not say their kind cannot be of one market. */
function conflictIn(group: readonly ParsedSeries[]): readonly [market: string, detail: string][] | null {
  for (const [i, a] of group.entries()) {
    for (const b of group.slice(i + 1)) {
      if (a.marked !== null && b.marked !== null) continue;
      const { shared, differing } = compare(a.series, b.series);
      if (differing <= MAY_DIFFER * shared) continue;
      const detail = `${a.file} and ${b.file} differ by more than 0.5 % in ${differing} of ${shared} shared candles, and neither says whether it is spot or perpetual: put spot files into a folder "spot", or remove one`;
      return [[keyOfMarket(a.series.market), detail]];
    }
  }
  return null;
}

/** Last candles are left out: they may have been unfinished when the file was written. */
function compare(a: CandleSeries, b: CandleSeries): { readonly shared: number; readonly differing: number } {
  let shared = 0;
  let differing = 0;
  let j = 0;
  for (let i = 0; i < a.length - 1; i++) {
    while (j < b.length - 1 && b.time[j]! < a.time[i]!) j++;
    if (j === b.length - 1) break;
    if (b.time[j] !== a.time[i]) continue;
    shared++;
    if (Math.abs(a.close[i]! / b.close[j]! - 1) > SAME_PRICE) differing++;
  }
  return { shared, differing };
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
