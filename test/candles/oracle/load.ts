/** How all files of a run were read before markets were read one at a time: every answer of today's reading is compared with it. */
import type { CandleFindings, CandleSeries, SkippedFile } from '../../../src/core/candles.ts';
import { marketKey, type Market } from '../../../src/core/market.ts';
import type { CandleFile } from '../../../src/candles/discover.ts';
import { settleKinds } from '../../../src/candles/kinds.ts';
import { mergeSeries } from '../../../src/candles/merge.ts';
import type { ParsedSeries } from '../../../src/candles/reader.ts';
import { readCandleFile, type ReadOptions } from './reader.ts';

interface LoadedMarket {
  readonly market: Market;
  /** At most one per timeframe; empty when no file of the market could be read. */
  readonly series: readonly CandleSeries[];
}

export interface LoadedCandles {
  /** By exchange, then symbol: the same for the same files, whatever order the disk gave. */
  readonly markets: readonly LoadedMarket[];
  readonly skipped: readonly SkippedFile[];
  /** Of every file that was read. */
  readonly findings: readonly CandleFindings[];
  /** Files merged into another's series. */
  readonly mergedFiles: number;
  /** Files of spot candles that stand for a market which has no perpetual ones. */
  readonly spotFiles: number;
}

/**
 * @param onFile is told how many files are done
 * @param unread files that the search skipped: their markets are known by name
 */
export async function loadCandles(
  files: readonly CandleFile[],
  options: ReadOptions,
  onFile: (done: number) => void,
  unread: readonly SkippedFile[] = [],
): Promise<LoadedCandles> {
  const parsed: ParsedSeries[] = [];
  const skipped: SkippedFile[] = [];
  for (const [index, file] of files.entries()) {
    const result = await readCandleFile(file, options);
    if (result.ok) {
      parsed.push(...result.series);
      skipped.push(...result.refused);
    } else skipped.push(result.skipped);
    onFile(index + 1);
  }
  const settled = settleKinds(parsed);
  const merged = mergeSeries(settled);
  const allSkipped = [...skipped, ...merged.leftOut, ...merged.refused];
  return {
    markets: groupByMarket(merged.series, [...unread, ...allSkipped]),
    skipped: allSkipped,
    findings: parsed.map(({ findings }) => findings),
    mergedFiles: merged.mergedFiles,
    spotFiles: settled.filter(({ spot }) => spot).length - merged.leftOut.length,
  };
}

/** A market is known by its readable files, or by the names of those that are not. */
function groupByMarket(series: readonly CandleSeries[], skipped: readonly SkippedFile[]): readonly LoadedMarket[] {
  const markets = new Map<string, { readonly market: Market; readonly series: CandleSeries[] }>();
  const of = (market: Market): CandleSeries[] => {
    const key = marketKey(market);
    const entry = markets.get(key) ?? { market, series: [] };
    markets.set(key, entry);
    return entry.series;
  };
  for (const one of series) of(one.market).push(one);
  for (const { market } of skipped) if (market !== null) of(market);
  return [...markets.values()].sort(
    (a, b) => compareText(a.market.exchange, b.market.exchange) || compareText(a.market.symbol, b.market.symbol),
  );
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
