/** Both ways of reading, brought to one form that can be compared bit for bit. */
import { createHash } from 'node:crypto';
import { discoverCandleFiles, type CandleFile, type Discovery } from '../../../src/candles/discover.ts';
import { groupFiles, groupStrays } from '../../../src/candles/groups.ts';
import { readMarket, type MarketCandles } from '../../../src/candles/market.ts';
import type { ParsedSeries, ReadOptions } from '../../../src/candles/reader.ts';
import { createTally } from '../../../src/candles/tally.ts';
import type { CandleSeries, SkippedFile } from '../../../src/core/candles.ts';
import { loadCandles } from './load.ts';

export interface Told {
  /** Per market its series, by timeframe, each with the hash of its columns. */
  readonly markets: Readonly<Record<string, readonly string[]>>;
  readonly skipped: readonly string[];
  readonly rows: Readonly<Record<string, number>>;
  readonly filesWith: Readonly<Record<string, number>>;
  readonly mergedFiles: number;
  readonly spotFiles: number;
}

function seriesText({ timeframe, length, time, open, high, low, close, volume }: CandleSeries): string {
  const hash = createHash('sha256');
  for (const column of [time, open, high, low, close, volume]) {
    hash.update(new Uint8Array(column.buffer, column.byteOffset, 8 * length));
  }
  return `${timeframe} ${length} ${hash.digest('hex').slice(0, 16)}`;
}

const skippedText = ({ file, reason, detail, market }: SkippedFile): string =>
  `${file} ${reason} ${market?.exchange}:${market?.symbol} ${detail}`;

export async function search(paths: readonly string[]): Promise<Extract<Discovery, { ok: true }>> {
  const found = await discoverCandleFiles(paths, { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  return found;
}

/** As all files were read at once. */
export async function readAtOnce(
  files: readonly CandleFile[],
  unread: readonly SkippedFile[],
  options: ReadOptions,
): Promise<Told> {
  const loaded = await loadCandles(files, options, () => undefined, unread);
  const tally = createTally();
  for (const findings of loaded.findings) {
    for (const [kind, count] of Object.entries(findings) as [keyof typeof findings, number][]) {
      tally.rows[kind] += count;
      if (count > 0) tally.filesWith[kind]++;
    }
  }
  return {
    markets: Object.fromEntries(
      loaded.markets.map(({ market, series }) => [
        `${market.exchange}:${market.symbol}`,
        series.map(seriesText).sort(),
      ]),
    ),
    skipped: loaded.skipped.map(skippedText).sort(),
    rows: tally.rows,
    filesWith: tally.filesWith,
    mergedFiles: loaded.mergedFiles,
    spotFiles: loaded.spotFiles,
  };
}

/** As a run reads them: market by market, and again those of which strays turned up. */
export async function readByMarket(
  files: readonly CandleFile[],
  unread: readonly SkippedFile[],
  options: ReadOptions,
): Promise<Told> {
  const tally = createTally();
  const groups = await groupFiles(files, unread, { ...options, timeframe: '4h' }, tally);
  const markets = new Map<string, readonly string[]>();
  const strays: ParsedSeries[] = [];
  const strayParts: SkippedFile[] = [];
  const take = (read: MarketCandles): void => {
    const { exchange, symbol } = read.market;
    if (read.known) markets.set(`${exchange}:${symbol}`, read.series.map(seriesText).sort());
  };
  for (const group of groups) {
    const read = await readMarket(group, options, tally);
    take(read);
    strays.push(...read.strays);
    strayParts.push(...read.strayParts);
  }
  for (const group of groupStrays(strays, groups, strayParts)) take(await readMarket(group, options, tally));
  const { skipped, rows, filesWith, mergedFiles, spotFiles } = tally;
  return {
    markets: Object.fromEntries([...markets].sort(([a], [b]) => (a < b ? -1 : 1))),
    skipped: skipped.map(skippedText).sort(),
    rows,
    filesWith,
    mergedFiles,
    spotFiles,
  };
}
