import { describe, expect, it } from 'vitest';
import { fixedClock, systemClock } from '../../src/platform/clock.ts';

describe('clock', () => {
  it('a sleep longer than a timer can count does not end at once', async () => {
    const abort = new AbortController();
    const state = { ended: false };
    const sleep = systemClock.sleep(3e9, abort.signal).then(() => (state.ended = true));
    await systemClock.sleep(5);
    expect(state.ended).toBe(false);
    abort.abort();
    await sleep;
  });

  it('a sleep lasts at least as long as asked', async () => {
    const start = systemClock.monotonic();
    await systemClock.sleep(3.5);
    expect(systemClock.monotonic() - start).toBeGreaterThanOrEqual(3.5);
  });

  it('an abort that came before leaves nothing to wait for', async () => {
    const start = systemClock.monotonic();
    await systemClock.sleep(60_000, AbortSignal.abort());
    expect(systemClock.monotonic() - start).toBeLessThan(1_000);
  });

  it('a fixed clock shows one time for ever, and durations stay real', async () => {
    const clock = fixedClock(1_768_842_000_000);
    const start = clock.monotonic();
    await clock.sleep(2);
    expect(clock.now()).toBe(1_768_842_000_000);
    expect(clock.monotonic()).toBeGreaterThan(start);
  });
});
