import { afterEach, expect, test, vi } from 'vitest';
import { boundAfter } from '../../src/job/time-bounds.ts';

import { systemClock } from '../../src/platform/clock.ts';

const NEVER = new AbortController().signal;

afterEach(() => {
  vi.useRealTimers();
});

test('no time is over at once', () => {
  expect(boundAfter(0, NEVER, systemClock).over.aborted).toBe(true);
});

test('time is over when its timer fires, which nothing can collect', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'performance'] });
  const bound = boundAfter(200, NEVER, systemClock);
  vi.advanceTimersByTime(199);
  expect([bound.over.aborted, bound.until]).toEqual([false, performance.now() + 1]);
  vi.advanceTimersByTime(1);
  expect(bound.over.aborted).toBe(true);
});

test('an interrupt ends the time with its reason, also one from before', () => {
  const interrupt = new AbortController();
  const bound = boundAfter(60_000, interrupt.signal, systemClock);
  interrupt.abort('SIGTERM');
  expect([bound.over.aborted, bound.over.reason]).toEqual([true, 'SIGTERM']);
  expect(boundAfter(60_000, interrupt.signal, systemClock).over.reason).toBe('SIGTERM');
});
