import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerLimits } from '../../src/platform/ledger.ts';
import { largestWindow, startCountingServer, type CountingServer } from './counting-server.ts';
import { figure, FULL, rounds } from './figures.ts';
import type { QuotaOrder } from './quota-process.ts';

const PROCESS = path.join(import.meta.dirname, 'quota-process.ts');
const PROCESSES = 4;
/** Longer than four processes take to start beside other work. */
const LIMITS: LedgerLimits = { calls: 40, windowMs: rounds(1_500, 3_000), minSpacingMs: 2, requestTimeoutMs: 500 };

/** When four processes have loaded all that they need. */
const STARTED_MS = rounds(800, 1_500);

const PARTS = ['', '-wal', '-shm'];
const cut = (file: string, bytes: number): void => {
  truncateSync(file, bytes);
  for (const part of PARTS.slice(1)) rmSync(file + part, { force: true });
};

const DAMAGES: Readonly<Record<string, (file: string) => void>> = {
  'no byte': (file) => cut(file, 0),
  'another file': (file) => writeFileSync(file, '{"no":"database"}'.repeat(4_096)),
  'one byte': (file) => cut(file, 1),
  'a cut page': (file) => cut(file, 5_000),
  'a page of nothing': (file) => writeFileSync(file, readFileSync(file).fill(0x55, 4_096)),
  'a header of nothing': (file) => writeFileSync(file, readFileSync(file).fill(0x55, 0, 100)),
};
const REMOVALS: Readonly<Record<string, (file: string) => void>> = {
  'the file alone': (file) => rmSync(file, { force: true }),
  'with its folder': (file) => rmSync(path.dirname(file), { recursive: true, force: true }),
  'with its log': (file) => PARTS.forEach((part) => rmSync(file + part, { force: true })),
  'for an empty one': (file) => {
    rmSync(file, { force: true });
    writeFileSync(file, '');
  },
};

function some(all: Readonly<Record<string, (file: string) => void>>, count: number): typeof all {
  return FULL ? all : Object.fromEntries(Object.entries(all).slice(0, count));
}

describe('a ledger that four processes use', () => {
  let folder: string;
  let file: string;
  let server: CountingServer;
  const children = new Set<ChildProcess>();

  beforeEach(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-ledger-'));
    file = path.join(folder, 'state', 'quota.sqlite');
    server = await startCountingServer(() => 0);
  });
  afterEach(async () => {
    await end();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function end(): Promise<void> {
    const ended = [...children].map((child) => new Promise((resolve) => child.on('close', resolve)));
    for (const child of children) child.kill('SIGKILL');
    await Promise.all(ended);
    children.clear();
  }

  function start(changes: Partial<QuotaOrder>): Promise<string> {
    const order: QuotaOrder = {
      url: server.url,
      ledger: file,
      limits: LIMITS,
      requests: 0,
      size: 20,
      fixedWindow: false,
      openAt: 0,
      ...changes,
    };
    const child = spawn(process.execPath, [PROCESS, JSON.stringify(order)], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return new Promise((resolve) => {
      child.on('close', () => {
        children.delete(child);
        resolve(text);
      });
    });
  }

  async function arrivals(count: number): Promise<void> {
    while (server.arrivals.length < count) await sleep(5);
  }

  const peak = (): number => largestWindow(server.arrivals, LIMITS.windowMs);

  it('is made anew once when all of them find it damaged, after a whole window', async () => {
    const damages = Object.entries(some(DAMAGES, 1));
    for (const [name, damage] of damages) {
      await start({ requests: 2 });
      damage(file);
      const before = server.arrivals.length;
      const openAt = performance.timeOrigin + performance.now() + STARTED_MS;
      const texts = await Promise.all(Array.from({ length: PROCESSES }, () => start({ requests: 1, openAt })));
      expect(texts.join(), name).not.toMatch(/Error|rate-limited/);
      expect(server.arrivals, name).toHaveLength(before + PROCESSES);
      expect(peak(), name).toBeLessThanOrEqual(LIMITS.calls);
    }
    figure(
      'A14',
      `a ledger damaged in ${damages.length} ways when ${PROCESSES} processes start: 0 requests over the quota, largest window ${peak()} of ${LIMITS.calls}`,
    );
  });

  it('is looked at again before each request: when it was removed, a whole window passes first', async () => {
    const removals = Object.entries(some(REMOVALS, 2));
    for (let n = 0; n < PROCESSES; n += 1) void start({});
    for (const [name, remove] of removals) {
      await arrivals(server.arrivals.length + 3);
      await sleep(Math.random() * LIMITS.windowMs);
      remove(file);
      // Who starts now cannot know what was spent, unless the place remembers that there was a ledger.
      if (name !== 'with its folder') void start({ requests: 2 });
      const removed = performance.now();
      await arrivals(server.arrivals.length + 4);
      expect(performance.now() - removed, name).toBeGreaterThan(LIMITS.windowMs / 2);
      expect(peak(), name).toBeLessThanOrEqual(LIMITS.calls);
    }
    await end();
    expect(readdirSync(path.dirname(file))).toContain('quota.sqlite');
    figure(
      'A14',
      `a ledger removed in ${removals.length} ways while ${PROCESSES} processes use it: 0 requests over the quota, largest window ${peak()} of ${LIMITS.calls}`,
    );
  });

  it.runIf(FULL)('and the same when it is damaged while they use it', async () => {
    const damages = Object.entries(DAMAGES);
    for (let n = 0; n < PROCESSES; n += 1) void start({});
    for (const [name, damage] of damages) {
      await arrivals(server.arrivals.length + 3);
      await sleep(Math.random() * LIMITS.windowMs);
      damage(file);
      await start({ requests: 1 });
      await arrivals(server.arrivals.length + 3);
      expect(peak(), name).toBeLessThanOrEqual(LIMITS.calls);
    }
    figure(
      'A14',
      `a ledger damaged in ${damages.length} ways while ${PROCESSES} processes use it: largest window ${peak()} of ${LIMITS.calls}`,
    );
  });
});
