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
  /** Every pair with a user, and such as had one; those of equal worth in the order in which they are asked for. */
  worths: Worth[];
  isSorted: boolean;
  /** Pairs with a user. */
  open: number;
}

export class Tally {
  readonly #worths = new Map<Pair, Worth>();
  readonly #listings = new Map<SeriesKind, Listing>(
    SERIES_KINDS.map((kind) => [kind, { worths: [], isSorted: true, open: 0 }]),
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
    const best: Worth[] = [];
    if (most === 0) return best;
    for (const worth of this.#inOrder(kind)) {
      if (best.length === most && !isWorthMore(worth, best[most - 1]!)) continue;
      if (worth.signals === 0 || taken.has(worth.pair)) continue;
      let at = best.length;
      while (at > 0 && isWorthMore(worth, best[at - 1]!)) at -= 1;
      best.splice(at, 0, worth);
      if (best.length > most) best.pop();
    }
    return best;
  }

  #count({ open }: PlannedSignal, needsAll: boolean, sign: 1 | -1): void {
    const only = needsAll || open.length === 0 ? null : widest(open);
    const share = only === null ? WHOLE / open.length : WHOLE;
    for (const one of open) {
      const worth = this.#worthOf(one.pair);
      const before = worth.users;
      worth.users += sign;
      if (before === 0 || worth.users === 0) this.#listings.get(one.pair.kind)!.open += sign;
      if (only !== null && one !== only) continue;
      worth.signals += sign * share;
      worth.points += sign * Math.round(one.width * POINT);
    }
  }

  #worthOf(pair: Pair): Worth {
    const found = this.#worths.get(pair);
    if (found !== undefined) return found;
    const worth: Worth = { pair, users: 0, signals: 0, points: 0 };
    const listing = this.#listings.get(pair.kind)!;
    listing.worths.push(worth);
    listing.isSorted = false;
    this.#worths.set(pair, worth);
    return worth;
  }

  /** The pairs of the kind that have users. */
  #inOrder(kind: SeriesKind): readonly Worth[] {
    const listing = this.#listings.get(kind)!;
    if (listing.worths.length > listing.open) {
      for (const { pair, users } of listing.worths) if (users === 0) this.#worths.delete(pair);
      listing.worths = listing.worths.filter(({ users }) => users > 0);
    }
    if (!listing.isSorted) listing.worths.sort(compareAge);
    listing.isSorted = true;
    return listing.worths;
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

function isWorthMore(a: Worth, b: Worth): boolean {
  return a.signals > b.signals || (a.signals === b.signals && a.points > b.points);
}

/** The oldest kept answer first; of equals the first symbol. */
function compareAge({ pair: a }: Worth, { pair: b }: Worth): number {
  const [from, to] = [a.keptTo ?? -Infinity, b.keptTo ?? -Infinity];
  if (from !== to) return from - to;
  return a.symbol < b.symbol ? -1 : 1;
}
