import * as fc from 'fast-check';
import type { SeriesKind } from '../../src/core/series.ts';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { Goal, Pair, PlannedSignal } from '../../src/plan/goal.ts';
import { Planner, type PlannedBatch, type PlannerOptions } from '../../src/plan/planner.ts';

/** A signal with the points that each pair will turn out to give. */
export interface TrueSignal {
  readonly place: number;
  readonly hasDirection: boolean;
  readonly price: number;
  readonly parts: readonly { readonly pair: Pair; readonly width: number; readonly points: number }[];
}

export interface World {
  readonly signals: readonly TrueSignal[];
  readonly pairs: readonly Pair[];
}

/** Points per kind, as the built-in strategies use them: open interest alone, or all four. */
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
  readonly use: number;
  readonly price: number;
  readonly hasDirection: boolean;
  readonly shares: readonly number[];
}

interface Extent {
  /** Fewest signals, and most. */
  readonly least?: number;
  readonly signals: number;
  readonly symbols: number;
  /** Whether some pairs have older answers. */
  readonly kept?: boolean;
}

/** Small numbers on purpose: equal scores and shared symbols are where planners go wrong. */
export function worldArbitrary({ least = 1, signals, symbols, kept = false }: Extent): fc.Arbitrary<World> {
  const drawn: fc.Arbitrary<Drawn> = fc.record({
    symbol: fc.integer({ min: 0, max: symbols - 1 }),
    use: fc.integer({ min: 0, max: USES.length - 1 }),
    price: fc.integer({ min: 0, max: 16 }).map((n) => n * 5),
    hasDirection: fc.boolean(),
    shares: fc.array(fc.constantFrom(0, 0.25, 0.5, 0.75, 1), { minLength: 4, maxLength: 4 }),
  });
  return fc.array(drawn, { minLength: least, maxLength: signals }).map((all) => worldOf(all, kept));
}

function worldOf(drawn: readonly Drawn[], kept: boolean): World {
  const pairs = new Map<string, Pair>();
  const pairOf = (kind: SeriesKind, symbol: number): Pair => {
    const key = `${kind} ${symbol}`;
    const age = (symbol + kind.length) % 4;
    const keptTo = kept && age > 0 ? age : null;
    const pair = pairs.get(key) ?? { kind, symbol: `C${symbol}USDT_PERP.A` as CoinalyzeSymbol, keptTo };
    pairs.set(key, pair);
    return pair;
  };
  const signals = drawn.map(({ symbol, use, price, hasDirection, shares }, place) => ({
    place,
    hasDirection,
    price,
    parts: USES[use]!.map(([kind, width], index) => ({
      pair: pairOf(kind, symbol),
      width,
      points: shares[index]! * width,
    })),
  }));
  return { signals, pairs: [...pairs.values()] };
}

/** What a planner knows once `known` has been answered. Pairs in `dead` cannot be had. */
export function seen(world: World, known: ReadonlySet<Pair>, dead: ReadonlySet<Pair> = new Set()): PlannedSignal[] {
  return world.signals.map(({ place, hasDirection, price, parts }) => {
    const unknown = parts.filter(({ pair }) => !known.has(pair));
    const low = parts.reduce((sum, { pair, points }) => sum + (known.has(pair) ? points : 0), price);
    return {
      place,
      hasDirection,
      low,
      high: low + unknown.reduce((sum, { width }) => sum + width, 0),
      open: unknown.filter(({ pair }) => !dead.has(pair)).map(({ pair, width }) => ({ pair, width })),
      blocked: unknown.some(({ pair }) => dead.has(pair)),
    };
  });
}

export function scoreOf({ price, parts }: TrueSignal): number {
  return parts.reduce((sum, { points }) => sum + points, price);
}

/** What the goal asks for, as text: places and scores. */
export function answerOf(
  goal: Goal,
  scores: readonly { place: number; hasDirection: boolean; score: number }[],
): string {
  const sorted = [...scores].sort((a, b) => b.score - a.score || a.place - b.place);
  const gated = sorted.filter(({ hasDirection }) => hasDirection);
  const members =
    goal.kind === 'top'
      ? gated.slice(0, goal.count)
      : goal.kind === 'min-score'
        ? sorted.filter(({ score }) => score >= goal.score)
        : goal.kind === 'actionable'
          ? gated
          : sorted;
  return members.map(({ place, score }) => `${place}=${score}`).join(' ');
}

/** A planner that was told of `signals`, each of a market of its own. */
export function plannerOf(signals: readonly PlannedSignal[]): Planner {
  const planner = new Planner();
  for (const [market, signal] of signals.entries()) planner.update(market, [signal]);
  return planner;
}

export function nextBatch(goal: Goal, signals: readonly PlannedSignal[], options: PlannerOptions): PlannedBatch | null {
  return plannerOf(signals).next(goal, options);
}

export interface PlannedRun {
  readonly asked: readonly Pair[];
  readonly known: ReadonlySet<Pair>;
  readonly requests: number;
}

/** Plans, answers, plans again, until nothing is left to ask. */
export function play(
  world: World,
  goal: Goal,
  size: number,
  fill = false,
  dead: ReadonlySet<Pair> = new Set(),
): PlannedRun {
  const known = new Set<Pair>();
  const failed = new Set<Pair>();
  const asked: Pair[] = [];
  let requests = 0;
  for (;;) {
    const batch = nextBatch(goal, seen(world, known, failed), { size, fill });
    if (batch === null) return { asked, known, requests };
    requests += 1;
    for (const symbol of batch.symbols) {
      const pair = world.pairs.find((one) => one.kind === batch.kind && one.symbol === symbol)!;
      asked.push(pair);
      (dead.has(pair) ? failed : known).add(pair);
    }
    if (requests > 1_000) throw new Error('the planner asks without end');
  }
}

export const goalArbitrary: fc.Arbitrary<Goal> = fc.oneof(
  fc.constant<Goal>({ kind: 'actionable' }),
  fc.constant<Goal>({ kind: 'all' }),
  fc.integer({ min: 1, max: 5 }).map((count): Goal => ({ kind: 'top', count })),
  fc.integer({ min: 0, max: 20 }).map((n): Goal => ({ kind: 'min-score', score: n * 5 })),
);
