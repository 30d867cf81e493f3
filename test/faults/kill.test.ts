import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, watch } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/feed/parse.ts';
import { LAUNCHER, workplace } from '../support/cli.ts';
import { figure, rounds } from './figures.ts';
import { AS_OF, copyMarkets } from './market-folder.ts';
import { createRandom, freshSeed, type Random } from './random.ts';

/** Runs on one cache, so that it is killed while empty, half full and full. */
const KILLS_PER_CACHE = 4;
/** Every third kill waits for the temp of the feed: at a random moment it is hardly ever there. */
const KILLS_PER_AIMED_ONE = 3;
/** A run that fetches writes the feed so often. */
const STAGES = 3;

/** Kills beyond the number asked for, when a busy machine let none fall on a temp. */
const MORE_FOR_A_TEMP = 30;

const place = workplace();
const output = place.path('out');
const feed = path.join(output, 'feed.json');
const cacheOf = (round: number): string => place.path(`cache-${Math.floor(round / KILLS_PER_CACHE)}`);

beforeAll(() => {
  copyMarkets(place.path('candles'), 24);
  mkdirSync(output);
});
afterAll(() => place.remove());

function startScan(cache: string): ChildProcess {
  const args = ['candles', '--provider', 'sandbox', '--as-of', AS_OF, '--output', feed, '--quiet'];
  return spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: place.folder,
    env: { PATH: '/usr/bin:/bin', HOME: place.folder, SCAN_CACHE_DIR: cache, SCAN_STATE_DIR: place.path('state') },
    stdio: 'ignore',
  });
}

/** Lets a scan end by itself; answers with its time in ms. */
async function wholeScan(cache: string): Promise<number> {
  const started = performance.now();
  const [code] = (await once(startScan(cache), 'exit')) as [number | null];
  expect(code).toBe(0);
  return performance.now() - started;
}

/** The entries that a reader of the cache sees now, each with its value's checksum; those with a wrong one are left out. */
function soundEntries(cache: string): ReadonlySet<string> {
  const file = path.join(cache, 'perpscan.sqlite');
  if (!existsSync(file)) return new Set();
  const db = new DatabaseSync(file, { timeout: 5_000 });
  try {
    const tables = db.prepare("SELECT 1 FROM sqlite_schema WHERE name = 'kept'").all();
    const rows = tables.length === 0 ? [] : db.prepare('SELECT key, value, expires, crc FROM kept').all();
    return new Set(
      rows
        .filter(
          ({ key, value, expires, crc }) => crc32(String(value), crc32(`${String(key)} ${String(expires)}`)) === crc,
        )
        .map(({ key }) => String(key)),
    );
  } finally {
    db.close();
  }
}

const tempsOf = (pid: number | undefined): readonly string[] =>
  readdirSync(output).filter((name) => name.endsWith('.tmp') && name.includes(`.${pid}.`));

/** True when a temp of the process is there. */
const hasTemp = (pid: number | undefined): boolean => tempsOf(pid).length > 0;

/** Stops the scan when its temp after `earlier` others appears, one for each stage; settles then, or when the scan ends. */
async function tempOrExit(child: ChildProcess, exited: Promise<unknown>, earlier: number): Promise<void> {
  const done = new AbortController();
  const seen = new Set<string>();
  try {
    const appeared = new Promise<void>((resolve) => {
      const watcher = watch(output, { signal: done.signal }, () => {
        for (const name of tempsOf(child.pid)) seen.add(name);
        if (seen.size <= earlier || !hasTemp(child.pid)) return;
        // What follows takes longer than it would need to finish.
        child.kill('SIGSTOP');
        resolve();
      });
      watcher.on('error', () => undefined);
    });
    await Promise.race([appeared, exited]);
  } finally {
    done.abort();
  }
}

interface Kill {
  /** False when the scan was faster. */
  readonly hit: boolean;
  readonly withTemp: boolean;
  readonly committed: number;
  readonly lost: number;
  readonly corrupt: boolean;
}

async function killOnce(round: number, durationMs: number, random: Random): Promise<Kill> {
  const before = existsSync(feed) ? readFileSync(feed, 'utf8') : null;
  const cache = cacheOf(round);
  const child = startScan(cache);
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  // Before the first stage there is nothing in the cache that could be lost.
  if (round % KILLS_PER_AIMED_ONE === 0) await tempOrExit(child, exited, (round / KILLS_PER_AIMED_ONE + 1) % STAGES);
  else await Promise.race([wait(random.next() * durationMs), exited]);
  const committed = soundEntries(cache);
  child.kill('SIGKILL');
  const [, signal] = await exited;
  const after = existsSync(feed) ? readFileSync(feed, 'utf8') : null;
  const kept = soundEntries(cache);
  return {
    hit: signal === 'SIGKILL',
    withTemp: hasTemp(child.pid),
    committed: committed.size,
    lost: [...committed].filter((key) => !kept.has(key)).length,
    corrupt: after !== before && (after === null || !parseFeed(after, feed).ok),
  };
}

describe('scans that are killed', () => {
  it('leave a whole feed, lose nothing of the cache, and the next run cleans up', async () => {
    const durationMs = await wholeScan(place.path('cache-first'));
    const random = createRandom(freshSeed());
    const kills: Kill[] = [];
    const total = rounds(4, 200);
    let leftover = 0;
    let hits = 0;
    let withTemp = 0;
    while (hits < total || (withTemp === 0 && hits < total + MORE_FOR_A_TEMP)) {
      const round = kills.length;
      const isFilled = round % KILLS_PER_CACHE >= KILLS_PER_CACHE / 2;
      const kill = await killOnce(round, isFilled ? durationMs / 2 : durationMs, random);
      kills.push(kill);
      hits += Number(kill.hit);
      withTemp += Number(kill.withTemp);
      if (kills.length % 10 !== 0 && hits < total) continue;
      await wholeScan(cacheOf(round));
      leftover += readdirSync(output).filter((name) => name !== 'feed.json').length;
    }
    const sum = (of: (kill: Kill) => number): number => kills.reduce((all, kill) => all + of(kill), 0);
    const corrupt = sum((kill) => Number(kill.corrupt));
    const lost = sum((kill) => kill.lost);
    figure(
      'A2',
      `kill -9 leaves the old feed or the new one: ${hits} kills (${withTemp} with a temp on disk), ${corrupt} corrupt feeds, ` +
        `${lost} of ${sum((kill) => kill.committed)} committed cache entries lost, ${leftover} temps after the next run`,
    );
    const seed = `seed ${random.seed}`;
    expect(corrupt, seed).toBe(0);
    expect(lost, seed).toBe(0);
    expect(leftover, seed).toBe(0);
    expect(withTemp, 'no kill came while the feed was written').toBeGreaterThan(0);
    expect(sum((kill) => kill.committed)).toBeGreaterThan(0);
  });
});
