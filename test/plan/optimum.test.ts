import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SeriesKey } from '../../src/core/offer.ts';
import { standingOf, type Goal } from '../../src/plan/goal.ts';
import { batchesOf, play, seen, worldArbitrary, type World } from './worlds.ts';

const CASES = 1_000;
const MOST_KEYS = 12;

/** Fewest series that settle the goal for somebody who knows every value beforehand, by trying all sets of each size. */
function optimum(world: World, goal: Goal): number {
  const useful = world.keys;
  for (let size = 0; size <= useful.length; size += 1) {
    if (someSet(useful, size, (set) => standingOf(goal, seen(world, set)).met)) return size;
  }
  throw new Error('not even everything settles it');
}

function someSet(keys: readonly SeriesKey[], size: number, holds: (set: ReadonlySet<SeriesKey>) => boolean): boolean {
  const chosen = new Set<SeriesKey>();
  const choose = (from: number, left: number): boolean => {
    if (left === 0) return holds(chosen);
    for (let index = from; index <= keys.length - left; index += 1) {
      chosen.add(keys[index]!);
      if (choose(index + 1, left - 1)) return true;
      chosen.delete(keys[index]!);
    }
    return false;
  };
  return choose(0, size);
}

function baselineOf({ signals }: World): number {
  const directed = signals.filter(({ hasDirection }) => hasDirection);
  return new Set(directed.flatMap(({ parts }) => parts.map(({ key }) => key))).size;
}

const worlds = fc
  .sample(worldArbitrary({ signals: 10, symbols: 6 }), { numRuns: 6 * CASES, seed: 20_260_119 })
  .filter(({ keys, signals }) => keys.length <= MOST_KEYS && signals.length >= 3)
  .slice(0, CASES);

describe('calls against an optimum that knows all values, one symbol a request', () => {
  it.each<readonly [string, Goal]>([
    ['the best 1 of each strategy', { kind: 'top', count: 1 }],
    ['the best 3 of each strategy', { kind: 'top', count: 3 }],
    ['scores of 60 and more', { kind: 'min-score', score: 60 }],
    ['every signal with a direction', { kind: 'actionable' }],
  ])('%s', (name, goal) => {
    expect(worlds).toHaveLength(CASES);
    let [planned, least, baseline, everything] = [0, 0, 0, 0];
    for (const world of worlds) {
      const calls = play(world, goal, batchesOf(1)).asked.length;
      const best = optimum(world, goal);
      expect(calls).toBeGreaterThanOrEqual(best);
      planned += calls;
      least += best;
      baseline += baselineOf(world);
      everything += world.keys.length;
    }
    const ratio = (of: number): string => (planned / of).toFixed(2);
    process.stdout.write(
      `${name}: ${CASES} cases, planner ${planned} calls, ${ratio(least)} of the optimum, ${ratio(baseline)} of the plain filter, ${ratio(everything)} of everything\n`,
    );
    // Nothing that knows only bounds can reach the optimum; twice its calls would be a planner that guesses.
    expect(planned).toBeLessThan(1.25 * least);
    expect(planned).toBeLessThan(everything);
  });
});
