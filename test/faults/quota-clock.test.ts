import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inspectLedger, openLedger, type LedgerLimits } from '../../src/platform/ledger.ts';
import { Quota } from '../../src/platform/quota.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { largestWindow, type Arrival } from './counting-server.ts';
import { figure, rounds } from './figures.ts';

const LIMITS: LedgerLimits = { calls: 40, windowMs: 60_000, minSpacingMs: 0, requestTimeoutMs: 15_000 };
const NEVER = new AbortController().signal;
const HOUR = 3_600_000;

describe('quota when the wall clock is set', () => {
  let folder: string;
  let clock: FakeClock;
  const open: (() => void)[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-clock-'));
    clock = new FakeClock();
  });
  afterEach(() => {
    for (const close of open.splice(0)) close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** As a process that has just been started. */
  function quota(): Quota {
    const opened = openLedger(path.join(folder, 'quota.sqlite'), LIMITS, clock);
    if (!opened.ok) throw new Error(opened.detail);
    const created = new Quota(opened.ledger, LIMITS, clock);
    open.push(() => created.close());
    return created;
  }

  async function send(on: Quota, calls: number, arrivals: Arrival[]): Promise<void> {
    await on.run(calls, async () => void arrivals.push({ at: clock.monotonic(), calls, from: '' }), NEVER);
  }

  it.each([
    ['an hour back', -HOUR],
    ['a day ahead', 24 * HOUR],
  ])('%s: the next process waits out the window that is left, no more and no less', async (_, by) => {
    const arrivals: Arrival[] = [];
    await clock.until(send(quota(), 40, arrivals));
    await clock.advance(20_000);
    clock.setWall(clock.now() + by);
    await clock.until(send(quota(), 40, arrivals));
    expect(arrivals.map(({ at }) => at)).toEqual([0, 60_000]);
  });

  it.each([
    ['an hour back', -HOUR],
    ['a day ahead', 24 * HOUR],
  ])('%s: a silence lasts as long as it was asked for, here and in other processes', async (_, by) => {
    const arrivals: Arrival[] = [];
    const first = quota();
    first.pause(50_000);
    clock.setWall(clock.now() + by);
    await clock.until(Promise.all([send(first, 1, arrivals), send(quota(), 1, arrivals)]));
    expect(arrivals.map(({ at }) => at)).toEqual([50_000, 50_000]);
  });

  it('what was spent before the machine was switched off still counts', async () => {
    const arrivals: Arrival[] = [];
    await clock.until(send(quota(), 40, arrivals));
    await clock.advance(20_000);
    clock.reboot();
    await clock.until(send(quota(), 40, arrivals));
    expect(arrivals.map(({ at }) => at)).toEqual([0, 60_000]);
  });

  /** What dry runs and the doctor see, without opening the ledger. */
  function looked(): { readonly freeIn: number; readonly silentFor: number; readonly nextIn: number } {
    const state = inspectLedger(path.join(folder, 'quota.sqlite'), LIMITS, clock);
    if (state.kind !== 'sound') throw new Error(state.kind);
    const { spent, silentUntil, notBefore } = state.value;
    const now = clock.now();
    return { freeIn: (spent.at(-1)?.freeAt ?? now) - now, silentFor: silentUntil - now, nextIn: notBefore - now };
  }

  it.each([
    ['a day back', -24 * HOUR],
    ['an hour ahead', HOUR],
  ])('%s: a look at the ledger, an estimate and a reservation say the same as before', async (_, by) => {
    const first = quota();
    await clock.until(send(first, 40, []));
    first.pause(50_000);
    clock.setWall(clock.now() + by);
    expect(looked()).toEqual({ freeIn: 60_000, silentFor: 50_000, nextIn: 50_000 });
    expect(quota().estimateMs(1, 1)).toBe(60_000);
    const refused = await first.run(1, () => Promise.resolve(1), NEVER, clock.monotonic() + 10_000);
    expect(refused).toMatchObject({ reason: 'aborted', detail: expect.stringContaining('no room for 60 s') as string });
  });

  it('a clock that was a day ahead and is set back while the machine is off locks nothing for longer than a window', async () => {
    clock.setWall(clock.now() + 24 * HOUR);
    await clock.until(send(quota(), 40, []));
    for (const close of open.splice(0)) close();
    clock.reboot();
    clock.setWall(clock.now() - 24 * HOUR);
    const longest = LIMITS.windowMs + LIMITS.requestTimeoutMs;
    expect(looked()).toEqual({ freeIn: longest, silentFor: expect.any(Number) as number, nextIn: 0 });
    expect(looked().silentFor).toBeLessThan(0);
    const later = quota();
    expect(later.estimateMs(1, 1)).toBe(longest);
    await clock.advance(longest / 2);
    expect([looked().freeIn, later.estimateMs(1, 1)]).toEqual([longest / 2, longest / 2]);
  });

  it('a silence that does not fit into the time is named as one, with its length', async () => {
    const limiter = quota();
    limiter.pause(1e14);
    const refused = await limiter.run(1, () => Promise.resolve(1), NEVER, clock.monotonic() + 20_000);
    expect(refused).toMatchObject({
      reason: 'aborted',
      detail: 'not sent: no request may be sent after a 429 for 3600 s, longer than the time for fetching',
    });
  });

  it('whenever it is set, and however often, no window holds more than the quota', async () => {
    const times = rounds(2, 25);
    let set = 0;
    let largest = 0;
    let calls = 0;
    for (let time = 0; time < times; time += 1) {
      rmSync(folder, { recursive: true, force: true });
      clock = new FakeClock();
      const arrivals: Arrival[] = [];
      const running: Promise<void>[] = [];
      for (let step = 0; step < 6; step += 1) {
        const processes = [quota(), quota()];
        for (const process of processes) running.push(send(process, 1 + Math.floor(Math.random() * 40), arrivals));
        await clock.advance(Math.floor(Math.random() * 50_000));
        clock.setWall(clock.now() + (Math.random() < 0.5 ? -HOUR : 24 * HOUR));
        set += 1;
      }
      await clock.until(Promise.all(running));
      expect(arrivals).toHaveLength(12);
      // Nothing is lost by it either: all of it is sent in the time that its calls take.
      expect(clock.monotonic()).toBeLessThan(12 * (LIMITS.windowMs + LIMITS.requestTimeoutMs));
      largest = Math.max(largest, largestWindow(arrivals, LIMITS.windowMs));
      calls += arrivals.reduce((sum, arrival) => sum + arrival.calls, 0);
      for (const close of open.splice(0)) close();
    }
    expect(largest).toBeLessThanOrEqual(LIMITS.calls);
    figure('A14', `wall clock set ${set} times by -1 h or +1 d: ${calls} calls, largest window ${largest} of 40`);
  });
});
