/** The planner in its plain form, a function over all signals: what the one that is told of changes has to equal. */
import { SERIES_KINDS, type SeriesKind } from '../../src/core/series.ts';
import type { Cost } from '../../src/plan/estimate.ts';
import type { Goal, OpenPair, Pair, PlannedSignal, Standing, Undecided } from '../../src/plan/goal.ts';
import type { PlannedBatch, PlannerOptions } from '../../src/plan/planner.ts';

/** How far `goal` is from being met. The order of `undecided` is that of `signals`, or for `top` of what they could become. */
export function plainStanding(goal: Goal, signals: readonly PlannedSignal[]): Standing {
  if (goal.kind === 'all') return allOf(signals);
  if (goal.kind === 'min-score') return aboveScore(signals, goal.score);
  const directed = signals.filter(({ hasDirection }) => hasDirection);
  return goal.kind === 'top' ? topOf(directed, goal.count) : allOf(directed);
}

function allOf(signals: readonly PlannedSignal[]): Standing {
  return standing(
    signals.filter((signal) => signal.open.length > 0).map((signal) => ({ signal, needsAll: true })),
    signals.filter(({ blocked }) => blocked),
  );
}

/** Who could reach the score is either a member, and then needs to be exact, or has to be ruled out. */
function aboveScore(signals: readonly PlannedSignal[], score: number): Standing {
  const able = signals.filter(({ high }) => high >= score);
  return standing(
    able.filter(({ open }) => open.length > 0).map((signal) => ({ signal, needsAll: signal.low >= score })),
    able.filter(({ blocked }) => blocked),
  );
}

/**
 * Signals in the order of the best they could become. The first `count` of them are the answer once each is exact: nobody
 * behind can pass them. And each of them that is not exact has to be asked about: at its best it beats everybody behind,
 * whatever those turn out to be. Signals that cannot become exact take no place, since what they hide is not known.
 */
function topOf(signals: readonly PlannedSignal[], count: number): Standing {
  const atBest = [...signals].sort((a, b) => b.high - a.high || a.place - b.place);
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

/** Fewer than `count` others could ever stand before it. */
function isMemberAtWorst(signal: PlannedSignal, atBest: readonly PlannedSignal[], count: number): boolean {
  let before = 0;
  for (const other of atBest) {
    if (other.high < signal.low || before === count) break;
    if (other !== signal && (other.high > signal.low || other.place < signal.place)) before += 1;
  }
  return before < count;
}

function standing(undecided: readonly Undecided[], blocked: readonly PlannedSignal[]): Standing {
  return { met: undecided.length === 0 && blocked.length === 0, undecided, blocked };
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
export function plainNext(
  goal: Goal,
  signals: readonly PlannedSignal[],
  { size, fill }: PlannerOptions,
): PlannedBatch | null {
  const worths = weigh(plainStanding(goal, signals).undecided);
  const best = mostUseful(worths, size);
  if (best === null) return null;
  if (!fill || best.length === size) return asBatch(best, best.length);
  const kind = best[0]!.pair.kind;
  const taken = new Set(best.map(({ pair }) => pair));
  const others = weigh(plainStanding({ kind: 'all' }, signals).undecided)
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

/** Upper end of what the goal can cost. */
export function plainAhead(goal: Goal, signals: readonly PlannedSignal[], size: number): Cost {
  const asked =
    goal.kind === 'top'
      ? everInTop(goal.count, signals)
      : plainStanding(goal, signals).undecided.map(({ signal }) => signal);
  const pairs = new Set(asked.flatMap(({ open }) => open.map(({ pair }) => pair)));
  const counts = SERIES_KINDS.map((kind: SeriesKind) => [...pairs].filter((pair) => pair.kind === kind).length);
  return {
    units: pairs.size,
    requests: counts.reduce((sum, count) => sum + Math.ceil(count / size), 0),
  };
}

/** Signals that fewer than `count` others beat for certain. */
function everInTop(count: number, signals: readonly PlannedSignal[]): readonly PlannedSignal[] {
  const directed = signals.filter(({ hasDirection }) => hasDirection);
  const lows = directed.filter(({ blocked }) => !blocked).map(({ low }) => low);
  const bar = lows.sort((a, b) => b - a)[count - 1] ?? -Infinity;
  return directed.filter(({ high }) => high >= bar);
}
