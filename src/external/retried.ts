/** Asks again where that may help. Above the limiter, so that every attempt is charged. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { Series } from '../core/series.ts';
import { SECOND_MS } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import { allFailed, deferred, failureOf } from './provider.ts';
import type { Reply, Request, RequestFailure, SeriesProvider } from './provider.ts';

const MAX_ATTEMPTS = 3;
/** Attempts in a row that failed, after which upstream counts as down for this run: two requests through all their attempts. */
const GIVE_UP_AFTER = 2 * MAX_ATTEMPTS;
/** For so many of a run's requests one more may be spent on asking again after a fault; and how many may be in any case. */
const RETRY_SHARE = 0.1;
const RETRIES_ALWAYS = 6;

export interface RetrierOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** When fetching ends, ms of the monotonic clock; a wait that would go beyond is not begun. Infinity for none. */
  readonly deadline: number;
}

/** One per run and key: what one request learns (a refused key, upstream down) spares the others. */
export class Retrier {
  readonly #options: RetrierOptions;
  #down: RequestFailure | null = null;
  #failedInARow = 0;
  #sent = 0;
  #retries = 0;

  constructor(options: RetrierOptions) {
    this.#options = options;
  }

  /**
   * Sends `request`, which replies to `count` things, up to three times: less where upstream fails so often that asking
   * again would make its trouble worse. A long run's requests stay within 1.1 times those of a run without faults.
   */
  async send<T>(count: number, request: Request<T>, abort: AbortSignal): Promise<readonly Reply<T>[]> {
    for (let attempt = 1; ; attempt += 1) {
      if (this.#down !== null) return allFailed(count, this.#down);
      this.#sent += 1;
      const replies = await request(abort);
      const failure = failureOf(replies);
      if (failure === null) this.#failedInARow = 0;
      const pause = failure === null ? null : this.#pauseAfter(failure, attempt);
      if (failure === null || pause === null) return replies;
      const late = abort.aborted || this.#options.clock.monotonic() + pause > this.#options.deadline;
      // Out of time after a 429 is this run's own limit; out of time after a fault is still upstream's fault.
      if (late) return failure.remedy === 'wait' ? allFailed(count, outOfTime(pause, failure)) : replies;
      // After a 429 the quota itself keeps the key silent, for this request as for all others.
      if (failure.remedy !== 'again') continue;
      this.#retries += 1;
      await this.#options.clock.sleep(pause, abort);
    }
  }

  /** ms until the next attempt, or null when there is none. */
  #pauseAfter(failure: RequestFailure, attempt: number): number | null {
    const { remedy, retryAfterMs } = failure;
    if (remedy === 'stop') this.#down = { ...failure, remedy: 'none' };
    if (remedy !== 'again' && remedy !== 'wait') return null;
    this.#countFailed(failure);
    if (attempt === MAX_ATTEMPTS || this.#down !== null) return null;
    if (remedy === 'wait') return retryAfterMs ?? 0;
    const asked = this.#sent - this.#retries;
    const mayRetry = this.#retries < Math.max(RETRIES_ALWAYS, Math.floor(asked * RETRY_SHARE));
    return mayRetry ? Math.max(this.#jitter(attempt), retryAfterMs ?? 0) : null;
  }

  #countFailed(failure: RequestFailure): void {
    this.#failedInARow += 1;
    if (this.#failedInARow < GIVE_UP_AFTER) return;
    this.#down = { ...failure, detail: `not asked any more in this run: ${failure.detail}`, remedy: 'none' };
  }

  /** Full jitter: between 1 s and 1 s plus 3, then 9 s. */
  #jitter(attempt: number): number {
    return SECOND_MS + this.#options.random() * 3 ** attempt * SECOND_MS;
  }
}

function outOfTime(pauseMs: number, { detail }: RequestFailure): RequestFailure {
  return deferred(`waiting ${Math.ceil(pauseMs / SECOND_MS)} s would exceed the time: ${detail}`);
}

/** A 400 is blamed on one symbol by halving, once per run because it costs up to twice the batch. */
export function createRetried(next: SeriesProvider, retrier: Retrier): SeriesProvider {
  let mayHalve = true;
  return {
    fetch: async (kind, symbols, window, abort) => {
      const ask = (part: readonly CoinalyzeSymbol[]): Promise<readonly Reply<Series>[]> =>
        retrier.send(part.length, (signal) => next.fetch(kind, part, window, signal), abort);
      const replies = await ask(symbols);
      if (failureOf(replies)?.remedy !== 'split' || symbols.length === 1 || !mayHalve) return replies;
      mayHalve = false;
      return isolate(symbols, ask);
    },
  };
}

type Ask = (symbols: readonly CoinalyzeSymbol[]) => Promise<readonly Reply<Series>[]>;

/** Asks by halves. Where both are refused, the fault is not one symbol's. */
async function isolate(symbols: readonly CoinalyzeSymbol[], ask: Ask): Promise<readonly Reply<Series>[]> {
  const middle = Math.ceil(symbols.length / 2);
  const halves = [symbols.slice(0, middle), symbols.slice(middle)] as const;
  const left = await ask(halves[0]);
  const right = await ask(halves[1]);
  const refused = [left, right].map((replies) => failureOf(replies)?.remedy === 'split');
  if (refused[0] === refused[1]) return [...left, ...right];
  return [
    ...(refused[0] === true ? await narrow(halves[0], left, ask) : left),
    ...(refused[1] === true ? await narrow(halves[1], right, ask) : right),
  ];
}

async function narrow(
  symbols: readonly CoinalyzeSymbol[],
  replies: readonly Reply<Series>[],
  ask: Ask,
): Promise<readonly Reply<Series>[]> {
  if (symbols.length > 1) return isolate(symbols, ask);
  const detail = failureOf(replies)?.detail ?? 'refused';
  return [{ ok: false, code: 'not-listed', detail: `refused alone, while others were answered: ${detail}` }];
}
