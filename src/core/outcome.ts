/** Results are values with a reason. */

/**
 * Why a series could not be had. `not-listed` and `no-data` are answers; so is `absent-once`, which nobody believes before it is given
 * again; the others are faults or choices of this run.
 */
export type FailureCode =
  | 'not-listed'
  | 'no-data'
  | 'absent-once'
  | 'rate-limited'
  | 'deferred'
  | 'timeout'
  | 'upstream'
  | 'bad-payload'
  | 'unauthorized'
  | 'no-provider';

/** One per symbol and series: same length, same order as asked. */
export type Outcome<T> =
  | {
      readonly ok: true;
      readonly value: T;
      /** End of the newest bucket, ms UTC. */
      readonly asOf: number;
      /** ms UTC of the data clock. */
      readonly fetchedAt: number;
      /** True: it lacks buckets that are closed by now, and a later answer may hold them. */
      readonly stale: boolean;
      /** Where this run got it. */
      readonly origin: 'fetched' | 'cache';
    }
  | {
      readonly ok: false;
      readonly code: FailureCode;
      /** One sentence without secrets. */
      readonly detail: string;
    };

/** Codes that mean "there is nothing to be had": the component is known to be neutral, its bounds have no width. */
export function isKnownAbsence(code: FailureCode): boolean {
  return code === 'not-listed' || code === 'no-data' || code === 'no-provider';
}

/** Codes that are the upstream's fault and make a run degraded. `deferred` is a choice of the budget. */
export function isUpstreamFault(code: FailureCode): boolean {
  return (
    code === 'rate-limited' ||
    code === 'timeout' ||
    code === 'upstream' ||
    code === 'bad-payload' ||
    code === 'unauthorized'
  );
}
