/** The time of made-up series on real candles: a file's newest candle is never proven closed, so that they live at its open time. */
import type { CandleFile } from './discover.ts';
import { groupFiles, groupStrays, type MarketFiles } from './groups.ts';
import { readMarket } from './market.ts';
import type { ParsedSeries, ReadOptions } from './reader.ts';
import { createTally } from './tally.ts';

/** Newest candle open time of all markets of `files`, ms UTC; null without candles. Reads every file. */
export async function newestOpen(files: readonly CandleFile[], options: ReadOptions): Promise<number | null> {
  const tally = createTally();
  const groups = await groupFiles(files, [], { ...options, timeframe: 'auto' }, tally);
  const strays: ParsedSeries[] = [];
  for (const group of groups) strays.push(...(await readMarket(group, options, tally)).strays);
  const again: readonly MarketFiles[] = groupStrays(strays, groups);
  for (const group of again) await readMarket(group, options, tally);
  return tally.newestOpen;
}
