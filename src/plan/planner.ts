/** From what is not known yet to the next request. */
import type { Offer, SeriesKey } from '../core/offer.ts';
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import { EVERYTHING, standingOf, type Goal, type PendingSeries, type PlannedKey, type PlannedSignal } from './goal.ts';

/** The requests that would bring some of `wanted`, which stands best first. */
export type Offers = (wanted: readonly SeriesKey[]) => readonly Offer[];

export interface PlannerOptions {
  readonly offers: Offers;
  /** Whether places left in a request may go to series that cannot change the goal, for the sake of the remaining feed. */
  readonly fill: boolean;
}

/** The request to send next. */
export interface PlannedOffer {
  readonly offer: Offer;
  /** So many of the series that it brings are asked for the sake of the goal. */
  readonly needed: number;
}

/** What asking for one series is worth, in whole numbers, so that sums depend on no order. */
interface Worth {
  readonly key: PlannedKey;
  /** Signals that it decides, in twelfths: the last pending series of a signal decides it, one of four a quarter. */
  signals: number;
  /** Points that it decides over those signals, in hundredths. */
  points: number;
}

type Worths = ReadonlyMap<SeriesKey, Worth>;

/** Divides by one, two, three and four kinds without a rest. */
const WHOLE = 12;
/** Points have two decimals. */
const POINT = 100;

/**
 * The next request towards `goal`, or null when asking can bring it no nearer. Only series that have to be known are wanted,
 * so that no call is spent on a guess: a signal that may still be ruled out is asked for its widest series alone. The offer with
 * most signals per call is taken, then with most points, then of the first kind. Plan again after each answer.
 */
export function nextOffer(
  goal: Goal,
  signals: readonly PlannedSignal[],
  { offers, fill }: PlannerOptions,
): PlannedOffer | null {
  const worths = weigh(goal, signals);
  const wanted = bestFirst(worths.values());
  const best = mostUseful(offers(wanted), worths);
  if (best === null) return null;
  const offer = fill ? filled(best, worths, signals, offers) : best;
  return { offer, needed: neededOf(offer, worths).length };
}

/** Every series that `goal` needs at once, with its worth. */
function weigh(goal: Goal, signals: readonly PlannedSignal[]): Worths {
  const worths = new Map<SeriesKey, Worth>();
  for (const { signal, needsAll } of standingOf(goal, signals).undecided) {
    const wanted = needsAll ? signal.pending : [widest(signal.pending)];
    for (const { key, width } of wanted) {
      let worth = worths.get(key);
      if (worth === undefined) worths.set(key, (worth = { key, signals: 0, points: 0 }));
      worth.signals += WHOLE / wanted.length;
      worth.points += Math.round(width * POINT);
    }
  }
  return worths;
}

/** The series that can move the score most; of equals the one of the first kind. */
function widest(pending: readonly PendingSeries[]): PendingSeries {
  return pending.reduce((best, one) =>
    one.width > best.width || (one.width === best.width && kindRank(one.key.kind) < kindRank(best.key.kind))
      ? one
      : best,
  );
}

function kindRank(kind: SeriesKind): number {
  return SERIES_KINDS.indexOf(kind);
}

function bestFirst(worths: Iterable<Worth>): readonly PlannedKey[] {
  return [...worths].sort(compareWorth).map(({ key }) => key);
}

/** Most signals first, then most points, then the oldest cached answer; of equals the first instrument. */
function compareWorth(a: Worth, b: Worth): number {
  if (a.signals !== b.signals) return b.signals - a.signals;
  if (a.points !== b.points) return b.points - a.points;
  const [from, to] = [a.key.keptTo ?? -Infinity, b.key.keptTo ?? -Infinity];
  if (from !== to) return from - to;
  if (a.key.instrument !== b.key.instrument) return a.key.instrument < b.key.instrument ? -1 : 1;
  return kindRank(a.key.kind) - kindRank(b.key.kind);
}

/** Null when none of the offers brings anything that is needed. */
function mostUseful(offers: readonly Offer[], worths: Worths): Offer | null {
  let best: Rated | null = null;
  for (const offer of offers) {
    const rated = rate(offer, worths);
    if (rated.signals > 0 && (best === null || compareRated(rated, best) < 0)) best = rated;
  }
  return best?.offer ?? null;
}

interface Rated {
  readonly offer: Offer;
  /** Per call. */
  readonly signals: number;
  readonly points: number;
  readonly rank: number;
}

function rate(offer: Offer, worths: Worths): Rated {
  const needed = neededOf(offer, worths);
  const perCall = (of: (worth: Worth) => number): number =>
    needed.reduce((sum, worth) => sum + of(worth), 0) / offer.calls;
  return {
    offer,
    signals: perCall(({ signals }) => signals),
    points: perCall(({ points }) => points),
    rank: Math.min(...needed.map(({ key }) => kindRank(key.kind))),
  };
}

function compareRated(a: Rated, b: Rated): number {
  return b.signals - a.signals || b.points - a.points || a.rank - b.rank;
}

function neededOf({ brings }: Offer, worths: Worths): readonly Worth[] {
  return brings.flatMap((key) => worths.get(key) ?? []);
}

/** The same request with room left given to what else is pending of its kind, worth most first. */
function filled(best: Offer, worths: Worths, signals: readonly PlannedSignal[], offers: Offers): Offer {
  const needed = neededOf(best, worths).map(({ key }) => key);
  const first = needed[0]!;
  const taken = new Set<SeriesKey>(needed);
  const others = [...weigh(EVERYTHING, signals).values()].filter(
    ({ key }) => key.kind === first.kind && !taken.has(key),
  );
  const larger = offers([...needed, ...bestFirst(others)]);
  return larger.find(({ brings }) => brings.includes(first)) ?? best;
}
