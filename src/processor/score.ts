/** From unrounded points to the score that the feed shows (rulings.md 10). */
import type { ScoreComponent } from '../core/signal.ts';
import type { Component, GateCondition, Gates, Part } from '../core/strategy.ts';

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
    const parts = partsOf(component.parts, points);
    breakdown.push({ component: name, points: points / 100, max: round2(max), code, text, parts });
  }
  return { breakdown, score: fromHundredths(score), bounds: [fromHundredths(low), fromHundredths(high)] };
}

/** Rounded so that they add up to `total`, in hundredths: what rounding down leaves over goes to the first parts with a fraction. */
function partsOf(parts: readonly Part[], total: number): readonly Part[] {
  let left = total;
  for (const { points } of parts) left -= Math.floor(points * 100 + NOISE);
  return parts.map(({ part, value, zero_at, full_at, points, max }) => {
    const exact = points * 100;
    const down = Math.floor(exact + NOISE);
    const up = left > 0 && exact - down > NOISE;
    if (up) left -= 1;
    return {
      part,
      value: value === null ? null : significant(value),
      zero_at,
      full_at,
      points: (up ? down + 1 : down) / 100,
      max: round2(max),
    };
  });
}

/** The demands as the feed shows them. Digits are only left out where the rest still says whether they hold. */
export function gateOf(gates: Gates): Gates {
  return { long: gates.long.map(rowOf), short: gates.short.map(rowOf) };
}

function rowOf({ code, measure, value, needs, threshold, holds }: GateCondition): GateCondition {
  const limit = threshold === null ? null : significant(threshold);
  const short = significant(value);
  const same = limit === null || compare(short, needs, limit) === holds;
  return { code, measure, value: same ? short : value, needs, threshold: same ? limit : threshold, holds };
}

function compare(value: number, needs: GateCondition['needs'], threshold: number): boolean {
  if (value === threshold) return needs === '>=' || needs === '<=';
  return value > threshold === needs.startsWith('>');
}

const SIGNIFICANT_DIGITS = 8;
/** The powers of ten that a double holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** Eight significant digits: more than any price is quoted with. By arithmetic, because texts would cost a tenth of a run's scoring. */
function significant(value: number): number {
  if (Number.isInteger(value)) return value;
  const decimals = SIGNIFICANT_DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  const power = POWERS[decimals];
  return power === undefined ? Number(value.toPrecision(SIGNIFICANT_DIGITS)) : Math.round(value * power) / power;
}

/** To 2 decimals, ties upward. */
export function round2(value: number): number {
  return Math.round(value * 100) / 100;
}

function fromHundredths(hundredths: number): number {
  return Math.min(100, Math.max(0, hundredths / 100));
}
