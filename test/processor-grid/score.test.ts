import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scoreOf } from '../../src/processor/score.ts';
import { component } from './fixtures.ts';

const hundredths = (value: number): number => Math.round(value * 100);

describe('scoreOf', () => {
  it('the score is the sum of the rounded points, without float noise', () => {
    const { score, breakdown } = scoreOf([
      component('a', 0.1, 50),
      component('b', 0.2, 30),
      component('c', 33.333, 20),
    ]);
    expect(breakdown.map(({ points }) => points)).toEqual([0.1, 0.2, 33.33]);
    expect(score).toBe(33.63);
  });

  it('rounding happens before adding', () => {
    const thirds = ['a', 'b', 'c'].map((name) => component(name, 10.004, 33));
    expect(scoreOf(thirds).score).toBe(30);
  });

  it('without open values the bounds are the score itself', () => {
    const thirds = ['a', 'b', 'c'].map((name) => component(name, 10.004, 33));
    expect(scoreOf(thirds).bounds).toEqual([30, 30]);
  });

  it('an open component spans its weight, rounded outward', () => {
    const components = [component('known', 50.005, 80), component('open', 10, 20, { low: 1.239, high: 17.121 })];
    expect(scoreOf(components)).toMatchObject({ score: 60.01, bounds: [51.24, 67.14] });
  });

  it('outward rounding does not mistake float noise for a hundredth', () => {
    const { bounds } = scoreOf([component('open', 0.3, 100, { low: 0.29, high: 0.57 })]);
    expect(bounds).toEqual([0.29, 0.57]);
  });

  it('a breakdown carries name, maximum, code and text', () => {
    expect(scoreOf([component('trend', 4, 0.2 * 20 + 1e-13)]).breakdown).toEqual([
      {
        component: 'trend',
        points: 4,
        max: 4,
        code: 'CODE',
        text: 'text',
        parts: [{ part: 'all', value: 4, zero_at: 0, full_at: 0.2 * 20 + 1e-13, points: 4, max: 4 }],
      },
    ]);
  });

  it('whatever the open values turn out to be, the score lies within the bounds', () => {
    const part = fc
      .tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), fc.boolean())
      .map(([at, later, open]) => ({ at, later, open }));
    fc.assert(
      fc.property(fc.array(part, { minLength: 4, maxLength: 4 }), (parts) => {
        const built = (points: (p: (typeof parts)[number]) => number, settled: boolean) =>
          parts.map((p, index) => {
            const value = 25 * (p.open ? points(p) : p.at);
            return component(String(index), value, 25, p.open && !settled ? { low: 0, high: 25 } : {});
          });
        const now = scoreOf(built((p) => p.at, false));
        const later = scoreOf(built((p) => p.later, true));
        for (const score of [now.score, later.score]) {
          expect(score).toBeGreaterThanOrEqual(now.bounds[0]);
          expect(score).toBeLessThanOrEqual(now.bounds[1]);
        }
        expect(now.breakdown.reduce((sum, { points }) => sum + hundredths(points), 0)).toBe(hundredths(now.score));
        expect(now.bounds[0]).toBeGreaterThanOrEqual(0);
        expect(now.bounds[1]).toBeLessThanOrEqual(100);
      }),
    );
  });
});
