import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LedgerLimits } from '../../src/platform/ledger.ts';
import { brokenSilences, largestWindow, startCountingServer, type CountingServer } from './counting-server.ts';
import { figure, rounds } from './figures.ts';
import type { QuotaOrder } from './quota-process.ts';

const PROCESS = path.join(import.meta.dirname, 'quota-process.ts');
/** The real rules in a window of half a second: so many symbols in any window. */
const LIMITS: LedgerLimits = { calls: 40, windowMs: 500, minSpacingMs: 2, requestTimeoutMs: 3_000 };
const PROCESSES = 3;
const SILENCE_MS = 1_000;
/** A request that was let through before the 429 was known may arrive this much later, on a machine with more to do. */
const UNDER_WAY_MS = 500;

describe('quota over processes', () => {
  let folder: string;
  let server: CountingServer;
  const children = new Set<ChildProcess>();

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-quota-'));
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(order: Partial<QuotaOrder> = {}): { readonly child: ChildProcess; readonly ended: Promise<string> } {
    const ledger = path.join(folder, 'quota.sqlite');
    const full: QuotaOrder = {
      url: server.url,
      ledger,
      limits: LIMITS,
      requests: 0,
      size: 0,
      fixedWindow: false,
      openAt: 0,
      ...order,
    };
    const child = spawn(process.execPath, [PROCESS, JSON.stringify(full)], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.add(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    return { child, ended: new Promise((resolve) => child.on('close', () => resolve(text))) };
  }

  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await sleep(5);
  }

  it('is never exceeded in any window, and every silence is kept, by three processes that are killed at random', async () => {
    const kills = rounds(3, 50);
    server = await startCountingServer((arrival) => (arrival % 20 === 0 ? SILENCE_MS : 0));
    const running = Array.from({ length: PROCESSES }, () => start());
    for (let kill = 0; kill < kills; kill += 1) {
      const sofar = server.arrivals.length;
      await until(() => server.arrivals.length > sofar);
      await sleep(Math.random() * 300);
      // Who is killed with a 429 in hand cannot tell the others.
      await until(() => performance.now() - (server.silences.at(-1)?.at ?? -Infinity) > UNDER_WAY_MS);
      const slot = Math.floor(Math.random() * PROCESSES);
      running[slot]!.child.kill('SIGKILL');
      expect(await running[slot]!.ended).not.toMatch(/Error|rate-limited.*ledger/);
      running[slot] = start();
    }
    // A run without any 429 would show nothing of silences.
    await until(() => server.silences.length > 0);
    // What the killed had taken is held for a while; then the quota is made use of again.
    await until(() => largestWindow(server.arrivals, LIMITS.windowMs) > LIMITS.calls / 2);
    await sleep(2 * LIMITS.windowMs);
    const calls = server.arrivals.reduce((sum, arrival) => sum + arrival.calls, 0);
    const largest = largestWindow(server.arrivals, LIMITS.windowMs);
    const senders = new Set(server.arrivals.map(({ from }) => from)).size;
    expect(largest).toBeLessThanOrEqual(LIMITS.calls);
    expect(senders).toBeGreaterThan(rounds(1, PROCESSES));
    const broken = brokenSilences(server, UNDER_WAY_MS);
    expect(broken).toEqual([]);
    figure(
      'A14',
      `never over the quota in any window: ${PROCESSES} processes, ${kills} kill -9, ${calls} calls of ${senders} processes, ` +
        `largest window ${largest} of ${LIMITS.calls}`,
    );
    figure('A15', `${server.silences.length} answers 429, ${broken.length} requests during their Retry-After`);
  });

  it('a process that is started during a Retry-After sends nothing before it is over', async () => {
    // Longer than a process takes to start, or it would come too late to break the silence.
    const askedFor = rounds(1_800, 3_000);
    const times = rounds(1, 5);
    server = await startCountingServer((arrival) => (arrival % 2 === 1 ? askedFor : 0));
    const early: number[] = [];
    for (let round = 0; round < times; round += 1) {
      const first = start({ requests: 1 });
      await first.ended;
      const second = start({ requests: 1 });
      await second.ended;
      const { at } = server.silences.at(-1)!;
      early.push(server.arrivals.at(-1)!.at - at - askedFor);
    }
    expect(server.arrivals).toHaveLength(2 * times);
    expect(Math.min(...early)).toBeGreaterThanOrEqual(0);
    figure(
      'A15',
      `a second process started during a Retry-After of ${askedFor} ms sent ${Math.round(Math.min(...early))} ms after its end`,
    );
  });

  it('planted: a ledger that nobody shares is caught', async () => {
    server = await startCountingServer(() => 0);
    const all = [1, 2].map(() => start({ ledger: ':memory:', size: 20 }));
    // Their first windows need not meet: one of them may have started much later.
    await until(() => largestWindow(server.arrivals, LIMITS.windowMs) > LIMITS.calls);
    for (const { child } of all) child.kill('SIGKILL');
    expect(largestWindow(server.arrivals, LIMITS.windowMs)).toBeGreaterThan(LIMITS.calls);
  });

  it('planted: a window that starts anew by the clock is caught', async () => {
    server = await startCountingServer(() => 0);
    // It begins in the last quarter of one.
    const windowMs = 300;
    const { child } = start({ fixedWindow: true, size: 20, limits: { ...LIMITS, windowMs } });
    await until(() => largestWindow(server.arrivals, windowMs) > LIMITS.calls);
    child.kill('SIGKILL');
    expect(largestWindow(server.arrivals, windowMs)).toBeGreaterThan(LIMITS.calls);
  });
});
