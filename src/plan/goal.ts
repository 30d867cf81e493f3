/** What a run wants to know for certain, and which signals stand in the way of it. */
import type { SeriesKey } from '../core/offer.ts';

/**
 * `actionable`: every signal with a direction is final. `top`: the `count` best of each strategy with a direction are final in
 * membership, order and score. `min-score`: the set of signals at or above `score` is final in membership, its members in
 * score. `all`: every signal is final.
 */
export type Goal =
  | { readonly kind: 'actionable' | 'all' }
  | { readonly kind: 'top'; readonly count: number }
  | { readonly kind: 'min-score'; readonly score: number };

/** A series that signals can use. One object, however many signals use it. */
export interface PlannedKey extends SeriesKey {
  /** Up to where a cached answer that is too old to be final reaches, ms UTC; null when there is none. */
  readonly keptTo: number | null;
}

/** A series that is pending, and how many points of a signal's score it decides. */
export interface PendingSeries {
  readonly key: PlannedKey;
  readonly width: number;
}

/** A signal with status `ok`, as far as it is known. */
export interface PlannedSignal {
  /** Unique; of two signals of a strategy with equal scores, the one with the smaller place stands first in the feed. */
  readonly place: number;
  /** Index of its strategy. */
  readonly strategy: number;
  readonly hasDirection: boolean;
  /** The score lies within; equal when nothing is pending. */
  readonly low: number;
  readonly high: number;
  /** Pending and worth asking. */
  readonly pending: readonly PendingSeries[];
  /** True when series are pending that asking cannot settle in this run: they failed, or upstream has not published them yet. */
  readonly waiting: boolean;
}

/** A signal that keeps the goal from being met. */
export interface Undecided {
  readonly signal: PlannedSignal;
  /** True when it needs all its pending series, whatever any answer says; else one answer may already rule it out. */
  readonly needsAll: boolean;
}

export interface Standing {
  /** Nothing that is still pending can change what the goal asks for. */
  readonly met: boolean;
  /** Each of them has to be asked about: no answer about others can settle it. */
  readonly undecided: readonly Undecided[];
  /** Signals that keep the goal from being met and that asking alone cannot settle. */
  readonly waiting: readonly PlannedSignal[];
}

/** A goal that asks for each signal by itself, whatever the others are. */
type SingleGoal = Exclude<Goal, { readonly kind: 'top' }>;

export const EVERYTHING = { kind: 'all' } as const satisfies Goal;

/** How far `goal` is from being met. */
export function standingOf(goal: Goal, signals: readonly PlannedSignal[]): Standing {
  if (goal.kind === 'top') return topOfEach(signals, goal.count);
  const able = signals.filter((signal) => concerns(goal, signal));
  return standing(
    able
      .filter(({ pending }) => pending.length > 0)
      .map((signal) => ({ signal, needsAll: goal.kind !== 'min-score' || signal.low >= goal.score })),
    able.filter(({ waiting }) => waiting),
  );
}

/** Signals that the goal may have to ask about as long as nothing fails, whatever the answers are. */
export function concernedBy(goal: Goal, signals: readonly PlannedSignal[]): readonly PlannedSignal[] {
  if (goal.kind !== 'top') return signals.filter((signal) => concerns(goal, signal));
  return directedByStrategy(signals).flatMap((ofOne) => everInTop(goal.count, ofOne));
}

/** False when the goal does not ask for the signal, whatever is still pending. */
function concerns(goal: SingleGoal, { hasDirection, high }: PlannedSignal): boolean {
  if (goal.kind === 'min-score') return high >= goal.score;
  return goal.kind === 'all' || hasDirection;
}

function directedByStrategy(signals: readonly PlannedSignal[]): readonly (readonly PlannedSignal[])[] {
  const directed = signals.filter(({ hasDirection }) => hasDirection);
  return [...Map.groupBy(directed, ({ strategy }) => strategy).values()];
}

/** Those of one strategy that fewer than `count` others beat for certain. */
function everInTop(count: number, directed: readonly PlannedSignal[]): readonly PlannedSignal[] {
  const lows = directed.filter(({ waiting }) => !waiting).map(({ low }) => low);
  const bar = lows.sort((a, b) => b - a)[count - 1] ?? -Infinity;
  return directed.filter(({ high }) => high >= bar);
}

function topOfEach(signals: readonly PlannedSignal[], count: number): Standing {
  const standings = directedByStrategy(signals).map((ofOne) => topOf(ofOne, count));
  return standing(
    standings.flatMap(({ undecided }) => undecided),
    standings.flatMap(({ waiting }) => waiting),
  );
}

/**
 * Signals of one strategy in the order of the best they could become. The first `count` of them are the answer once each is
 * final: nobody behind can pass them. And each of them that is not final has to be asked about: at its best it beats everybody
 * behind, whatever those turn out to be. Signals that cannot become final take no place, since what they hide is not known.
 */
function topOf(signals: readonly PlannedSignal[], count: number): Standing {
  const atBest = [...signals].sort((a, b) => b.high - a.high || a.place - b.place);
  const undecided: Undecided[] = [];
  const waiting: PlannedSignal[] = [];
  let taken = 0;
  for (const signal of atBest) {
    if (taken === count) break;
    if (signal.waiting) waiting.push(signal);
    else taken += 1;
    if (signal.pending.length > 0) undecided.push({ signal, needsAll: isMemberAtWorst(signal, atBest, count) });
  }
  return standing(undecided, waiting);
}

/** Fewer than `count` others could ever stand before it: those that are better at their best than it is at its worst. */
function isMemberAtWorst(signal: PlannedSignal, atBest: readonly PlannedSignal[], count: number): boolean {
  let before = 0;
  for (const other of atBest) {
    if (other.high < signal.low || before === count) break;
    if (other !== signal && (other.high > signal.low || other.place < signal.place)) before += 1;
  }
  return before < count;
}

function standing(undecided: readonly Undecided[], waiting: readonly PlannedSignal[]): Standing {
  return { met: undecided.length === 0 && waiting.length === 0, undecided, waiting };
}
