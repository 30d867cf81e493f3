/** How long a run may fetch. */
import type { Clock } from '../platform/clock.ts';
import type { FetchingTime, TimeBound } from './request.ts';

/**
 * @param leftMs until the run's deadline
 * @param budgetMs for the remaining series
 */
export function fetchingTime(leftMs: number, budgetMs: number, interrupt: AbortSignal, clock: Clock): FetchingTime {
  return {
    goal: boundAfter(leftMs, interrupt, clock),
    remaining: boundAfter(Math.min(leftMs, budgetMs), interrupt, clock),
    remainingEndsBy: leftMs < budgetMs ? 'deadline' : 'budget',
  };
}

/**
 * Over after `ms` (at most 24 days) or with `interrupt`. The timer holds on to its signal: one of AbortSignal.any() over
 * AbortSignal.timeout() holds its sources weakly, and once they are collected it never fires. Fetching looks at `over` only.
 */
export function boundAfter(ms: number, interrupt: AbortSignal, clock: Clock): TimeBound {
  const end = new AbortController();
  const interrupted = (): void => end.abort(interrupt.reason);
  if (interrupt.aborted) interrupted();
  else interrupt.addEventListener('abort', interrupted, { once: true });
  if (ms <= 0) end.abort();
  else setTimeout(() => end.abort(), ms).unref();
  return { over: end.signal, until: clock.monotonic() + ms };
}
