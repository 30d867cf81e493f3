/** How long requests have to wait under the quota, from what has been spent. Pure. */

export interface LedgerLimits {
  /** Calls that may be spent in any window. */
  readonly calls: number;
  readonly windowMs: number;
  /** Between the starts of two requests. */
  readonly minSpacingMs: number;
  /** Longest time a request can take: what one that was killed counts for, on top of the window. */
  readonly requestTimeoutMs: number;
}

export interface LedgerState {
  /** Calls that count now, each with the time it comes free. Ascending. */
  readonly spent: readonly { readonly calls: number; readonly freeAt: number }[];
  /** End of the silence that was asked for; of no meaning when it has passed. */
  readonly silentUntil: number;
  /** Earliest time for the next request as far as spacing and silence go. */
  readonly notBefore: number;
}

type Taken = Pick<LedgerState, 'spent' | 'notBefore'>;

/** 0 when `calls` may be spent now. */
export function waitFor(calls: number, { spent, notBefore }: Taken, limits: LedgerLimits, now: number): number {
  let excess = spent.reduce((sum, row) => sum + row.calls, calls) - limits.calls;
  let free = now;
  for (const row of spent) {
    if (excess <= 0) break;
    excess -= row.calls;
    free = row.freeAt;
  }
  return Math.max(free, notBefore) - now;
}

/** How long spending `calls` more takes from `start` on if sent in requests of `size`, ms, answers taking no time. */
export function timeFor(
  calls: number,
  size: number,
  { spent, notBefore }: Taken,
  limits: LedgerLimits,
  start: number,
): number {
  let rows = [...spent];
  let gate = notBefore;
  let now = start;
  for (let left = calls; left > 0; left -= size) {
    const weight = Math.min(left, size, limits.calls);
    // What is free again stays so: looked at again for every request, it would cost their number squared.
    rows = rows.filter((row) => row.freeAt > now);
    now += waitFor(weight, { spent: rows, notBefore: gate }, limits, now);
    rows.push({ calls: weight, freeAt: now + limits.windowMs });
    gate = now + limits.minSpacingMs;
  }
  return now - start;
}
