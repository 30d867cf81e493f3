/** From points to the score that the feed shows. Everything is counted in hundredths of a point, so that sums are exact. */
import type { SeriesKind } from '../core/series.ts';
import type { PricePoints, Side, SeriesUse } from '../core/strategy.ts';
import type { Findings, SeriesPoints } from './finding.ts';
import type { Score, ScoredAnswer } from './known-market.ts';
import { scoreSeries } from './series-score.ts';

/** What 0.07 * 100 = 7.000000000000001 must not turn into 8. */
const NOISE = 1e-9;
const NEUTRAL = 10;

/** Points rounded to hundredths. */
export function hundredths(points: number): number {
  return Math.round(points * 100);
}

/** The sum of the components' rounded points, in hundredths. */
export function priceHundredthsOf(points: readonly PricePoints[]): number {
  let sum = 0;
  for (const component of points) sum += hundredths(component.points);
  return sum;
}

/**
 * Bounds are rounded component by component, the upper one outward, because the score is a sum of rounded points: the rounded sum of
 * unrounded bounds may lie beside it.
 */
export function scoreOf(answer: ScoredAnswer, uses: readonly SeriesUse[], findings: Findings): Score {
  return add(answer.priceHundredths, scoreSeries(uses, answer.side, findings));
}

function add(price: number, series: readonly SeriesPoints[]): Score {
  let score = price;
  let low = price;
  let high = price;
  let openInterest = NEUTRAL;
  for (const one of series) {
    const points = hundredths(one.points);
    score += points;
    low += hundredths(one.low);
    high += one.low < one.high ? Math.ceil(one.high * 100 - NOISE) : points;
    if (one.kind === 'open_interest') openInterest = one.unweighted;
  }
  return { score: whole(score), low: whole(low), high: whole(high), openInterest };
}

/** The kinds whose points an answer can still change, with the most that it can change them by. */
export function pendingWidths(
  uses: readonly SeriesUse[],
  side: Side,
  findings: Findings,
): readonly { readonly kind: SeriesKind; readonly width: number }[] {
  return scoreSeries(uses, side, findings)
    .filter(({ low, high }) => low < high)
    .map(({ kind, max }) => ({ kind, width: max }));
}

function whole(sum: number): number {
  return Math.min(100, sum / 100);
}
