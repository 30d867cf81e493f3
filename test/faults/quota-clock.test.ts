import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openLedger, type LedgerLimits } from '../../src/platform/ledger.ts';
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
