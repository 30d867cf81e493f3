/** What a prefetch brought, in the feed's counts. */
import type { DegradedReason } from '../core/feed.ts';
import { isUpstreamFault, type FailureCode, type Outcome } from '../core/outcome.ts';
import type { Series } from '../core/series.ts';

export interface OutcomeCounts {
  readonly fresh: number;
  readonly cached: number;
  readonly stale: number;
  readonly missing: number;
  readonly deferred: number;
}

/** Every outcome counts once: not had, else stale, else by where it came from. */
export function countOutcomes(outcomes: readonly Outcome<Series>[]): OutcomeCounts {
  const counts = { fresh: 0, cached: 0, stale: 0, missing: 0, deferred: 0 };
  for (const outcome of outcomes) {
    if (!outcome.ok) counts[outcome.code === 'deferred' ? 'deferred' : 'missing'] += 1;
    else if (outcome.stale) counts.stale += 1;
    else counts[outcome.origin === 'cache' ? 'cached' : 'fresh'] += 1;
  }
  return counts;
}

/**
 * Series that upstream failed to give, per code: also those that an older cache entry stood in for, because nobody else
 * would see that failure.
 */
export function upstreamFaults(
  outcomes: readonly Outcome<Series>[],
  covered: ReadonlyMap<FailureCode, number>,
): ReadonlyMap<FailureCode, number> {
  const faults = new Map([...covered].filter(([code]) => isUpstreamFault(code)));
  for (const outcome of outcomes) {
    if (outcome.ok || !isUpstreamFault(outcome.code)) continue;
    faults.set(outcome.code, (faults.get(outcome.code) ?? 0) + 1);
  }
  return faults;
}

/** Why these outcomes degrade the run: one reason per code, with the detail of its first failure. */
export function seriesFaults(
  outcomes: readonly Outcome<Series>[],
  covered: ReadonlyMap<FailureCode, number>,
): readonly DegradedReason[] {
  return [...upstreamFaults(outcomes, covered)].map(([code, count]) => {
    const example = outcomes.find((outcome) => !outcome.ok && outcome.code === code);
    const detail = example === undefined || example.ok ? '' : ` (${example.detail})`;
    return { code: 'series-unavailable', text: `${count} series could not be had: ${code}${detail}` };
  });
}
