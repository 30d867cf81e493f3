import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { standingOf, type Goal, type Pair } from '../../src/plan/goal.ts';
import { play, seen, worldArbitrary, type World } from './worlds.ts';

const CASES = 1_000;
const MOST_PAIRS = 12;

/** Fewest pairs that settle the goal for somebody who knows every value beforehand, by trying all sets of each size. */
function optimum(world: World, goal: Goal): number {
  const useful = world.pairs;
  for (let size = 0; size <= useful.length; size += 1) {
    if (someSet(useful, size, (set) => standingOf(goal, seen(world, set)).met)) return size;
  }
  throw new Error('not even everything settles it');
}

function someSet(pairs: readonly Pair[], size: number, holds: (set: ReadonlySet<Pair>) => boolean): boolean {
  const chosen = new Set<Pair>();
  const choose = (from: number, left: number): boolean => {
    if (left === 0) return holds(chosen);
    for (let index = from; index <= pairs.length - left; index += 1) {
      chosen.add(pairs[index]!);
      if (choose(index + 1, left - 1)) return true;
      chosen.delete(pairs[index]!);
    }
    return false;
  };
  return choose(0, size);
}

function baselineOf({ signals }: World): number {
  const gated = signals.filter(({ hasDirection }) => hasDirection);
  return new Set(gated.flatMap(({ parts }) => parts.map(({ pair }) => pair))).size;
}

const worlds = fc
  .sample(worldArbitrary({ signals: 10, symbols: 6 }), { numRuns: 6 * CASES, seed: 20_260_119 })
  .filter(({ pairs, signals }) => pairs.length <= MOST_PAIRS && signals.length >= 3)
  .slice(0, CASES);

describe('units against an optimum that knows all values, one symbol a request', () => {
  it.each<readonly [string, Goal]>([
    ['the best 1', { kind: 'top', count: 1 }],
    ['the best 3', { kind: 'top', count: 3 }],
    ['scores of 60 and more', { kind: 'min-score', score: 60 }],
    ['every signal with a direction', { kind: 'actionable' }],
  ])('%s', (name, goal) => {
    expect(worlds).toHaveLength(CASES);
    let [planned, least, baseline, everything] = [0, 0, 0, 0];
    for (const world of worlds) {
      const units = play(world, goal, 1).asked.length;
      const best = optimum(world, goal);
      expect(units).toBeGreaterThanOrEqual(best);
      planned += units;
      least += best;
      baseline += baselineOf(world);
      everything += world.pairs.length;
    }
    const ratio = (of: number): string => (planned / of).toFixed(2);
    process.stdout.write(
      `${name}: ${CASES} cases, planner ${planned} units, ${ratio(least)} of the optimum, ${ratio(baseline)} of the plain filter, ${ratio(everything)} of everything\n`,
    );
    // Nothing that knows only bounds can reach the optimum; twice its units would be a planner that guesses.
    expect(planned).toBeLessThan(1.25 * least);
    expect(planned).toBeLessThan(everything);
  });
});
