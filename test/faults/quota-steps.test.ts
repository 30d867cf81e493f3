import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseFeed } from '../../src/feed/parse.ts';
import { workplace, type Workplace } from '../support/cli.ts';
import { largestWindow, type Arrival } from './counting-server.ts';
import { figure, FULL } from './figures.ts';
import { copyMarkets } from './market-folder.ts';
import { startScan, type Ended, type ScanProcess } from './scan-process.ts';
import { NEVER_ANSWERED, startWorldServer, type WorldServer } from './world-server.ts';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const DAY = 24 * HOUR;
const SET_CLOCK = path.join(import.meta.dirname, 'set-clock-process.ts');
/** Room for one request of the 12 markets in each window. */
const CALLS = 14;
const WINDOW_MS = 1_000;
const DEADLINE_MS = 60_000;
const STEPS = [20 * SECOND, -20 * SECOND, HOUR, -HOUR, DAY, -DAY];
/** One each way. */
const SOME = FULL ? STEPS : [-HOUR, DAY];

let place: Workplace;
const servers: WorldServer[] = [];
const running = new Set<ScanProcess>();

beforeEach(() => {
  place = workplace();
  copyMarkets(place.path('candles'), 12);
  mkdirSync(place.path('out'));
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  running.clear();
  for (const server of servers.splice(0)) await server.close();
  place.remove();
});

async function newServer(): Promise<WorldServer> {
  const server = await startWorldServer();
  servers.push(server);
  return server;
}

interface Clocked {
  /** How far off the wall clock is from the start, and by how much it is set later. */
  readonly off?: number;
  readonly step?: number;
  readonly deadlineMs?: number;
  readonly timeoutMs?: number;
}

/** A scan with a cache and a feed of its own, whose wall clock can be set. */
function start(server: WorldServer, name: string, clocked: Clocked): ScanProcess {
  const { off = 0, step = 0, deadlineMs = DEADLINE_MS, timeoutMs = 2_000 } = clocked;
  const scan = startScan(place, {
    url: server.url,
    args: ['--output', `out/${name}.json`, '--deadline', `${deadlineMs}ms`, '--budget', `${deadlineMs}ms`],
    env: {
      NODE_OPTIONS: `--import=${SET_CLOCK}`,
      PERPSCAN_CLOCK_OFF: String(off),
      PERPSCAN_CLOCK_STEP: String(step),
      SCAN_CACHE_DIR: place.path(`cache-${name}`),
      SCAN_QUOTA_CALLS: String(CALLS),
      SCAN_QUOTA_WINDOW_MS: String(WINDOW_MS),
      SCAN_REQUEST_TIMEOUT_MS: String(timeoutMs),
    },
  });
  running.add(scan);
  return scan;
}

/** Sets its clock when request number `at` has come in. */
function setAt(server: WorldServer, scan: ScanProcess, at: number): void {
  server.hold(() => {
    if (server.asked.length === at) scan.child.kill('SIGUSR2');
    return Promise.resolve();
  });
}

/** How it ended, and how long after its last line, ms. */
async function endOf({ child, ended }: ScanProcess): Promise<Ended & { readonly afterMs: number }> {
  let lastLine = performance.now();
  child.stderr!.on('data', () => (lastLine = performance.now()));
  const result = await ended;
  return { ...result, afterMs: performance.now() - lastLine };
}

function peakOf({ asked }: WorldServer): number {
  const arrivals: Arrival[] = asked.map(({ at, symbols }) => ({ at, calls: Math.max(1, symbols.length), from: '' }));
  return largestWindow(arrivals, WINDOW_MS);
}

function expectWhole(name: string): void {
  const parsed = parseFeed(readFileSync(place.path('out', `${name}.json`), 'utf8'), name);
  if (!parsed.ok) throw new Error(parsed.detail);
  expect(parsed.feed.run, name).toMatchObject({ stage: 'complete', degraded: false });
}

const named = (step: number): string => `${step > 0 ? 'ahead' : 'back'}-${Math.abs(step / SECOND)}s`;

describe('a wall clock that is set', () => {
  it('during a run changes nothing: it fetches all within its deadline and its quota, and its process ends', async () => {
    const runs = await Promise.all(
      SOME.map(async (step) => {
        const server = await newServer();
        const scan = start(server, named(step), { step });
        setAt(server, scan, 3);
        return { step, server, ...(await endOf(scan)) };
      }),
    );
    for (const { step, server, code, ms, afterMs, stderr } of runs) {
      expect(code, stderr).toBe(0);
      expectWhole(named(step));
      // Six requests, of which five need a window each; a machine with much to do may send one again.
      expect(server.asked.length, named(step)).toBeGreaterThanOrEqual(6);
      expect(ms, named(step)).toBeLessThan(DEADLINE_MS);
      expect(afterMs, named(step)).toBeLessThan(2_000);
      expect(peakOf(server), named(step)).toBeLessThanOrEqual(CALLS);
    }
    const longest = Math.round(Math.max(...runs.map(({ ms }) => ms)));
    const after = Math.round(Math.max(...runs.map(({ afterMs }) => afterMs)));
    const peak = Math.max(...runs.map(({ server }) => peakOf(server)));
    const how = `the clock set by ${SOME.map(named).join(', ')} during a run`;
    figure('A9', `${how}: whole feeds after at most ${longest} of ${DEADLINE_MS} ms`);
    figure('A12', `${how}: the process ends at most ${after} ms after its last line`);
    figure('A14', `${how}: 0 requests over the quota, largest window ${peak} of ${CALLS}`);
  });

  it('between runs neither opens the quota nor locks the key', async () => {
    const runs = await Promise.all(
      SOME.map(async (off) => {
        const server = await newServer();
        const name = named(off);
        await start(server, `first-${name}`, { off }).ended;
        const asked = server.asked.length;
        const { code, ms, stderr } = await start(server, `second-${name}`, {}).ended;
        expect(code, stderr).toBe(0);
        expectWhole(`second-${name}`);
        expect(server.asked.length - asked).toBeGreaterThanOrEqual(6);
        expect(ms, name).toBeLessThan(DEADLINE_MS);
        return { ms, peak: peakOf(server) };
      }),
    );
    const peak = Math.max(...runs.map((run) => run.peak));
    expect(peak).toBeLessThanOrEqual(CALLS);
    figure(
      'A14',
      `the clock set by ${SOME.map(named).join(', ')} between two runs: largest window ${peak} of ${CALLS}, ` +
        `the second whole after ${Math.round(Math.max(...runs.map(({ ms }) => ms)))} ms`,
    );
  });

  it('neither puts off a deadline nor brings it forward', async () => {
    const deadlineMs = 4_000;
    const runs = await Promise.all(
      SOME.map(async (step) => {
        const server = await newServer();
        const scan = start(server, `late-${named(step)}`, { step, deadlineMs, timeoutMs: DEADLINE_MS });
        server.hold(() => {
          if (server.asked.length < 3) return Promise.resolve();
          scan.child.kill('SIGUSR2');
          return NEVER_ANSWERED;
        });
        return { step, ...(await scan.ended) };
      }),
    );
    for (const { step, code, ms, stderr } of runs) {
      expect(code, stderr).toBe(3);
      expect(stderr, named(step)).toContain('[SUCCESS]');
      expect(ms, named(step)).toBeGreaterThan(deadlineMs);
      expect(ms, named(step)).toBeLessThan(deadlineMs + 6_000);
    }
    const late = Math.round(Math.max(...runs.map(({ ms }) => ms)) - deadlineMs);
    figure(
      'A9',
      `a server that hangs and a clock that is set: over ${late} ms after the deadline at the latest, exit 3`,
    );
  });

  it('leaves SIGTERM its patience, and no longer', async () => {
    const ends = await Promise.all(
      SOME.map(async (step) => {
        const server = await newServer();
        const scan = start(server, `ended-${named(step)}`, { step });
        await new Promise<void>((resolve) => {
          server.hold(() => {
            if (server.asked.length < 3) return Promise.resolve();
            scan.child.kill('SIGUSR2');
            resolve();
            return NEVER_ANSWERED;
          });
        });
        const sent = performance.now();
        scan.child.kill('SIGTERM');
        const { code, stderr } = await scan.ended;
        expect(code, stderr).toBe(143);
        return performance.now() - sent;
      }),
    );
    expect(Math.max(...ends)).toBeLessThan(8_000);
    figure('A12', `SIGTERM after the clock was set: longest end ${Math.round(Math.max(...ends))} ms`);
  });
});
