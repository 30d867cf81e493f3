/** Charges every request to the quota, and silences the key after a 429. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';
import { SECOND_MS } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { Quota } from '../platform/quota.ts';
import { allFailed, deferred, failureOf } from './provider.ts';
import type { Reply, Request, RequestFailure, SeriesProvider } from './provider.ts';

/** A request in flight may go on this long after everything else has been given up. */
const GRACE_MS = 5 * SECOND_MS;

export interface SentBatch {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
}

export interface LimitedOptions {
  readonly quota: Quota;
  readonly clock: Clock;
  /** When fetching ends, ms of the monotonic clock; what the quota would let through only later is deferred at once. */
  readonly deadline?: number;
  /** Aborted when a request in flight is given up at once, without that grace. */
  readonly giveUp?: AbortSignal;
  /** Called when the quota has let a batch through, right before it is sent; a retry is sent again. */
  readonly onBatch?: (batch: SentBatch) => void;
  /** Called when upstream said that the quota is used up (429), with how long the key is silent, ms. */
  readonly onPause?: (ms: number) => void;
}

/** A call per symbol, whether or not the symbol is known upstream. */
export function createLimited(next: SeriesProvider, options: LimitedOptions): SeriesProvider {
  return {
    fetch: (kind, symbols, window, abort) =>
      sendLimited(
        symbols.length,
        (signal) => {
          options.onBatch?.({ kind, symbols });
          return next.fetch(kind, symbols, window, signal);
        },
        options,
        abort,
      ),
  };
}

/** Sends `request` when the quota has room for `calls`. */
export async function sendLimited<T>(
  calls: number,
  request: Request<T>,
  { quota, clock, deadline, giveUp, onPause }: LimitedOptions,
  abort: AbortSignal,
): Promise<readonly Reply<T>[]> {
  const ended = new AbortController();
  const job = async (): Promise<readonly Reply<T>[]> => {
    const late = delayed(abort, GRACE_MS, clock, ended.signal);
    const replies = await request(giveUp === undefined ? late : AbortSignal.any([late, giveUp]));
    const failure = failureOf(replies);
    if (failure?.remedy === 'wait') {
      const pauseMs = failure.retryAfterMs ?? quota.windowMs;
      quota.pause(pauseMs);
      onPause?.(pauseMs);
    }
    return replies;
  };
  const result = await quota.run(calls, job, abort, deadline);
  ended.abort();
  if (result.ran) return result.value;
  return allFailed(calls, result.reason === 'aborted' ? deferred(result.detail) : notSent(result.detail));
}

/** Without a ledger that counts, sending could go over the quota. */
function notSent(detail: string): RequestFailure {
  return { ok: false, code: 'rate-limited', detail, remedy: 'none', retryAfterMs: null };
}

/** A signal that follows `signal` after `ms`, unless `ended` comes first. */
function delayed(signal: AbortSignal, ms: number, clock: Clock, ended: AbortSignal): AbortSignal {
  const late = new AbortController();
  const follow = (): void => void clock.sleep(ms, ended).then(() => late.abort());
  if (signal.aborted) follow();
  else {
    signal.addEventListener('abort', follow, { once: true });
    ended.addEventListener('abort', () => signal.removeEventListener('abort', follow), { once: true });
  }
  return late.signal;
}
