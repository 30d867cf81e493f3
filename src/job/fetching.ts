/** Request after request towards the goal, then for the rest; after each answer the plan is made anew. */
import type { SeriesKind } from '../core/series.ts';
import { SERIES_KINDS } from '../core/series.ts';
import { costRange, type Cost } from '../plan/estimate.ts';
import { EVERYTHING, type Goal } from '../plan/goal.ts';
import type { PlannedBatch } from '../plan/planner.ts';
import { formatDuration } from '../platform/text.ts';
import type { Upstream } from '../wire.ts';
import type { Board } from './board.ts';
import type { ScanRequest, ScanServices, TimeBound } from './request.ts';

type Phase = 'market_list' | 'goal' | 'rest';

/** What this run has sent, as the quota counts it: retries included. */
export class Spending {
  readonly kinds: Record<SeriesKind, Cost>;
  readonly phases: Record<Phase, Cost> = { market_list: NOTHING, goal: NOTHING, rest: NOTHING };

  constructor() {
    const none = SERIES_KINDS.map((kind) => [kind, NOTHING] as const);
    this.kinds = Object.fromEntries(none) as Record<SeriesKind, Cost>;
  }
}

const NOTHING: Cost = { units: 0, requests: 0 };

export class Fetching {
  readonly spending = new Spending();
  readonly #board: Board;
  readonly #upstream: Upstream;
  readonly #request: ScanRequest;
  readonly #services: ScanServices;
  readonly #bar: () => ReturnType<ScanServices['progress']['bar']>;
  #sent = 0;
  #units = 0;

  constructor(board: Board, upstream: Upstream, request: ScanRequest, services: ScanServices) {
    this.#board = board;
    this.#upstream = upstream;
    this.#request = request;
    this.#services = services;
    let bar: ReturnType<ScanServices['progress']['bar']> | null = null;
    this.#bar = () => (bar ??= services.progress.bar('fetching', 0));
  }

  /** True when the goal, or the rest after it, has something to ask for. */
  get due(): boolean {
    const { goal, rest } = this.#request.aim;
    return goal !== null && (this.#next(goal, false) !== null || (rest && this.#next(EVERYTHING, false) !== null));
  }

  get restDue(): boolean {
    const { restBound } = this;
    if (!this.#request.aim.rest || restBound.over.aborted) return false;
    const batch = this.#next(EVERYTHING, false);
    return batch !== null && this.#upstream.canSend(batch.symbols.length, restBound.until);
  }

  get restBound(): TimeBound {
    return this.#services.fetching.rest;
  }

  /** Asks until nothing can be asked any more, or the time is up: then false. */
  async pursue(goal: Goal, phase: 'goal' | 'rest'): Promise<boolean> {
    const bound = this.#services.fetching[phase];
    this.#upstream.endBy(bound.until);
    for (;;) {
      const batch = this.#next(goal, phase === 'goal' && this.#mayFill());
      if (batch === null) return true;
      if (bound.over.aborted || !this.#upstream.canSend(batch.symbols.length, bound.until)) return false;
      if (!(await this.#ask(batch, phase, bound))) return false;
    }
  }

  /** Charges what `work` sends to `phase`; `filled` of its units are for the rest. */
  async charge<T>(
    phase: Phase,
    work: () => Promise<T>,
    filled = 0,
  ): Promise<{ readonly value: T; readonly cost: Cost }> {
    const before = this.#upstream.spent();
    const value = await work();
    const after = this.#upstream.spent();
    const cost = { units: after.units - before.units, requests: after.requests - before.requests };
    const forRest = Math.min(filled, cost.units);
    const { phases } = this.spending;
    phases[phase] = sum(phases[phase], { ...cost, units: cost.units - forRest });
    phases.rest = sum(phases.rest, { units: forRest, requests: 0 });
    return { value, cost };
  }

  /** What is ahead, in one line; nothing when there is nothing. */
  announce(): void {
    if (this.#request.aim.goal === null) return;
    const { atLeast, atMost } = costRange(this.#wanted, this.#board.planner.signals, this.#upstream.batchSize);
    if (atMost.units === 0) return;
    const time = `${formatDuration(this.#upstream.estimateMs(atMost.units))} under the quota`;
    this.#services.log.info(
      atLeast.units === atMost.units
        ? `${atMost.units} units in ${atMost.requests} requests, ${time}`
        : `${atLeast.units} to ${atMost.units} units, at most ${time}`,
    );
  }

  /** False when it was not sent for lack of time. */
  async #ask({ kind, symbols, needed }: PlannedBatch, phase: 'goal' | 'rest', { over }: TimeBound): Promise<boolean> {
    const { provider } = this.#upstream;
    const board = this.#board;
    const number = this.#sent + 1;
    const total = board.planner.ahead(this.#wanted, this.#upstream.batchSize);
    const of = this.#sent + Math.max(1, total.requests);
    const { log } = this.#services;
    log.line(`[BATCH] Fetching batch ${number}/${of} (${symbols.length} symbols)`);
    const left = `${formatDuration(this.#upstream.estimateMs(total.units))} under the quota`;
    const bar = this.#bar();
    bar.setTotal(this.#units + total.units);
    bar.update(this.#units, `units, request ${number} of ${of}, ${left}`);
    const coveredBefore = provider.coveredFailures.get('deferred') ?? 0;
    const fetch = (): ReturnType<typeof provider.fetch> => provider.fetch(kind, symbols, board.window, over);
    const { value: outcomes, cost } = await this.charge(phase, fetch, symbols.length - needed);
    this.spending.kinds[kind] = sum(this.spending.kinds[kind], cost);
    this.#sent = number;
    this.#units += symbols.length;
    board.book.record(kind, symbols, outcomes);
    await board.update(symbols);
    bar.update(this.#units);
    const covered = (provider.coveredFailures.get('deferred') ?? 0) > coveredBefore;
    return !covered && !outcomes.some((outcome) => !outcome.ok && outcome.code === 'deferred');
  }

  #next(goal: Goal, fill: boolean): PlannedBatch | null {
    return this.#board.planner.next(goal, { size: this.#upstream.batchSize, fill });
  }

  /** All that this run is to ask for. */
  get #wanted(): Goal {
    const { goal, rest } = this.#request.aim;
    return rest || goal === null ? EVERYTHING : goal;
  }

  /** Places left in a request of the goal go to the rest as long as the rest has time. */
  #mayFill(): boolean {
    return this.#request.aim.rest && !this.restBound.over.aborted;
  }
}

function sum(a: Cost, b: Cost): Cost {
  return { units: a.units + b.units, requests: a.requests + b.requests };
}
