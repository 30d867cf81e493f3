import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ledgerFile, openLedger } from '../../src/platform/ledger.ts';
import type { Ledger, LedgerLimits } from '../../src/platform/ledger.ts';
import { Quota } from '../../src/platform/quota.ts';
import { FakeClock } from '../support/fake-clock.ts';

const LIMITS: LedgerLimits = { calls: 40, windowMs: 60_000, minSpacingMs: 2_200, requestTimeoutMs: 15_000 };
const NEVER = new AbortController().signal;

interface Job {
  readonly calls: number;
  readonly start: number;
  readonly end: number;
  /** When the server counted it: somewhere between start and end. */
  readonly counted: number;
}

/** The most calls that any window of the server's sliding count held. */
function peak(jobs: readonly Job[], windowMs: number): number {
  const inWindowFrom = (from: number): number =>
    jobs.reduce((sum, job) => sum + (job.counted >= from && job.counted < from + windowMs ? job.calls : 0), 0);
  return Math.max(0, ...jobs.map((job) => inWindowFrom(job.counted)));
}

describe('quota', () => {
  let folder: string;
  let clock: FakeClock;
  const open: (() => void)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-quota-'));
    clock = new FakeClock();
  });
  afterEach(() => {
    for (const close of open.splice(0)) close();
    rmSync(folder, { recursive: true, force: true });
  });

  function ledger(limits = LIMITS, file = path.join(folder, 'quota.sqlite')): Ledger {
    const opened = openLedger(file, limits, clock);
    if (!opened.ok) throw new Error(opened.detail);
    return opened.ledger;
  }

  function quota(limits = LIMITS): Quota {
    const created = new Quota(ledger(limits), limits, clock);
    open.push(() => created.close());
    return created;
  }

  /** Runs a job of `durationMs` and notes when. */
  async function send(on: Quota, jobs: Job[], calls: number, durationMs: number, share = 0.5): Promise<boolean> {
    const result = await on.run(
      calls,
      async () => {
        const start = clock.monotonic();
        await clock.sleep(durationMs);
        jobs.push({ calls, start, end: clock.monotonic(), counted: start + durationMs * share });
      },
      NEVER,
    );
    return result.ran;
  }

  it('two full batches go at once, the third one window after the first has ended', async () => {
    const limiter = quota();
    const jobs: Job[] = [];
    await clock.until(
      Promise.all([send(limiter, jobs, 20, 600), send(limiter, jobs, 20, 600), send(limiter, jobs, 20, 600)]),
    );
    expect(jobs.map(({ start }) => start)).toEqual([0, 2_200, 60_600]);
    expect(limiter.spent).toEqual({ requests: 3, calls: 60 });
  });

  it('no sliding window ever exceeds the quota, whatever the sizes, durations and processes', async () => {
    const job = fc.record({
      calls: fc.integer({ min: 1, max: 20 }),
      durationMs: fc.integer({ min: 0, max: 14_000 }),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
      process: fc.integer({ min: 0, max: 2 }),
      pauseMs: fc.integer({ min: 0, max: 90_000 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(job, { minLength: 4, maxLength: 10 }), async (plan) => {
        rmSync(folder, { recursive: true, force: true });
        clock = new FakeClock();
        const processes = [quota(), quota(), quota()];
        const jobs: Job[] = [];
        const running: Promise<boolean>[] = [];
        for (const [i, { calls, durationMs, share, process, pauseMs }] of plan.entries()) {
          running.push(send(processes[process]!, jobs, calls, durationMs, share));
          if (i % 4 === 3) await clock.advance(pauseMs);
        }
        const ran = await clock.until(Promise.all(running));
        expect(ran.every(Boolean)).toBe(true);
        expect(jobs).toHaveLength(plan.length);
        expect(peak(jobs, LIMITS.windowMs)).toBeLessThanOrEqual(LIMITS.calls);
        const starts = jobs.map(({ start }) => start).sort((a, b) => a - b);
        for (const [i, start] of starts.slice(1).entries()) expect(start - starts[i]!).toBeGreaterThanOrEqual(2_200);
        for (const close of open.splice(0)) close();
      }),
      { numRuns: 10 },
    );
  });

  it('the peak this file looks for is found when the quota is ignored', () => {
    const jobs = [0, 30_000, 59_999].map((at) => ({ calls: 20, start: at, end: at, counted: at }));
    expect(peak(jobs, 60_000)).toBe(60);
    expect(peak([...jobs.slice(0, 2), { calls: 20, start: 0, end: 0, counted: 60_000 }], 60_000)).toBe(40);
  });

  it('a restart does not start with a full bucket', async () => {
    const jobs: Job[] = [];
    const first = quota();
    await clock.until(Promise.all([send(first, jobs, 20, 0), send(first, jobs, 20, 0)]));
    first.close();
    open.pop();
    await clock.advance(10_000);
    await clock.until(send(quota(), jobs, 20, 0));
    expect(jobs[2]!.start).toBe(60_000);
  });

  it('a killed process holds its calls for one request timeout and one window, not longer', async () => {
    const killed = ledger();
    expect(killed.reserve(40)).toMatchObject({ granted: true });
    killed.close();
    const jobs: Job[] = [];
    await clock.until(send(quota(), jobs, 1, 0));
    expect(jobs[0]!.start).toBe(75_000);
  });

  it('a request counts from its end, because the server may have counted it there', async () => {
    const jobs: Job[] = [];
    const limiter = quota();
    await clock.until(send(limiter, jobs, 40, 14_000));
    await clock.until(send(limiter, jobs, 40, 0));
    expect(jobs[1]!.start).toBe(74_000);
  });

  it('after a 429 no process sends before the pause is over', async () => {
    const jobs: Job[] = [];
    const [first, second] = [quota(), quota()];
    first.pause(49_119.5);
    await clock.until(Promise.all([send(first, jobs, 1, 0), send(second, jobs, 1, 0)]));
    expect(jobs[0]!.start).toBe(49_120);
    first.pause(10_000);
    first.pause(1_000);
    const paused = clock.monotonic();
    await clock.until(send(second, jobs, 1, 0));
    expect(jobs[2]!.start - paused).toBe(10_000);
  });

  it('a pause of days is cut to an hour', async () => {
    const jobs: Job[] = [];
    const limiter = quota();
    limiter.pause(1e12);
    await clock.until(send(limiter, jobs, 1, 0));
    expect(jobs[0]!.start).toBe(3_600_000);
  });

  it('a job that could not start by its deadline is given up without waiting', async () => {
    const limiter = quota();
    limiter.pause(600_500);
    const refused = await limiter.run(1, () => Promise.resolve(1), NEVER, clock.monotonic() + 20_000);
    expect(refused).toMatchObject({
      ran: false,
      reason: 'aborted',
      detail: expect.stringContaining('601 s') as string,
    });
  });

  it('nor is one waited for that the calls of earlier jobs leave no room for', async () => {
    const limiter = quota();
    const deadline = clock.monotonic() + 20_000;
    await limiter.run(40, () => Promise.resolve(1), NEVER, deadline);
    const second = await limiter.run(20, () => Promise.resolve(2), NEVER, deadline);
    expect(second).toMatchObject({ ran: false, reason: 'aborted' });
  });

  it('a job heavier than the quota is refused at once', async () => {
    expect(await quota().run(41, () => Promise.resolve(1), NEVER)).toMatchObject({ ran: false, reason: 'too-heavy' });
  });

  it('an abort ends the waiting at once and lets what runs go on', async () => {
    const limiter = quota();
    const jobs: Job[] = [];
    const abort = new AbortController();
    const running = limiter.run(40, () => clock.sleep(5_000).then(() => 'done'), abort.signal);
    const waiting = [1, 2, 3].map(() => limiter.run(20, () => Promise.resolve('sent'), abort.signal));
    await clock.advance(1_000);
    abort.abort();
    for (const result of await Promise.all(waiting)) expect(result).toMatchObject({ ran: false, reason: 'aborted' });
    expect(await clock.until(running)).toEqual({ ran: true, value: 'done' });
    expect(limiter.spent).toEqual({ requests: 1, calls: 40 });
    await clock.until(send(limiter, jobs, 40, 0));
    expect(jobs[0]!.start).toBe(65_000);
  });

  it('jobs start in the order they came, also when a later one would fit beside what others have spent', async () => {
    const other = ledger();
    other.reserve(30);
    other.close();
    const limiter = quota();
    const order: number[] = [];
    const job = (n: number, calls: number): Promise<unknown> =>
      limiter.run(calls, () => Promise.resolve(order.push(n)), NEVER);
    await clock.until(Promise.all([job(0, 20), job(1, 5), job(2, 20), job(3, 1)]));
    expect(order).toEqual([0, 1, 2, 3]);
  });

  it('a job that throws gives its calls back like any other', async () => {
    const limiter = quota();
    await expect(limiter.run(40, () => Promise.reject(new Error('boom')), NEVER)).rejects.toThrow('boom');
    const jobs: Job[] = [];
    await clock.until(send(limiter, jobs, 40, 0));
    expect(jobs[0]!.start).toBe(60_000);
  });

  it('a wall clock that is set back does not lock the key', async () => {
    const limiter = quota();
    const jobs: Job[] = [];
    await clock.until(send(limiter, jobs, 40, 0));
    clock.setWall(clock.now() - 86_400_000);
    await clock.until(send(limiter, jobs, 40, 0));
    expect(jobs[1]!.start).toBeGreaterThanOrEqual(60_000);
    expect(jobs[1]!.start).toBeLessThanOrEqual(60_000 + 75_000);
  });

  it('a wall clock that is set ahead does not open the quota of a running process', async () => {
    const limiter = quota();
    const jobs: Job[] = [];
    await clock.until(send(limiter, jobs, 40, 0));
    clock.setWall(clock.now() + 86_400_000);
    await clock.until(send(limiter, jobs, 40, 0));
    expect(jobs[1]!.start).toBe(60_000);
  });

  it('the estimate is the time the requests then take', async () => {
    const limiter = quota();
    const jobs: Job[] = [];
    expect(limiter.estimateMs(20, 20)).toBe(0);
    expect(limiter.estimateMs(40, 20)).toBe(2_200);
    const estimate = limiter.estimateMs(130, 20);
    const sizes = [20, 20, 20, 20, 20, 20, 10];
    await clock.until(Promise.all(sizes.map((size) => send(limiter, jobs, size, 0))));
    expect(jobs.at(-1)!.start).toBe(estimate);
  });

  it('a closed quota ends who waits and keeps no timer', async () => {
    const limiter = quota();
    open.pop();
    const jobs: Job[] = [];
    await clock.until(send(limiter, jobs, 40, 0));
    const waiting = limiter.run(40, () => Promise.resolve(1), NEVER);
    limiter.close();
    expect(await waiting).toMatchObject({ ran: false, reason: 'aborted' });
    expect(clock.sleepers).toBe(0);
    expect(await limiter.run(1, () => Promise.resolve(1), NEVER)).toMatchObject({ reason: 'aborted' });
  });

  it('nothing is sent when the ledger fails', async () => {
    const broken = ledger();
    const limiter = new Quota(broken, LIMITS, clock);
    broken.close();
    let sent = false;
    const result = await limiter.run(1, async () => void (sent = true), NEVER);
    expect(result).toMatchObject({ ran: false, reason: 'ledger' });
    expect(sent).toBe(false);
  });
});

describe('ledger', () => {
  let folder: string;
  const clock = new FakeClock();
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-ledger-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it('is named by key and address and tells neither', () => {
    const file = ledgerFile(folder, 'https://api.example/v1', 'secret-key');
    expect(file).not.toContain('secret');
    expect(ledgerFile(folder, 'https://api.example/v1', 'secret-key')).toBe(file);
    expect(ledgerFile(folder, 'http://127.0.0.1:1/v1', 'secret-key')).not.toBe(file);
    expect(ledgerFile(folder, 'https://api.example/v1', 'other-key')).not.toBe(file);
  });

  it('makes its folder, for this user only', () => {
    const opened = openLedger(path.join(folder, 'state', 'quota.sqlite'), LIMITS, clock);
    expect(opened.ok).toBe(true);
    if (opened.ok) opened.ledger.close();
    expect(statSync(path.join(folder, 'state')).mode & 0o777).toBe(0o700);
  });

  it('that cannot be opened names its path and what helps', () => {
    writeFileSync(path.join(folder, 'blocker'), '');
    const opened = openLedger(path.join(folder, 'blocker', 'quota.sqlite'), LIMITS, clock);
    expect(opened).toMatchObject({ ok: false });
    expect(opened.ok ? '' : opened.detail).toMatch(/blocker\/quota\.sqlite.*SCAN_STATE_DIR/);
  });

  it('that is damaged counts as a full window', () => {
    const file = path.join(folder, 'quota.sqlite');
    writeFileSync(file, 'not a database at all, but long enough to look like one '.repeat(50));
    const opened = openLedger(file, LIMITS, clock);
    if (!opened.ok) throw new Error(opened.detail);
    expect(opened.note).toContain('damaged');
    expect(opened.ledger.reserve(1)).toEqual({ granted: false, waitMs: 75_000, silentMs: 0 });
    opened.ledger.close();
    expect(readdirSync(folder)).toContain('quota.sqlite.corrupt');
    expect(existsSync(file)).toBe(true);
  });
});
