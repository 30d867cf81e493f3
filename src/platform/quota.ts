/** Never more than the quota in any window, over jobs, restarts and processes. */
import Bottleneck from 'bottleneck';
import { SECOND_MS } from '../core/time.ts';
import type { Clock } from './clock.ts';
import { ledgerFailure, LONGEST_PAUSE_MS, type Ledger, type Reservation } from './ledger.ts';
import { timeFor, type LedgerLimits, type LedgerState } from './quota-wait.ts';

/** How often in a window the ledger is looked at while nothing can be sent. */
const LOOKS = 12;

export type QuotaResult<T> = { readonly ran: true; readonly value: T } | Refusal;

/** A job on its way through the two limits. */
interface Work {
  started: boolean;
  /** ms of the monotonic clock. */
  readonly deadline: number;
}

type Granted = Extract<Reservation, { granted: true }>;

/** The job did not start. */
interface Refusal {
  readonly ran: false;
  readonly reason: 'aborted' | 'too-heavy' | 'ledger';
  readonly detail: string;
}

/**
 * Two limits that must both agree. Bottleneck keeps the order of this process's jobs and gives calls back one window
 * after each job, by the monotonic clock; its own refresh is a fixed window and lets twice the quota through. The ledger
 * knows what other processes and earlier runs spent, and the silence after a 429.
 */
export class Quota {
  /** Most calls one job may weigh. */
  readonly calls: number;
  readonly windowMs: number;
  readonly #limits: LedgerLimits;
  readonly #ledger: Ledger;
  readonly #clock: Clock;
  readonly #limiter: Bottleneck;
  readonly #closed = new AbortController();
  #turn: Promise<unknown> = Promise.resolve();
  /** Kept here as well, for when the ledger cannot be written; by the monotonic clock. */
  #silentUntil = 0;
  #requests = 0;
  #spent = 0;

  constructor(ledger: Ledger, limits: LedgerLimits, clock: Clock) {
    this.calls = limits.calls;
    this.windowMs = limits.windowMs;
    this.#limits = limits;
    this.#ledger = ledger;
    this.#clock = clock;
    // It would wait until the wall clock shows the time at which it was made, were that clock set back: after its first
    // job, which weighs nothing, this spacing has it wait for no time at all.
    this.#limiter = new Bottleneck({ reservoir: limits.calls, minTime: -Infinity });
    void Promise.allSettled([this.#limiter.schedule({ weight: 0 }, () => Promise.resolve())]);
  }

  /** Jobs this process has started, and the calls they weighed. */
  get spent(): { readonly requests: number; readonly calls: number } {
    return { requests: this.#requests, calls: this.#spent };
  }

  /**
   * Runs `job` when `weight` calls are free; jobs start in the order they came. `abort` gives up the waiting at once
   * and does not touch a job that has started; a job that could not start by `deadline` (ms of the monotonic clock) is
   * given up without waiting. Rejects only when the job does.
   */
  async run<T>(
    weight: number,
    job: () => Promise<T>,
    abort: AbortSignal,
    deadline = Infinity,
  ): Promise<QuotaResult<T>> {
    if (weight > this.calls) {
      return refused('too-heavy', `${weight} calls in one request, but the quota is ${this.calls} per window`);
    }
    const stop = AbortSignal.any([abort, this.#closed.signal]);
    if (stop.aborted) return givenUp();
    // Bottleneck would keep it queued until the abort: what cannot be sent in time is told so at once.
    if (deadline !== Infinity) {
      const state = this.#stateForEstimate();
      const now = this.#clock.now();
      const waitMs = timeFor(weight, weight, state, this.#limits, now);
      if (this.#clock.monotonic() + waitMs > deadline) return tooLate(waitMs, state.silentUntil - now);
    }
    const work = { started: false, deadline };
    // Bottleneck cannot take back a queued job: it runs later, finds itself aborted and costs nothing.
    const queued = this.#limiter.schedule({ weight }, () => this.#admitted(weight, job, stop, work));
    const { promise: aborted, resolve } = Promise.withResolvers<QuotaResult<T>>();
    const giveUp = (): void => void (work.started || resolve(givenUp()));
    stop.addEventListener('abort', giveUp);
    try {
      return await Promise.race([queued, aborted]);
    } finally {
      stop.removeEventListener('abort', giveUp);
    }
  }

  /** No request on this key, by any process, for `ms`. */
  pause(ms: number): void {
    this.#silentUntil = Math.max(this.#silentUntil, this.#clock.monotonic() + Math.min(ms, LONGEST_PAUSE_MS));
    try {
      this.#ledger.pause(ms);
    } catch {
      // This process keeps silent all the same; the next reservation reports the failure.
      return;
    }
  }

  /** How long spending `calls` more would take if sent in requests of `size`, ms, answers taking no time. */
  estimateMs(calls: number, size: number): number {
    return timeFor(calls, size, this.#stateForEstimate(), this.#limits, this.#clock.now());
  }

  /** An estimate is no reason to fail: the reservation will report what is wrong. */
  #stateForEstimate(): LedgerState {
    try {
      return this.#ledger.state();
    } catch {
      const silentUntil = this.#clock.now() + this.#silentMs();
      return { spent: [], silentUntil, notBefore: silentUntil };
    }
  }

  /** Waiting jobs end as aborted; nothing keeps the process alive afterwards. */
  close(): void {
    this.#closed.abort();
    void this.#limiter.stop({ dropWaitingJobs: true });
    this.#ledger.close();
  }

  async #admitted<T>(weight: number, job: () => Promise<T>, stop: AbortSignal, work: Work): Promise<QuotaResult<T>> {
    const admission = await this.#inTurn(() => this.#admit(weight, stop, work));
    if ('ran' in admission) {
      void this.#limiter.incrementReservoir(weight);
      return admission;
    }
    this.#requests += 1;
    this.#spent += weight;
    try {
      return { ran: true, value: await job() };
    } finally {
      this.#settle(admission);
      void this.#clock.sleep(this.windowMs, this.#closed.signal).then(() => this.#limiter.incrementReservoir(weight));
    }
  }

  /** One job at a time asks the ledger, or a light one could overtake a heavy one that waits. */
  #inTurn<T>(ask: () => Promise<T>): Promise<T> {
    const asked = this.#turn.then(ask);
    this.#turn = asked;
    return asked;
  }

  /** The calls, or why there will be none. */
  async #admit(weight: number, stop: AbortSignal, work: Work): Promise<Granted | Refusal> {
    while (!stop.aborted) {
      try {
        const silentMs = this.#silentMs();
        const reservation: Reservation =
          silentMs > 0 ? { granted: false, waitMs: silentMs, silentMs } : this.#ledger.reserve(weight);
        if (reservation.granted) {
          work.started = true;
          return reservation;
        }
        const { waitMs, silentMs: ofThem } = reservation;
        if (this.#clock.monotonic() + waitMs > work.deadline) return tooLate(waitMs, ofThem);
        // Who waits looks after the ledger: were it removed, a run that starts now would find an unspent one.
        await this.#clock.sleep(ofThem > 0 ? waitMs : Math.min(waitMs, this.windowMs / LOOKS), stop);
      } catch (error) {
        return refused('ledger', `${ledgerFailure(this.#ledger.file, error)}; nothing was sent`);
      }
    }
    return givenUp();
  }

  #silentMs(): number {
    return Math.max(0, this.#silentUntil - this.#clock.monotonic());
  }

  #settle(granted: Granted): void {
    if (this.#closed.signal.aborted) return;
    try {
      granted.settle();
    } catch {
      // The calls stay taken by their upper bound, which is the safe side; the next reservation reports the failure.
      return;
    }
  }
}

function refused(reason: Refusal['reason'], detail: string): Refusal {
  return { ran: false, reason, detail };
}

function tooLate(waitMs: number, silentMs: number): Refusal {
  const seconds = Math.ceil(waitMs / SECOND_MS);
  const why = silentMs >= waitMs ? 'no request may be sent after a 429 for' : 'the quota has no room for';
  return refused('aborted', `not sent: ${why} ${seconds} s, longer than the time for fetching`);
}

function givenUp(): Refusal {
  return refused('aborted', 'not sent: the time for fetching was over');
}
