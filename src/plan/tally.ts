/** What asking for each pair is worth, kept up to date signal by signal. */
import { SERIES_KINDS, type SeriesKind } from '../core/series.ts';
import type { OpenPair, Pair, PlannedSignal } from './goal.ts';

/** What asking for one pair is worth. In whole numbers, so that sums depend on no order and what is taken off leaves nothing. */
export interface Worth {
  readonly pair: Pair;
  /** Signals to which it is open, whether or not they need it at once. */
  users: number;
  /** Signals that it decides, in twelfths: the last open pair of a signal decides it, one of four a quarter. */
  signals: number;
  /** Points that it decides over those signals, in hundredths. */
  points: number;
}

/** Divides by one, two, three and four kinds without a rest. */
const WHOLE = 12;
/** Points have two decimals. */
const POINT = 100;

interface Listing {
  /** Pairs with what they were worth when they were last sorted, best first. */
  worths: readonly Worth[];
  /** Those of them, and new ones, whose worth has changed since. */
  readonly changed: Set<Worth>;
  /** Pairs with a user. */
  open: number;
}

/** So many changes, and one for each 16 pairs, are looked through beside the sorted list before it is sorted again. */
const CHANGES = 64;
const PAIRS_PER_CHANGE = 16;

export class Tally {
  readonly #worths = new Map<Pair, Worth>();
  readonly #listings = new Map<SeriesKind, Listing>(
    SERIES_KINDS.map((kind) => [kind, { worths: [], changed: new Set(), open: 0 }]),
  );

  /** `needsAll`: as in `Undecided`. */
  add(signal: PlannedSignal, needsAll: boolean): void {
    this.#count(signal, needsAll, 1);
  }

  /** Takes off what `add` was given. */
  remove(signal: PlannedSignal, needsAll: boolean): void {
    this.#count(signal, needsAll, -1);
  }

  /** Distinct pairs that are open to any of the signals. */
  open(kind: SeriesKind): number {
    return this.#listings.get(kind)!.open;
  }

  /** The `most` pairs of the kind that are worth most, best first, without those in `taken`. */
  best(kind: SeriesKind, most: number, taken: ReadonlySet<Pair>): readonly Worth[] {
    const { worths, changed } = this.#sorted(kind);
    const best: Worth[] = [];
    for (const worth of changed) if (worth.signals > 0 && !taken.has(worth.pair)) offer(best, most, worth);
    for (const worth of worths) {
      if (changed.has(worth) || worth.signals === 0 || taken.has(worth.pair)) continue;
      if (!offer(best, most, worth)) break;
    }
    return best;
  }

  #count({ open }: PlannedSignal, needsAll: boolean, sign: 1 | -1): void {
    const only = needsAll || open.length === 0 ? null : widest(open);
    const share = only === null ? WHOLE / open.length : WHOLE;
    for (const one of open) {
      const listing = this.#listings.get(one.pair.kind)!;
      const worth = this.#worthOf(one.pair);
      const before = worth.users;
      worth.users += sign;
      if (before === 0 || worth.users === 0) listing.open += sign;
      listing.changed.add(worth);
      if (only !== null && one !== only) continue;
      worth.signals += sign * share;
      worth.points += sign * Math.round(one.width * POINT);
    }
  }

  #worthOf(pair: Pair): Worth {
    const found = this.#worths.get(pair);
    if (found !== undefined) return found;
    const worth: Worth = { pair, users: 0, signals: 0, points: 0 };
    this.#worths.set(pair, worth);
    return worth;
  }

  #sorted(kind: SeriesKind): Listing {
    const listing = this.#listings.get(kind)!;
    const { worths, changed } = listing;
    if (changed.size <= CHANGES + worths.length / PAIRS_PER_CHANGE) return listing;
    for (const worth of changed) if (worth.users === 0) this.#worths.delete(worth.pair);
    const same = worths.filter((worth) => !changed.has(worth));
    listing.worths = [...same, ...[...changed].filter(({ users }) => users > 0)].sort(compareWorth);
    changed.clear();
    return listing;
  }
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

/** Puts `worth` where it belongs among the best; false when `most` others are better. */
function offer(best: Worth[], most: number, worth: Worth): boolean {
  let at = best.length;
  while (at > 0 && compareWorth(worth, best[at - 1]!) < 0) at -= 1;
  if (at === most) return false;
  best.splice(at, 0, worth);
  if (best.length > most) best.pop();
  return true;
}

/** Most signals first, then most points, then the oldest kept answer; of equals the first symbol. */
function compareWorth(a: Worth, b: Worth): number {
  if (a.signals !== b.signals) return b.signals - a.signals;
  if (a.points !== b.points) return b.points - a.points;
  const [from, to] = [a.pair.keptTo ?? -Infinity, b.pair.keptTo ?? -Infinity];
  if (from !== to) return from - to;
  return a.pair.symbol < b.pair.symbol ? -1 : 1;
}
