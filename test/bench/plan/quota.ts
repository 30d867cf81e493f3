import { waitFor, type LedgerLimits } from '../../../src/platform/quota-wait.ts';

/** One key's quota and a clock, in memory: requests one after the other, under the ledger's own rule. */
export interface QuotaModel {
  /** ms UTC. */
  now(): number;
  advanceTo(time: number): void;
  /** When a request of `calls` could start. */
  earliest(calls: number): number;
  /** Waits for the quota and sends: the clock stands at the answer afterwards. */
  send(calls: number): void;
}

/** One free key: calls per sliding window, and the spacing that scan keeps. */
export const LIMITS: LedgerLimits = { calls: 40, windowMs: 60_000, minSpacingMs: 2_200, requestTimeoutMs: 15_000 };
export const REQUEST_MS = 300;

export function createQuotaModel(start: number): QuotaModel {
  let now = start;
  let notBefore = 0;
  let spent: readonly { readonly calls: number; readonly freeAt: number }[] = [];
  const earliest = (calls: number): number => {
    spent = spent.filter(({ freeAt }) => freeAt > now);
    return now + Math.max(0, waitFor(calls, { spent, notBefore }, LIMITS, now));
  };
  return {
    now: () => now,
    advanceTo: (time) => {
      now = Math.max(now, time);
    },
    earliest,
    send: (calls) => {
      const started = earliest(calls);
      notBefore = started + LIMITS.minSpacingMs;
      now = started + REQUEST_MS;
      spent = [...spent, { calls, freeAt: now + LIMITS.windowMs }];
    },
  };
}
