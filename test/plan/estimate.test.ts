import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { costRange } from '../../src/plan/estimate.ts';
import { goalArbitrary, plannerOf, play, seen, worldArbitrary } from './worlds.ts';

const world = worldArbitrary({ signals: 9, symbols: 5 });
const size = fc.constantFrom(1, 2, 3, 20);

describe('what a goal is said to cost', () => {
  it('holds what the planner then asks for', () => {
    fc.assert(
      fc.property(world, goalArbitrary, size, (drawn, goal, most) => {
        const { atLeast, atMost } = costRange(goal, seen(drawn, new Set()), most);
        const { asked, requests } = play(drawn, goal, most);
        expect(asked.length).toBeGreaterThanOrEqual(atLeast.units);
        expect(asked.length).toBeLessThanOrEqual(atMost.units);
        expect(requests).toBeGreaterThanOrEqual(atLeast.requests);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is one number where no answer can change it', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('actionable' as const, 'all' as const), size, (drawn, kind, most) => {
        const { atLeast, atMost } = costRange({ kind }, seen(drawn, new Set()), most);
        const { asked, requests } = play(drawn, { kind }, most);
        expect(atLeast).toEqual(atMost);
        expect(atMost).toEqual({ units: asked.length, requests });
      }),
      { numRuns: 1_000 },
    );
  });

  it('of all signals is every pair once', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        expect(plannerOf(seen(drawn, new Set())).ahead({ kind: 'all' }, 1).units).toBe(drawn.pairs.length);
      }),
    );
  });
});
