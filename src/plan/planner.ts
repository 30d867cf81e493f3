/** From what is not known yet to the next request. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import { costOf, mostOf, type Cost } from './estimate.ts';
import {
  compareAtBest,
  concerns,
  EVERYTHING,
  isMember,
  standingOf,
  type Goal,
  type Pair,
  type PlannedSignal,
  type SingleGoal,
} from './goal.ts';
import { Tally, type Worth } from './tally.ts';

export interface PlannerOptions {
  /** Most symbols in one request. */
  readonly size: number;
  /** Whether places left in a request may go to pairs that cannot change the goal, for the sake of the rest of the feed. */
  readonly fill: boolean;
}

/** One request. */
export interface PlannedBatch {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
  /** So many of the symbols, the first ones, are asked for the sake of the goal. */
  readonly needed: number;
}

const NOTHING: ReadonlySet<Pair> = new Set();

/**
 * All signals of a run with what they still need. It is told what changes and keeps what each goal has been asked about since, so
 * that a plan costs what the last answer changed and not what all signals are.
 */
export class Planner {
  readonly #signals: (readonly PlannedSignal[])[] = [];
  /** By kind of goal, or by score. */
  readonly #tallies = new Map<SingleGoal['kind'] | number, { readonly goal: SingleGoal; readonly tally: Tally }>();
  /** With a direction, in the order of the best they could become; then what has changed since. */
  #directed: readonly PlannedSignal[] = [];
  readonly #gone = new Set<PlannedSignal>();
  readonly #come = new Set<PlannedSignal>();
  /** All of `#signals`; null after a change. */
  #flat: readonly PlannedSignal[] | null = null;

  /** `signals` take the place of those that `market` had, if any. */
  update(market: number, signals: readonly PlannedSignal[]): void {
    const before = this.#signals[market] ?? [];
    for (const { goal, tally } of this.#tallies.values()) {
      for (const signal of before) if (concerns(goal, signal)) tally.remove(signal, isMember(goal, signal));
      for (const signal of signals) if (concerns(goal, signal)) tally.add(signal, isMember(goal, signal));
    }
    for (const signal of before) if (signal.hasDirection && !this.#come.delete(signal)) this.#gone.add(signal);
    for (const signal of signals) if (signal.hasDirection) this.#come.add(signal);
    this.#signals[market] = signals;
    this.#flat = null;
  }

  /** Those of all markets, in the order of the markets. */
  get signals(): readonly PlannedSignal[] {
    return (this.#flat ??= this.#signals.flat());
  }

  /**
   * The next request towards `goal`, or null when asking can bring it no nearer. Only pairs that have to be known go into it,
   * so that no unit is spent on a guess: a signal that may still be ruled out is asked for its widest pair alone. Most signals per
   * unit first, then most points, then the oldest kept answer. Plan again after each answer.
   */
  next(goal: Goal, { size, fill }: PlannerOptions): PlannedBatch | null {
    const needed = mostUseful(this.#tallyFor(goal), size);
    if (needed === null) return null;
    const { kind } = needed[0]!.pair;
    const taken = new Set(needed.map(({ pair }) => pair));
    const others = fill ? this.#tallyOf(EVERYTHING).best(kind, size - needed.length, taken) : [];
    return { kind, symbols: [...needed, ...others].map(({ pair }) => pair.symbol), needed: needed.length };
  }

  /** The most that `goal` can still cost as long as nothing fails: the upper end of `costRange`. */
  ahead(goal: Goal, size: number): Cost {
    if (goal.kind === 'top') return mostOf(goal, this.#atBest(), size);
    const tally = this.#tallyOf(goal);
    return costOf(
      SERIES_KINDS.map((kind) => tally.open(kind)),
      size,
    );
  }

  /** Nothing that is still open can change what `goal` asks for. */
  isMet(goal: Goal): boolean {
    return standingOf(goal, goal.kind === 'all' || goal.kind === 'min-score' ? this.signals : this.#atBest()).met;
  }

  /** Signals with a direction. In order already but for the changes, they are sorted in no time. */
  #atBest(): readonly PlannedSignal[] {
    if (this.#gone.size + this.#come.size > 0) {
      const same = this.#directed.filter((signal) => !this.#gone.has(signal));
      this.#directed = [...same, ...this.#come].sort(compareAtBest);
      this.#gone.clear();
      this.#come.clear();
    }
    return this.#directed;
  }

  #tallyFor(goal: Goal): Tally {
    if (goal.kind !== 'top') return this.#tallyOf(goal);
    const tally = new Tally();
    for (const { signal, needsAll } of standingOf(goal, this.#atBest()).undecided) tally.add(signal, needsAll);
    return tally;
  }

  #tallyOf(goal: SingleGoal): Tally {
    const key = goal.kind === 'min-score' ? goal.score : goal.kind;
    const found = this.#tallies.get(key);
    if (found !== undefined) return found.tally;
    const tally = new Tally();
    for (const signal of this.signals) if (concerns(goal, signal)) tally.add(signal, isMember(goal, signal));
    this.#tallies.set(key, { goal, tally });
    return tally;
  }
}

/** The request of one kind, full or short, whose pairs are worth most. */
function mostUseful(tally: Tally, size: number): readonly Worth[] | null {
  let best: readonly Worth[] | null = null;
  for (const kind of SERIES_KINDS) {
    const members = tally.best(kind, size, NOTHING);
    if (members.length > 0 && (best === null || compareRequests(members, best) < 0)) best = members;
  }
  return best;
}

/** By signals per unit, then by points per unit; equal ones by kind: the first one found stays. */
function compareRequests(a: readonly Worth[], b: readonly Worth[]): number {
  const per = (members: readonly Worth[], of: (worth: Worth) => number): number =>
    members.reduce((sum, worth) => sum + of(worth), 0) / members.length;
  return (
    per(b, ({ signals }) => signals) - per(a, ({ signals }) => signals) ||
    per(b, ({ points }) => points) - per(a, ({ points }) => points)
  );
}
