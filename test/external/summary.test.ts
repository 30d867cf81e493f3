import { describe, expect, it } from 'vitest';
import type { FailureCode, Outcome } from '../../src/core/outcome.ts';
import type { Series } from '../../src/core/series.ts';
import { countOutcomes, upstreamFaults } from '../../src/external/summary.ts';

const value = {} as Series;
function had(origin: 'fetched' | 'cache', stale = false): Outcome<Series> {
  return { ok: true, value, asOf: 0, fetchedAt: 0, stale, origin };
}
function failed(code: FailureCode): Outcome<Series> {
  return { ok: false, code, detail: '' };
}

describe('what a prefetch brought', () => {
  it('every outcome counts once', () => {
    const outcomes = [
      had('fetched'),
      had('fetched', true),
      had('cache'),
      had('cache', true),
      had('cache'),
      failed('deferred'),
      failed('no-data'),
      failed('timeout'),
    ];
    expect(countOutcomes(outcomes)).toEqual({ fresh: 1, cached: 2, stale: 2, deferred: 1, missing: 2 });
  });

  it('faults are those of upstream, also where an older entry stood in', () => {
    const covered = new Map<FailureCode, number>([
      ['timeout', 3],
      ['deferred', 4],
      ['no-data', 1],
    ]);
    const faults = upstreamFaults([failed('timeout'), failed('upstream'), failed('deferred'), had('fetched')], covered);
    expect(Object.fromEntries(faults)).toEqual({ timeout: 4, upstream: 1 });
  });
});
