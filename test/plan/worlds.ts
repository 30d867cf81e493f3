import * as fc from 'fast-check';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { Offer, SeriesKey } from '../../src/core/offer.ts';
import { SERIES_KINDS, type SeriesKind } from '../../src/core/series.ts';
import type { Goal, PlannedKey, PlannedSignal } from '../../src/plan/goal.ts';
import { nextOffer, type Offers } from '../../src/plan/planner.ts';

/** A signal with the points that each series will turn out to give. */
export interface TrueSignal {
  readonly place: number;
  readonly strategy: number;
  readonly hasDirection: boolean;
  readonly price: number;
  readonly parts: readonly { readonly key: PlannedKey; readonly width: number; readonly points: number }[];
}

export interface World {
  readonly signals: readonly TrueSignal[];
  readonly keys: readonly PlannedKey[];
}

/** Points per kind of each strategy, as the built-in ones use them: open interest alone, or all four. */
const USES: readonly (readonly (readonly [SeriesKind, number])[])[] = [
  [['open_interest', 20]],
  [
    ['open_interest', 4],
    ['funding_rate', 8],
    ['long_short_ratio', 4],
    ['liquidations', 4],
  ],
];

interface Drawn {
  readonly symbol: number;
  readonly strategy: number;
  readonly price: number;
  readonly hasDirection: boolean;
  readonly shares: readonly number[];
}

interface Extent {
  /** Fewest signals, and most. */
  readonly least?: number;
  readonly signals: number;
  readonly symbols: number;
  /** Whether some series have older answers. */
  readonly kept?: boolean;
}

/** Small numbers on purpose: equal scores and shared symbols are where planners go wrong. */
export function worldArbitrary({ least = 1, signals, symbols, kept = false }: Extent): fc.Arbitrary<World> {
  const drawn: fc.Arbitrary<Drawn> = fc.record({
    symbol: fc.integer({ min: 0, max: symbols - 1 }),
    strategy: fc.integer({ min: 0, max: USES.length - 1 }),
    price: fc.integer({ min: 0, max: 16 }).map((n) => n * 5),
    hasDirection: fc.boolean(),
    shares: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { minLength: 4, maxLength: 4 }),
  });
  return fc.array(drawn, { minLength: least, maxLength: signals }).map((all) => worldOf(all, kept));
}

function worldOf(drawn: readonly Drawn[], kept: boolean): World {
  const keys = new Map<string, PlannedKey>();
  const keyOf = (kind: SeriesKind, symbol: number): PlannedKey => {
    const name = `${kind} ${symbol}`;
    const age = (symbol + kind.length) % 4;
    const found = keys.get(name) ?? keyFor(`C${symbol}USDT_PERP.A`, kind, kept && age > 0 ? age : null);
    keys.set(name, found);
    return found;
  };
  const signals = drawn.map(({ symbol, strategy, price, hasDirection, shares }, place) => ({
    place,
    strategy,
    hasDirection,
    price,
    parts: USES[strategy]!.map(([kind, width], index) => ({
      key: keyOf(kind, symbol),
      width,
      points: shares[index]! * width,
    })),
  }));
  return { signals, keys: [...keys.values()] };
}

export function keyFor(
  instrument: string,
  kind: SeriesKind = 'open_interest',
  keptTo: number | null = null,
): PlannedKey {
  return { provider: 'sandbox', kind, instrument: instrument as CoinalyzeSymbol, keptTo };
}

/** Requests of at most `size` symbols of one kind, one call each, as Coinalyze has them. */
export function batchesOf(size: number): Offers {
  return (wanted) =>
    SERIES_KINDS.flatMap((kind): readonly Offer[] => {
      const brings: readonly SeriesKey[] = wanted.filter((key) => key.kind === kind).slice(0, size);
      return brings.length === 0 ? [] : [{ brings, calls: brings.length }];
    });
}

/** What a planner knows once `known` has been answered. Series in `dead` cannot be had. */
export function seen(
  world: World,
  known: ReadonlySet<SeriesKey>,
  dead: ReadonlySet<SeriesKey> = new Set(),
): PlannedSignal[] {
  return world.signals.map(({ place, strategy, hasDirection, price, parts }) => {
    const unknown = parts.filter(({ key }) => !known.has(key));
    const low = parts.reduce((sum, { key, points }) => sum + (known.has(key) ? points : 0), price);
    return {
      place,
      strategy,
      hasDirection,
      low,
      high: low + unknown.reduce((sum, { width }) => sum + width, 0),
      pending: unknown.filter(({ key }) => !dead.has(key)).map(({ key, width }) => ({ key, width })),
      waiting: unknown.some(({ key }) => dead.has(key)),
    };
  });
}

export function scoreOf({ price, parts }: TrueSignal): number {
  return parts.reduce((sum, { points }) => sum + points, price);
}

export interface Scored {
  readonly place: number;
  readonly strategy: number;
  readonly hasDirection: boolean;
  readonly score: number;
}

/** What the goal asks for: members with their scores, best first. */
export function membersOf(goal: Goal, scores: readonly Scored[]): readonly Scored[] {
  const sorted = scores.toSorted((a, b) => b.score - a.score || a.place - b.place);
  if (goal.kind === 'all') return sorted;
  if (goal.kind === 'min-score') return sorted.filter(({ score }) => score >= goal.score);
  const directed = sorted.filter(({ hasDirection }) => hasDirection);
  if (goal.kind !== 'top') return directed;
  const before = (one: Scored, at: number): number =>
    directed.slice(0, at).filter(({ strategy }) => strategy === one.strategy).length;
  return directed.filter((one, at) => before(one, at) < goal.count);
}

/** Members as text: strategies with their places and scores. */
export function answerOf(goal: Goal, scores: readonly Scored[]): string {
  return membersOf(goal, scores)
    .map(({ place, score }) => `${place}=${score}`)
    .join(' ');
}

export interface PlannedRun {
  readonly asked: readonly SeriesKey[];
  readonly known: ReadonlySet<SeriesKey>;
  readonly requests: number;
}

/** Plans, answers, plans again, until nothing is left to ask. */
export function play(
  world: World,
  goal: Goal,
  offers: Offers,
  fill = false,
  dead: ReadonlySet<SeriesKey> = new Set(),
): PlannedRun {
  const known = new Set<SeriesKey>();
  const failed = new Set<SeriesKey>();
  const asked: SeriesKey[] = [];
  let requests = 0;
  for (;;) {
    const planned = nextOffer(goal, seen(world, known, failed), { offers, fill });
    if (planned === null) return { asked, known, requests };
    requests += 1;
    for (const key of planned.offer.brings) {
      asked.push(key);
      (dead.has(key) ? failed : known).add(key);
    }
    if (requests > 1_000) throw new Error('the planner asks without end');
  }
}

export const goalArbitrary: fc.Arbitrary<Goal> = fc.oneof(
  fc.constant<Goal>({ kind: 'actionable' }),
  fc.constant<Goal>({ kind: 'all' }),
  fc.integer({ min: 1, max: 4 }).map((count): Goal => ({ kind: 'top', count })),
  fc.integer({ min: 0, max: 20 }).map((n): Goal => ({ kind: 'min-score', score: n * 5 })),
);
