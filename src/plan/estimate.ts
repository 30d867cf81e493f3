/** What goals will cost, before anything is asked. */
import type { SeriesKey } from '../core/offer.ts';
import { concernedBy, standingOf, type Goal, type PlannedSignal, type Undecided } from './goal.ts';
import type { Offers } from './planner.ts';

export interface Cost {
  readonly calls: number;
  /** Least number of requests for them. */
  readonly requests: number;
}

export interface CostRange {
  readonly atLeast: Cost;
  readonly atMost: Cost;
}

/** What asking for all of `keys` costs, request by request. */
export function costOf(keys: Iterable<SeriesKey>, offers: Offers): Cost {
  const remaining = new Set(keys);
  let [calls, requests] = [0, 0];
  for (let before = -1; remaining.size > 0 && remaining.size !== before;) {
    before = remaining.size;
    for (const offer of offers([...remaining])) {
      calls += offer.calls;
      requests += 1;
      for (const key of offer.brings) remaining.delete(key);
    }
  }
  return { calls, requests };
}

/** How much the planner will ask for as long as nothing fails; what the answers say decides where in between. */
export function costRange(goal: Goal, signals: readonly PlannedSignal[], offers: Offers): CostRange {
  const { undecided } = standingOf(goal, signals);
  const certain = pendingKeys(undecided.filter(({ needsAll }) => needsAll).map(({ signal }) => signal));
  const { calls, requests } = costOf(certain, offers);
  const maybe = undecided.filter(({ needsAll }) => !needsAll);
  const least = calls + instrumentsOutside(certain, maybe);
  const most = Math.max(
    1,
    ...offers([...pendingKeys(undecided.map(({ signal }) => signal))]).map((offer) => offer.calls),
  );
  return {
    atLeast: { calls: least, requests: Math.max(requests, Math.ceil(least / most)) },
    atMost: mostOf(goal, signals, offers),
  };
}

/** The upper end of `costRange`. */
export function mostOf(goal: Goal, signals: readonly PlannedSignal[], offers: Offers): Cost {
  return costOf(pendingKeys(concernedBy(goal, signals)), offers);
}

function pendingKeys(signals: readonly PlannedSignal[]): ReadonlySet<SeriesKey> {
  const keys = new Set<SeriesKey>();
  for (const { pending } of signals) for (const { key } of pending) keys.add(key);
  return keys;
}

/** Each of `maybe` needs one series at least; those of one instrument may share it. */
function instrumentsOutside(certain: ReadonlySet<SeriesKey>, maybe: readonly Undecided[]): number {
  const covered = new Set([...certain].map(({ instrument }) => instrument));
  const instruments = new Set(maybe.map(({ signal }) => signal.pending[0]!.key.instrument));
  return [...instruments].filter((instrument) => !covered.has(instrument)).length;
}
