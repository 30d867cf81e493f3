import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { ReadOptions } from '../../src/candles/reader.ts';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained, type Signal } from '../../src/core/signal.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { scan, type ScanRequest } from '../../src/scan.ts';
import { requestOf, settled } from '../job/world.ts';
import { SAMPLE } from '../support/places.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

/** For `--as-of`: when the markets of `copyMarkets` are fresh. */
export const AS_OF = new Date(SAMPLE_AS_OF).toISOString();

const EVERYTHING = { goal: { kind: 'actionable' }, remaining: true } as const;

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

/** What a scan of `folder` without series gives, in this process and without writing. The feed does not say which folder it was. */
export async function scanFolder(folder: string, changes: Partial<ScanRequest> = {}): Promise<Feed> {
  const request = { ...requestOf([folder], EVERYTHING), provider: 'none', strategies: STRATEGIES, ...changes } as const;
  const never = new AbortController().signal;
  const endless = { over: never, until: Infinity };
  const scanned = await scan(request, {
    clock: systemClock,
    tell: () => undefined,
    connect: () => Promise.reject(new Error('nothing is fetched here')),
    time: { goal: endless, remaining: endless, remainingEndsBy: 'budget' },
    interrupt: never,
    previous: () => null,
    publish: null,
  });
  if (!scanned.ok) throw new Error(`none of ${scanned.files} files could be read`);
  const { schema_version, last_updated, run, summary, markets, recent, signals } = settled(scanned.feed);
  const inputs = { ...run.inputs, paths: ['/folder'] };
  return { schema_version, last_updated, run: { ...run, inputs }, summary, markets, recent, signals };
}

/** A signal as its market alone makes it: its rank and the breadth count the other markets. */
export function alone(signal: Signal): string {
  const own = { ...signal, rank_in_strategy: null };
  return JSON.stringify(isExplained(signal) ? { ...own, breadth: null } : own);
}
