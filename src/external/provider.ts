/** What every layer between a run and the API looks like. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { FailureCode, Outcome } from '../core/outcome.ts';
import type { Series, SeriesKind, Window } from '../core/series.ts';

/** A request that failed as a whole, and what may be done about it. Layers above turn it into an outcome. */
export interface RequestFailure {
  readonly ok: false;
  readonly code: FailureCode;
  /** One sentence without secrets. */
  readonly detail: string;
  /**
   * `again`: may work after a while. `wait`: the quota is used up upstream (429). `split`: one of the symbols may be to
   * blame (400). `stop`: no request of this run can work (401, 403). `none`: asking again changes nothing.
   */
  readonly remedy: 'again' | 'wait' | 'split' | 'stop' | 'none';
  /** How long upstream asked to be left alone, ms; null when it did not say. Always a number with `wait`. */
  readonly retryAfterMs: number | null;
}

export type Reply<T> = Outcome<T> | RequestFailure;

/** One request, however it is sent: as many replies as things were asked for. */
export type Request<T> = (abort: AbortSignal) => Promise<readonly Reply<T>[]>;

/** The same interface at every layer: `cached(batched(retried(limited(coinalyze))))`. Never rejects. */
export interface SeriesProvider {
  /**
   * One reply per symbol: same length, same order. `abort` ends all waiting: what has not been sent by then is
   * `deferred`, a request in flight gets a few seconds more.
   */
  fetch(
    kind: SeriesKind,
    symbols: readonly CoinalyzeSymbol[],
    window: Window,
    abort: AbortSignal,
  ): Promise<readonly Reply<Series>[]>;
}

/** The failure that all replies of one request share, or null when it was answered. */
export function failureOf(replies: readonly Reply<unknown>[]): RequestFailure | null {
  const first = replies[0];
  return first !== undefined && 'remedy' in first ? first : null;
}

/** One failure for everything a request asked for. */
export function allFailed(count: number, failure: RequestFailure): readonly RequestFailure[] {
  return Array.from({ length: count }, () => failure);
}

/** This run's own choice not to ask. */
export function deferred(detail: string): RequestFailure {
  return { ok: false, code: 'deferred', detail, remedy: 'none', retryAfterMs: null };
}
