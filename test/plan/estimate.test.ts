import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SERIES_KINDS } from '../../src/core/series.ts';
import { costOf, costRange, mostOf } from '../../src/plan/estimate.ts';
import { EVERYTHING, type Goal, type PlannedSignal } from '../../src/plan/goal.ts';
import type { Offers } from '../../src/plan/planner.ts';
import { batchesOf, goalArbitrary, keyFor, play, seen, worldArbitrary } from './worlds.ts';

const world = worldArbitrary({ signals: 9, symbols: 5 });
const offers = fc.constantFrom(1, 2, 3, 20).map(batchesOf);

describe('what a goal is said to cost', () => {
  it('holds what the planner then asks for', () => {
    fc.assert(
      fc.property(world, goalArbitrary, offers, (drawn, goal, port) => {
        const { atLeast, atMost } = costRange(goal, seen(drawn, new Set()), port);
        const { asked, requests } = play(drawn, goal, port);
        expect(asked.length).toBeGreaterThanOrEqual(atLeast.calls);
        expect(asked.length).toBeLessThanOrEqual(atMost.calls);
        expect(requests).toBeGreaterThanOrEqual(atLeast.requests);
      }),
      { numRuns: 3_000 },
    );
  });

  it('is one number where no answer can change it', () => {
    fc.assert(
      fc.property(world, fc.constantFrom('actionable' as const, 'all' as const), offers, (drawn, kind, port) => {
        const { atLeast, atMost } = costRange({ kind }, seen(drawn, new Set()), port);
        const { asked, requests } = play(drawn, { kind }, port);
        expect(atLeast).toEqual(atMost);
        expect(atMost).toEqual({ calls: asked.length, requests });
      }),
      { numRuns: 1_000 },
    );
  });

  it('of all signals is every series once', () => {
    fc.assert(
      fc.property(world, (drawn) => {
        expect(mostOf(EVERYTHING, seen(drawn, new Set()), batchesOf(1)).calls).toBe(drawn.keys.length);
      }),
    );
  });

  const signal = (place: number, low: number, names: readonly string[], waiting = false): PlannedSignal => ({
    place,
    strategy: 0,
    hasDirection: true,
    low,
    high: low + 20,
    pending: names.map((name, at) => ({ key: keyFor(name, SERIES_KINDS[at]), width: 20 / names.length })),
    waiting,
  });
  const best: Goal = { kind: 'top', count: 1 };

  it('of the best holds whoever could still be among them, at most', () => {
    const sure = signal(1, 60, ['A']);
    const mostOfBest = (...others: readonly PlannedSignal[]): number =>
      mostOf(best, [sure, ...others], batchesOf(20)).calls;
    expect(mostOfBest(signal(2, 39, ['B']))).toBe(1);
    // As good at its best as the other at its worst: the place decides.
    expect(mostOfBest(signal(2, 40, ['B']))).toBe(2);
    // One that cannot become final beats nobody for certain.
    expect(mostOfBest(signal(2, 90, [], true), signal(3, 45, ['C']))).toBe(2);
  });

  it('of signals that one answer may rule out is a call each at least, in as few requests as hold them', () => {
    const goal: Goal = { kind: 'min-score', score: 50 };
    const unsure = Array.from({ length: 21 }, (_, at) => signal(at, 40, [`C${at}`, `C${at}`]));
    expect(costRange(goal, unsure, batchesOf(20))).toEqual({
      atLeast: { calls: 21, requests: 2 },
      atMost: { calls: 42, requests: 4 },
    });
    // What a member for certain asks for may rule others of its instrument out.
    const member = signal(30, 55, ['C0', 'C0']);
    expect(costRange(goal, [member, ...unsure.slice(0, 2)], batchesOf(20)).atLeast).toEqual({ calls: 3, requests: 2 });
  });

  it('without anything offered is what the signals need at least, one request for each call', () => {
    const goal: Goal = { kind: 'min-score', score: 50 };
    const unsure = [signal(1, 40, ['A', 'A']), signal(2, 40, ['B', 'B'])];
    expect(costRange(goal, unsure, () => []).atLeast).toEqual({ calls: 2, requests: 2 });
  });

  it('counts a venue that is had whole as one call, and ends where nothing is offered', () => {
    const keys = ['A', 'B', 'C'].map((name) => keyFor(name));
    const whole: Offers = (wanted) => [{ brings: wanted, calls: 1 }];
    expect(costOf(keys, whole)).toEqual({ calls: 1, requests: 1 });
    expect(costOf(keys, () => [])).toEqual({ calls: 0, requests: 0 });
    expect(costOf(keys, batchesOf(2))).toEqual({ calls: 3, requests: 2 });
  });
});
