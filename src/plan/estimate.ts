/** What goals will cost, before anything is asked. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { SeriesKind } from '../core/series.ts';
import { concerns, standingOf, type Goal, type Pair, type PlannedSignal } from './goal.ts';

export interface Cost {
  readonly units: number;
  /** Least number of requests for them. */
  readonly requests: number;
}

export interface CostRange {
  readonly atLeast: Cost;
  readonly atMost: Cost;
}

/** `counts`: distinct pairs of each kind. `size`: most symbols in one request. */
export function costOf(counts: readonly number[], size: number): Cost {
  return {
    units: counts.reduce((sum, count) => sum + count, 0),
    requests: counts.reduce((sum, count) => sum + Math.ceil(count / size), 0),
  };
}

/** How much the planner will ask for as long as nothing fails; what the answers say decides where in between. */
export function costRange(goal: Goal, signals: readonly PlannedSignal[], size: number): CostRange {
  const { undecided } = standingOf(goal, signals);
  const certain = openPairs(undecided.filter(({ needsAll }) => needsAll).map(({ signal }) => signal));
  const least = costOf(countsOf(certain), size);
  const more = undecided.filter(({ needsAll }) => !needsAll).map(({ signal }) => signal);
  const units = least.units + symbolsOutside(certain, more);
  return {
    atLeast: { units, requests: Math.max(least.requests, Math.ceil(units / size)) },
    atMost: mostOf(goal, signals, size),
  };
}

/** The upper end of `costRange`. */
export function mostOf(goal: Goal, signals: readonly PlannedSignal[], size: number): Cost {
  const concerned =
    goal.kind === 'top' ? everInTop(goal.count, signals) : signals.filter((signal) => concerns(goal, signal));
  return costOf(countsOf(openPairs(concerned)), size);
}

type Pairs = ReadonlyMap<SeriesKind, ReadonlySet<Pair>>;

/** Distinct pairs that are open, by kind. */
function openPairs(signals: readonly PlannedSignal[]): Pairs {
  const pairs = new Map<SeriesKind, Set<Pair>>();
  for (const { open } of signals) {
    for (const { pair } of open) {
      const ofKind = pairs.get(pair.kind);
      if (ofKind === undefined) pairs.set(pair.kind, new Set([pair]));
      else ofKind.add(pair);
    }
  }
  return pairs;
}

function countsOf(pairs: Pairs): readonly number[] {
  return [...pairs.values()].map((ofKind) => ofKind.size);
}

/** Signals that fewer than `count` others beat for certain. */
function everInTop(count: number, signals: readonly PlannedSignal[]): readonly PlannedSignal[] {
  const directed = signals.filter(({ hasDirection }) => hasDirection);
  const lows = directed.filter(({ blocked }) => !blocked).map(({ low }) => low);
  const bar = lows.sort((a, b) => b - a)[count - 1] ?? -Infinity;
  return directed.filter(({ high }) => high >= bar);
}

/** Each of `signals` needs one pair at least; those of one symbol may share it. */
function symbolsOutside(certain: Pairs, signals: readonly PlannedSignal[]): number {
  const covered = new Set([...certain.values()].flatMap((pairs) => [...pairs].map(({ symbol }) => symbol)));
  const symbols = new Set<CoinalyzeSymbol>();
  for (const { open } of signals) {
    const { symbol } = open[0]!.pair;
    if (!covered.has(symbol)) symbols.add(symbol);
  }
  return symbols.size;
}
