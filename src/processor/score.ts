/** From unrounded points to the score that the feed shows (rulings.md 10). */
import type { ScoreComponent } from '../core/signal.ts';
import type { Component } from '../core/strategy.ts';

export interface Score {
  /** Points with 2 decimals. */
  readonly breakdown: readonly ScoreComponent[];
  /** 0..100: the exact sum of the rounded points. */
  readonly score: number;
  /** Every score that values still open could lead to lies within; both ends equal the score when none is open. */
  readonly bounds: readonly [number, number];
}

/** What 0.29 * 100 = 28.999999999999996 must not turn into 28. */
const NOISE = 1e-9;

/**
 * Bounds are rounded outward component by component, because the score is a sum of rounded points: the rounded sum of unrounded
 * bounds may lie beside it.
 */
export function scoreOf(components: readonly Component[]): Score {
  let score = 0;
  let low = 0;
  let high = 0;
  const breakdown: ScoreComponent[] = [];
  for (const component of components) {
    const points = Math.round(component.points * 100);
    const open = component.low < component.high;
    score += points;
    low += open ? Math.min(points, Math.floor(component.low * 100 + NOISE)) : points;
    high += open ? Math.max(points, Math.ceil(component.high * 100 - NOISE)) : points;
    const { component: name, max, code, text } = component;
    breakdown.push({ component: name, points: points / 100, max: round2(max), code, text });
  }
  return { breakdown, score: fromHundredths(score), bounds: [fromHundredths(low), fromHundredths(high)] };
}

/** To 2 decimals, ties upward. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function fromHundredths(hundredths: number): number {
  return Math.min(100, Math.max(0, hundredths / 100));
}
