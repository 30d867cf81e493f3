import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVERYTHING, type Goal, type Pair } from '../../src/plan/goal.ts';
import { plainAhead, plainNext, plainStanding } from './plain-planner.ts';
import { goalArbitrary, plannerOf, seen, worldArbitrary, type World } from './worlds.ts';

const small = worldArbitrary({ signals: 9, symbols: 5, kept: true });
const crowded = worldArbitrary({ signals: 60, symbols: 25, kept: true });

/** Pairs enough that they are kept sorted, and sorted again as they change. */
const large = worldArbitrary({ least: 500, signals: 700, symbols: 300, kept: true });

interface Step {
  readonly goal: Goal;
  readonly size: number;
  readonly fill: boolean;
  /** Whether what is asked for is had. */
  readonly fails: boolean;
}

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.record({
    goal: fc.oneof(fc.constantFrom<Goal>(EVERYTHING, { kind: 'actionable' }), goalArbitrary),
    size: fc.constantFrom(1, 2, 3, 5, 20),
    fill: fc.boolean(),
    fails: fc.integer({ min: 0, max: 7 }).map((drawn) => drawn === 0),
  }),
  { minLength: 1, maxLength: 12 },
);

/** One planner for all steps, told of what each answer changes, beside the plain one that sees everything anew. */
function compare(world: World, goals: readonly Step[]): void {
  const known = new Set<Pair>();
  const failed = new Set<Pair>();
  const planner = plannerOf(seen(world, known));
  for (const { goal, size, fill, fails } of goals) {
    const signals = seen(world, known, failed);
    const batch = planner.next(goal, { size, fill });
    expect(batch).toEqual(plainNext(goal, signals, { size, fill }));
    expect(planner.ahead(goal, size)).toEqual(plainAhead(goal, signals, size));
    expect(planner.isMet(goal)).toBe(plainStanding(goal, signals).met);
    expect(planner.signals).toEqual(signals);
    if (batch === null) continue;
    const asked = world.pairs.filter(({ kind, symbol }) => kind === batch.kind && batch.symbols.includes(symbol));
    for (const pair of asked) (fails ? failed : known).add(pair);
    const now = seen(world, known, failed);
    for (const [market, { parts }] of world.signals.entries()) {
      if (parts.some(({ pair }) => asked.includes(pair))) planner.update(market, [now[market]!]);
    }
  }
}

describe('a planner that is told of changes', () => {
  it('asks for the same, in the same order, as one that looks at all signals anew', () => {
    fc.assert(fc.property(small, steps, compare), { numRuns: 2_000 });
    fc.assert(fc.property(crowded, steps, compare), { numRuns: 300 });
  });

  it('goes on to the end as the plain one does', () => {
    const goal = fc.oneof(fc.constant<Goal>(EVERYTHING), goalArbitrary);
    fc.assert(
      fc.property(crowded, goal, fc.constantFrom(3, 20), fc.boolean(), (world, wanted, size, fill) => {
        compare(
          world,
          Array.from({ length: 60 }, () => ({ goal: wanted, size, fill, fails: false })),
        );
      }),
      { numRuns: 40 },
    );
  });

  it('keeps the order while hundreds of pairs change', () => {
    fc.assert(
      fc.property(large, fc.boolean(), (world, fill) => {
        const goals = [{ kind: 'actionable' }, EVERYTHING, { kind: 'min-score', score: 50 }] as const;
        const step = (at: number): Step => ({ goal: goals[at % 3]!, size: 20, fill, fails: at % 10 === 9 });
        compare(
          world,
          Array.from({ length: 40 }, (_, at) => step(at)),
        );
      }),
      { numRuns: 5, endOnFailure: true },
    );
  });

  it('signals can come back to life, as after a new list of markets', () => {
    fc.assert(
      fc.property(small, goalArbitrary, fc.constantFrom(1, 20), (world, goal, size) => {
        const [unknown, known] = [seen(world, new Set()), seen(world, new Set(world.pairs))];
        const planner = plannerOf(unknown);
        planner.next(goal, { size, fill: true });
        for (const [market, signal] of known.entries()) planner.update(market, [signal]);
        expect(planner.next(goal, { size, fill: true })).toBeNull();
        for (const market of unknown.keys()) planner.update(market, []);
        expect(planner.isMet(goal)).toBe(true);
        for (const [market, signal] of unknown.entries()) planner.update(market, [signal]);
        expect(planner.next(goal, { size, fill: true })).toEqual(plainNext(goal, unknown, { size, fill: true }));
      }),
      { numRuns: 500 },
    );
  });

  it('points that are no whole numbers add up the same in any order', () => {
    const pair: Pair = { kind: 'open_interest', symbol: 'A' as Pair['symbol'], keptTo: null };
    const other: Pair = { ...pair, symbol: 'B' as Pair['symbol'] };
    const signals = [0.1, 0.2, 0.3].flatMap((width, at) => [
      { place: at, hasDirection: true, low: 0, high: width, open: [{ pair: other, width }], blocked: false },
      { place: 5 - at, hasDirection: true, low: 0, high: width, open: [{ pair, width }], blocked: false },
    ]);
    const mirrored = [signals[4]!, signals[2]!, signals[0]!, signals[1]!, signals[3]!, signals[5]!];
    for (const seenIn of [signals, mirrored, mirrored.toReversed()]) {
      expect(plannerOf(seenIn).next(EVERYTHING, { size: 20, fill: false })!.symbols).toEqual(['A', 'B']);
    }
  });
});
