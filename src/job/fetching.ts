/** Request after request towards the goal, then for the remaining series; after each answer the plan is made anew. */
import type { PlanCost, RunPlan } from '../core/feed.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import { costRange, mostOf } from '../plan/estimate.ts';
import { EVERYTHING, standingOf, type Goal, type PlannedSignal } from '../plan/goal.ts';
import { nextOffer, type PlannedOffer } from '../plan/planner.ts';
import type { KnownMarkets } from './known-markets.ts';
import type { Aim, ScanServices, TimeBound } from './request.ts';
import type { SeriesBook } from './series-book.ts';
import type { Upstream } from './upstream.ts';

type Phase = keyof RunPlan['phases'];

const NOTHING: PlanCost = { calls: 0, requests: 0 };

/** What this run has sent, as the quota counts it: retries included. */
export class Spending {
  readonly kinds: Record<SeriesKind, PlanCost>;
  readonly phases: Record<Phase, PlanCost> = { market_list: NOTHING, goal: NOTHING, remaining: NOTHING };

  constructor() {
    const none = SERIES_KINDS.map((kind) => [kind, NOTHING] as const);
    this.kinds = Object.fromEntries(none) as Record<SeriesKind, PlanCost>;
  }
}

export interface FetchingParts {
  readonly markets: KnownMarkets;
  readonly book: SeriesBook;
  readonly upstream: Upstream;
  readonly aim: Aim;
  readonly services: ScanServices;
}

export class Fetching {
  readonly spending = new Spending();
  readonly #parts: FetchingParts;
  #sent = 0;
  #calls = 0;

  constructor(parts: FetchingParts) {
    this.#parts = parts;
  }

  /** All signals with a score, as they stand. */
  get signals(): readonly PlannedSignal[] {
    const { markets, book, upstream } = this.#parts;
    return markets.planned(book, upstream.provider);
  }

  isMet(goal: Goal): boolean {
    return standingOf(goal, this.signals).met;
  }

  /** True when the goal, or what comes after it, has something to ask for. */
  get isDue(): boolean {
    const { goal, remaining } = this.#parts.aim;
    return goal !== null && (this.#next(goal, false) !== null || (remaining && this.#next(EVERYTHING, false) !== null));
  }

  /** True when the remaining series have something to ask for, and the time to. */
  get isRemainingDue(): boolean {
    const { aim, services, upstream } = this.#parts;
    const { over, until } = services.time.remaining;
    if (!aim.remaining || over.aborted) return false;
    const planned = this.#next(EVERYTHING, false);
    return planned !== null && upstream.canSend(planned.offer.calls, until);
  }

  /** Asks until nothing can be asked any more, or the time is up: then false. */
  async pursue(goal: Goal, phase: 'goal' | 'remaining'): Promise<boolean> {
    const { upstream, services } = this.#parts;
    const bound = services.time[phase];
    upstream.endBy(bound.until);
    for (;;) {
      const planned = this.#next(goal, phase === 'goal' && this.#mayFill());
      if (planned === null) return true;
      if (bound.over.aborted || !upstream.canSend(planned.offer.calls, bound.until)) return false;
      if (!(await this.#ask(planned, phase, bound))) return false;
    }
  }

  /** Charges what `work` sends to `phase`; `filled` of its calls are for the remaining series. */
  async charge<T>(
    phase: Phase,
    work: () => Promise<T>,
    filled = 0,
  ): Promise<{ readonly value: T; readonly cost: PlanCost }> {
    const { upstream } = this.#parts;
    const before = upstream.spent();
    const value = await work();
    const after = upstream.spent();
    const cost = { calls: after.calls - before.calls, requests: after.requests - before.requests };
    const forRemaining = Math.min(filled, cost.calls);
    const { phases } = this.spending;
    phases[phase] = sum(phases[phase], { ...cost, calls: cost.calls - forRemaining });
    phases.remaining = sum(phases.remaining, { calls: forRemaining, requests: 0 });
    return { value, cost };
  }

  /** Tells what is ahead; nothing when there is nothing. */
  announce(): void {
    const { upstream, services } = this.#parts;
    const { atLeast, atMost } = costRange(this.#wanted, this.signals, (wanted) => upstream.offers(wanted));
    if (atMost.calls === 0) return;
    const ms = upstream.estimateMs(atMost.calls);
    const { calls, requests } = atMost;
    services.tell({ type: 'planned', atLeast: atLeast.calls, atMost: calls, requests, ms });
  }

  /** False when it was not sent for lack of time. */
  async #ask({ offer, needed }: PlannedOffer, phase: 'goal' | 'remaining', { over }: TimeBound): Promise<boolean> {
    const { upstream, book, markets, services } = this.#parts;
    const { kind } = offer.brings[0]!;
    this.#tellBatch(offer.brings.length, kind);
    const coveredBefore = upstream.coveredFailures.get('deferred') ?? 0;
    const { value: outcomes, cost } = await this.charge(phase, () => upstream.fetch(offer, over), offer.calls - needed);
    this.spending.kinds[kind] = sum(this.spending.kinds[kind], cost);
    this.#calls += offer.calls;
    for (const [index, key] of offer.brings.entries()) {
      book.record(key, outcomes[index]!);
      markets.learn(key, outcomes[index]!);
    }
    services.tell({ type: 'answered', calls: this.#calls });
    const isCovered = (upstream.coveredFailures.get('deferred') ?? 0) > coveredBefore;
    return !isCovered && !outcomes.some((outcome) => !outcome.ok && outcome.code === 'deferred');
  }

  #tellBatch(symbols: number, kind: SeriesKind): void {
    const { upstream, services } = this.#parts;
    const ahead = mostOf(this.#wanted, this.signals, (wanted) => upstream.offers(wanted));
    const of = this.#sent + Math.max(1, ahead.requests);
    this.#sent += 1;
    const leftMs = upstream.estimateMs(ahead.calls);
    const allCalls = this.#calls + ahead.calls;
    services.tell({ type: 'batch', number: this.#sent, of, kind, symbols, calls: this.#calls, allCalls, leftMs });
  }

  #next(goal: Goal, fill: boolean): PlannedOffer | null {
    const { upstream } = this.#parts;
    return nextOffer(goal, this.signals, { offers: (wanted) => upstream.offers(wanted), fill });
  }

  /** All that this run is to ask for. */
  get #wanted(): Goal {
    const { goal, remaining } = this.#parts.aim;
    return remaining || goal === null ? EVERYTHING : goal;
  }

  /** Places left in a request of the goal go to the remaining series as long as those have time. */
  #mayFill(): boolean {
    const { aim, services } = this.#parts;
    return aim.remaining && !services.time.remaining.over.aborted;
  }
}

function sum(a: PlanCost, b: PlanCost): PlanCost {
  return { calls: a.calls + b.calls, requests: a.requests + b.requests };
}
