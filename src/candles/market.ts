/** One market at a time: all its files read together, into memory that the next market uses again. */
import type { CandleSeries, SkippedFile } from '../core/candles.ts';
import type { Market } from '../core/market.ts';
import { copied, startMarket, takeForMarket } from './column-memory.ts';
import { keyOfMarket, type MarketFiles } from './groups.ts';
import { settleKinds } from './kinds.ts';
import { mergeSeries } from './merge.ts';
import { isReadOver } from './plain-rows.ts';
import { readNamedFile, type ParsedSeries, type ReadOptions, type ReadResult } from './reader.ts';
import { countFile, type ReadTally } from './tally.ts';

export interface MarketCandles {
  /** As the group is called. */
  readonly market: Market;
  /** True when nothing but spot candles stand for the market. */
  readonly spot: boolean;
  /** At most one per timeframe; empty when no file could be read. They last until the next market is read. */
  readonly series: readonly CandleSeries[];
  /** False when all its files turned out to hold candles of other markets: then there is no such market. */
  readonly known: boolean;
  /** What its files hold of other markets, in memory of its own. None when the market is read again. */
  readonly strays: readonly ParsedSeries[];
  /** Parts of its files that cannot be used and belong to other markets. */
  readonly strayParts: readonly SkippedFile[];
}

/** What the files of one market hold. */
interface Contents {
  readonly parsed: ParsedSeries[];
  readonly strays: ParsedSeries[];
  readonly strayParts: SkippedFile[];
  /** Files and parts of the market itself that could not be used. */
  unusable: number;
}

/**
 * Reads all files of the market and merges those of one timeframe. Files that are read again, because more turned up of their market,
 * are not counted again.
 */
export async function readMarket(group: MarketFiles, options: ReadOptions, tally: ReadTally): Promise<MarketCandles> {
  startMarket();
  const market: Market = { exchange: group.exchange, symbol: group.symbol };
  const contents: Contents = { parsed: [], strays: [], strayParts: [], unusable: group.skipped.length };
  const isFirst = group.heldBefore === null;
  const last = group.files.length - 1;
  for (const [index, { file, named }] of group.files.entries()) {
    const reading = readNamedFile(file, { ok: true, named }, options);
    const result = reading instanceof Promise ? await reading : reading;
    if (isFirst) countFile(tally, result);
    sort(result, market, contents, index === last);
  }
  const own = contents.parsed.length;
  for (const parsed of group.held) contents.parsed.push(ofMarket(parsed, market));
  if (!isFirst) uncount(contents.parsed.slice(0, own + group.heldBefore), tally);
  const { series, spot } = settle(contents.parsed, tally);
  return {
    market,
    spot,
    series,
    known: contents.parsed.length > 0 || contents.unusable > 0,
    strays: isFirst ? contents.strays : [],
    strayParts: isFirst ? contents.strayParts : [],
  };
}

/** Adds what a file holds to what the market or others have. Only the last file may leave its candles where the next one is read. */
function sort(result: ReadResult, market: Market, contents: Contents, isLast: boolean): void {
  if (!result.ok) {
    addUnusable(result.skipped, market, contents);
    return;
  }
  for (const refused of result.refused) addUnusable(refused, market, contents);
  for (const parsed of result.series) {
    if (!isSameMarket(parsed.series.market, market)) contents.strays.push({ ...parsed, series: copied(parsed.series) });
    else if (isLast || !isReadOver(parsed.series.time)) contents.parsed.push(ofMarket(parsed, market));
    else contents.parsed.push(ofMarket({ ...parsed, series: copied(parsed.series, takeForMarket) }, market));
  }
}

function addUnusable(skipped: SkippedFile, market: Market, contents: Contents): void {
  if (skipped.market === null || isSameMarket(skipped.market, market)) contents.unusable++;
  else contents.strayParts.push(skipped);
}

function isSameMarket(a: Market, b: Market): boolean {
  return (a.exchange === b.exchange && a.symbol === b.symbol) || keyOfMarket(a) === keyOfMarket(b);
}

/** `parsed` under the name that the market has. */
function ofMarket(parsed: ParsedSeries, market: Market): ParsedSeries {
  const { series } = parsed;
  const isCalledSo = series.market.symbol === market.symbol && series.market.exchange === market.exchange;
  return isCalledSo ? parsed : { ...parsed, series: { ...series, market } };
}

/** Merges and counts. */
function settle(
  parsed: readonly ParsedSeries[],
  tally: ReadTally,
): { readonly series: readonly CandleSeries[]; readonly spot: boolean } {
  const settled = settleKinds(parsed);
  const { series, mergedFiles, leftOut, refused } =
    settled.length === 1 ? alone(settled[0]!) : mergeSeries(settled, takeForMarket);
  const spotFiles = settled.filter(({ spot }) => spot).length - leftOut.length;
  tally.mergedFiles += mergedFiles;
  tally.spotFiles += spotFiles;
  for (const one of [...leftOut, ...refused]) tally.skipped.push(one);
  return { series, spot: spotFiles > 0 };
}

function alone({ series }: ParsedSeries): ReturnType<typeof mergeSeries> {
  return { series: [series], mergedFiles: 0, leftOut: [], refused: [] };
}

/** Takes back what was counted when the market was read without its strays. */
function uncount(parsed: readonly ParsedSeries[], tally: ReadTally): void {
  const settled = settleKinds(parsed);
  const { mergedFiles, leftOut, refused } = mergeSeries(settled);
  tally.mergedFiles -= mergedFiles;
  tally.spotFiles -= settled.filter(({ spot }) => spot).length - leftOut.length;
  for (const { file, market } of [...leftOut, ...refused]) {
    const at = tally.skipped.findIndex((one) => one.file === file && one.market?.symbol === market?.symbol);
    if (at >= 0) tally.skipped.splice(at, 1);
  }
}
