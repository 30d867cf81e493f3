import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { discoverCandleFiles } from '../../src/candles/discover.ts';
import { loadCandles } from '../../src/candles/load.ts';
import type { ReadOptions } from '../../src/candles/reader.ts';
import type { Feed } from '../../src/core/feed.ts';
import { openFeed } from '../../src/feed/sealed-signal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createProgress } from '../../src/platform/progress.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { scan, type ScanRequest } from '../../src/scan.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { SAMPLE } from '../support/cli.ts';

/** For `--as-of`: when the markets of `copyMarkets` are fresh. */
export const AS_OF = new Date(SAMPLE_AS_OF).toISOString();

/** Any format, at the time of the sample. */
export const READ_ANY: ReadOptions = { format: null, exchange: null, now: SAMPLE_AS_OF };

/** Copies `count` files of the sample (at most 71), which then pass for the user's own. Answers with their names, sorted. */
export function copyMarkets(folder: string, count: number): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const names = readdirSync(SAMPLE)
    .filter((name) => name.endsWith('_4h.json'))
    .sort()
    .slice(0, count);
  for (const name of names) copyFileSync(path.join(SAMPLE, name), path.join(folder, name));
  return names;
}

/** What a scan of `folder` without series gives, in this process and without writing. */
export async function scanFolder(folder: string, changes: Partial<ScanRequest> = {}): Promise<Feed> {
  const found = await discoverCandleFiles([folder], { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  const request: ScanRequest = {
    candles: await loadCandles(found.files, READ_ANY, () => undefined, found.skipped),
    files: found.files.length + found.skipped.length,
    skipped: found.skipped,
    inputs: { paths: ['folder'], symbol: null, exchange: null, limit: null, sample: false },
    strategies: STRATEGIES,
    timeframe: '4h',
    asOf: SAMPLE_AS_OF,
    provider: 'none',
    aim: { goal: { kind: 'actionable' }, rest: true },
    referenceVenues: ['Binance'],
    version: '0.0.0',
    runId: 'run',
    previous: null,
    ...changes,
  };
  const log = createLog({
    write: () => undefined,
    level: 'error',
    format: 'text',
    quiet: true,
    secrets: [],
    clock: systemClock,
  });
  const progress = createProgress(process.stderr, { enabled: false });
  const never = new AbortController().signal;
  const endless = { over: never, until: Infinity };
  const fetching = { goal: endless, rest: endless, restEndsBy: 'budget' } as const;
  const services = { clock: systemClock, log, progress, upstream: null, fetching, interrupt: never, publish: null };
  return openFeed(await scan(request, services));
}
