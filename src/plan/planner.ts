/** From what is not known yet to the next request. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import { standingOf, type Goal, type OpenPair, type Pair, type PlannedSignal, type Undecided } from './goal.ts';

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

/** Divides by one, two, three and four kinds without a rest, so that sums do not depend on their order. */
const WHOLE = 12;

/** What asking for one pair is worth. */
interface Worth {
  readonly pair: Pair;
  /** Signals that it decides, in twelfths: the last open pair of a signal decides it, one of four a quarter. */
  signals: number;
  /** Points that it decides, over those signals. */
  points: number;
}

/**
 * The next request towards `goal`, or null when asking can bring it no nearer. Only pairs that have to be known go into it,
 * so that no unit is spent on a guess: a signal that may still be ruled out is asked for its widest pair alone. Most signals per
 * unit first, then most points, then the oldest kept answer. Plan again after each answer.
 */
export function nextBatch(
  goal: Goal,
  signals: readonly PlannedSignal[],
  { size, fill }: PlannerOptions,
): PlannedBatch | null {
  const worths = weigh(standingOf(goal, signals).undecided);
  const best = mostUseful(worths, size);
  if (best === null) return null;
  if (!fill || best.length === size) return asBatch(best, best.length);
  const kind = best[0]!.pair.kind;
  const taken = new Set(best.map(({ pair }) => pair));
  const others = weigh(standingOf({ kind: 'all' }, signals).undecided)
    .filter(({ pair }) => pair.kind === kind && !taken.has(pair))
    .sort(compareWorth);
  return asBatch([...best, ...others.slice(0, size - best.length)], best.length);
}

/** Every pair that asking about `undecided` needs at once, with its worth. */
function weigh(undecided: readonly Undecided[]): readonly Worth[] {
  const worths = new Map<Pair, Worth>();
  for (const { signal, needsAll } of undecided) {
    const wanted = needsAll ? signal.open : [widest(signal.open)];
    const share = WHOLE / wanted.length;
    for (const { pair, width } of wanted) {
      const worth = worths.get(pair);
      if (worth === undefined) worths.set(pair, { pair, signals: share, points: width });
      else {
        worth.signals += share;
        worth.points += width;
      }
    }
  }
  return [...worths.values()];
}

/** The pair that can move the score most; of equals the one of the first kind. */
function widest(open: readonly OpenPair[]): OpenPair {
  return open.reduce((best, one) =>
    one.width > best.width || (one.width === best.width && kindRank(one.pair) < kindRank(best.pair)) ? one : best,
  );
}

function kindRank({ kind }: Pair): number {
  return SERIES_KINDS.indexOf(kind);
}

/** The request of one kind, full or short, whose pairs are worth most. */
function mostUseful(worths: readonly Worth[], size: number): readonly Worth[] | null {
  let best: readonly Worth[] | null = null;
  for (const ofKind of Map.groupBy(worths, ({ pair }) => pair.kind).values()) {
    const members = [...ofKind].sort(compareWorth).slice(0, size);
    if (best === null || compareRequests(members, best) < 0) best = members;
  }
  return best;
}

/** By signals per unit, then by points per unit; equal ones by kind, so that the order of the input does not matter. */
function compareRequests(a: readonly Worth[], b: readonly Worth[]): number {
  const per = (members: readonly Worth[], of: (worth: Worth) => number): number =>
    members.reduce((sum, worth) => sum + of(worth), 0) / members.length;
  return (
    per(b, ({ signals }) => signals) - per(a, ({ signals }) => signals) ||
    per(b, ({ points }) => points) - per(a, ({ points }) => points) ||
    kindRank(a[0]!.pair) - kindRank(b[0]!.pair)
  );
}

function compareWorth(a: Worth, b: Worth): number {
  return (
    b.signals - a.signals ||
    b.points - a.points ||
    (a.pair.keptTo ?? -Infinity) - (b.pair.keptTo ?? -Infinity) ||
    (a.pair.symbol < b.pair.symbol ? -1 : 1)
  );
}

function asBatch(worths: readonly Worth[], needed: number): PlannedBatch {
  return { kind: worths[0]!.pair.kind, symbols: worths.map(({ pair }) => pair.symbol), needed };
}
