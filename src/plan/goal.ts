/** What a run wants to know exactly, and which signals stand in the way of it. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';

/**
 * `actionable`: every signal with a direction exact. `top`: the `count` best with a direction exact in membership, order and
 * score. `min-score`: the set of signals at or above `score` exact in membership, its members in score. `all`: every signal.
 */
export type Goal =
  | { readonly kind: 'actionable' | 'all' }
  | { readonly kind: 'top'; readonly count: number }
  | { readonly kind: 'min-score'; readonly score: number };

/** One external history of one symbol: what one unit of quota buys. One object, however many signals use it. */
export interface Pair {
  readonly kind: SeriesKind;
  readonly symbol: CoinalyzeSymbol;
  /** Up to where a kept answer that is too old to be exact reaches, ms UTC; null when nothing is kept. */
  readonly keptTo: number | null;
}

/** A pair that is not known yet, and how many points of a signal's score it decides. */
export interface OpenPair {
  readonly pair: Pair;
  readonly width: number;
}

/** A signal with status `ok`, as far as it is known. */
export interface PlannedSignal {
  /** Unique; of two signals with equal scores, the one with the smaller place stands first in the feed. */
  readonly place: number;
  readonly hasDirection: boolean;
  /** The score lies within; equal when nothing is open. */
  readonly low: number;
  readonly high: number;
  /** Open and worth asking. */
  readonly open: readonly OpenPair[];
  /** True when pairs are open that asking cannot close in this run: they failed, or upstream has not published them yet. */
  readonly blocked: boolean;
}

/** A signal that keeps the goal from being met. */
export interface Undecided {
  readonly signal: PlannedSignal;
  /** True when it needs all its open pairs, whatever any answer says; else one answer may already rule it out. */
  readonly needsAll: boolean;
}

export interface Standing {
  /** Nothing that is still open can change what the goal asks for. */
  readonly met: boolean;
  /** Each of them has to be asked about: no answer about others can settle it. */
  readonly undecided: readonly Undecided[];
  /** Signals that keep the goal from being met and that asking cannot settle. */
  readonly blocked: readonly PlannedSignal[];
}

/** How far `goal` is from being met. The order of `undecided` is that of `signals`, or for `top` of what they could become. */
export function standingOf(goal: Goal, signals: readonly PlannedSignal[]): Standing {
  if (goal.kind === 'top') {
    const directed = signals.filter(({ hasDirection }) => hasDirection);
    return topOf(directed, goal.count);
  }
  const able = signals.filter((signal) => concerns(goal, signal));
  const open = able.filter((signal) => signal.open.length > 0);
  return standing(
    open.map((signal) => ({ signal, needsAll: isMember(goal, signal) })),
    able.filter(({ blocked }) => blocked),
  );
}

/** A goal that asks for each signal by itself, whatever the others are. */
export type SingleGoal = Exclude<Goal, { readonly kind: 'top' }>;

export const EVERYTHING = { kind: 'all' } as const satisfies Goal;

/** False when the goal does not ask for the signal, whatever is still open. */
export function concerns(goal: SingleGoal, { hasDirection, high }: PlannedSignal): boolean {
  if (goal.kind === 'min-score') return high >= goal.score;
  return goal.kind === 'all' || hasDirection;
}

/** Of a signal that the goal concerns: true when nothing that is open can rule it out, so that it has to be exact. */
export function isMember(goal: SingleGoal, { low }: PlannedSignal): boolean {
  return goal.kind !== 'min-score' || low >= goal.score;
}

/**
 * Signals in the order of the best they could become. The first `count` of them are the answer once each is exact: nobody
 * behind can pass them. And each of them that is not exact has to be asked about: at its best it beats everybody behind,
 * whatever those turn out to be. Signals that cannot become exact take no place, since what they hide is not known.
 */
function topOf(signals: readonly PlannedSignal[], count: number): Standing {
  const atBest = [...signals].sort(compareAtBest);
  const undecided: Undecided[] = [];
  const blocked: PlannedSignal[] = [];
  let taken = 0;
  for (const signal of atBest) {
    if (taken === count) break;
    if (signal.blocked) blocked.push(signal);
    else taken += 1;
    if (signal.open.length > 0) undecided.push({ signal, needsAll: isMemberAtWorst(signal, atBest, count) });
  }
  return standing(undecided, blocked);
}

/** By the best they could become. */
export function compareAtBest(a: PlannedSignal, b: PlannedSignal): number {
  return b.high - a.high || a.place - b.place;
}

/** Fewer than `count` others could ever stand before it: those that are better at their best than it is at its worst. */
function isMemberAtWorst(
  { low, high, place }: PlannedSignal,
  atBest: readonly PlannedSignal[],
  count: number,
): boolean {
  let [from, to] = [0, atBest.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = atBest[middle]!;
    if (other.high > low || (other.high === low && other.place < place)) from = middle + 1;
    else to = middle;
  }
  const itself = high > low ? 1 : 0;
  return from - itself < count;
}

function standing(undecided: readonly Undecided[], blocked: readonly PlannedSignal[]): Standing {
  return { met: undecided.length === 0 && blocked.length === 0, undecided, blocked };
}
