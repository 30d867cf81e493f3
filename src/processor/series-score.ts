/** The 20 points of every score that come from the series; 10 when nothing is known. */
import type { ExplainedComponent, Reason, SeriesUse, Side } from '../core/strategy.ts';
import type { Finding, Findings, PriceMemo, SeriesPoints } from './finding.ts';
import { findingReason, findingStatus } from './series-texts.ts';

const FULL = 20;
/** What a percentile rank gives on average, so that markets without data are not punished. */
const NEUTRAL = 10;
/** Changes of open interest within this many standard deviations are no change. */
const DEAD_BAND = 0.5;

/** What price and open interest together say about who came or left. */
export type Quadrant = 'new_longs' | 'short_covering' | 'new_shorts' | 'long_liquidation' | 'flat';

/** One for each use, in its order. */
export function scoreSeries(uses: readonly SeriesUse[], side: Side, findings: Findings): readonly SeriesPoints[] {
  return uses.map(({ kind, weight, speaksFor }) => {
    const { percentile, final } = findings[kind];
    const unweighted = pointsOf(percentile, speaksFor[side]);
    const points = weight * unweighted;
    const max = weight * FULL;
    return { kind, points, low: final ? points : 0, high: final ? points : max, max, unweighted };
  });
}

/** 0..20. */
function pointsOf(percentile: number | null, speaks: 'high' | 'low'): number {
  if (percentile === null) return NEUTRAL;
  return FULL * (speaks === 'high' ? percentile : 1 - percentile);
}

/** One for each use, in its order. */
export function seriesComponents(
  uses: readonly SeriesUse[],
  side: Side,
  findings: Findings,
  standIn: string | null,
): readonly ExplainedComponent[] {
  const scored = scoreSeries(uses, side, findings);
  return uses.map(({ kind, speaksFor }, index) => {
    const { points, max } = scored[index]!;
    const [zero_at, full_at] = speaksFor[side] === 'high' ? [0, 1] : [1, 0];
    const value = findings[kind].percentile;
    return {
      component: kind,
      ...findingReason(findings[kind], standIn),
      parts: [{ part: 'percentile', value, zero_at, full_at, points, max }],
    };
  });
}

/** Why each use has its points, where it has any, then where each stands in time. */
export function seriesReasons(
  uses: readonly SeriesUse[],
  side: Side,
  findings: Findings,
  closeTime: number,
  standIn: string | null,
): readonly Reason[] {
  const speaking = scoreSeries(uses, side, findings).filter(
    ({ kind, points }) => findings[kind].status === 'used' && points > 0,
  );
  return [
    ...speaking.map(({ kind }) => findingReason(findings[kind], standIn)),
    ...uses.map(({ kind }) => findingStatus(findings[kind], closeTime, standIn)),
  ];
}

/** `closeAtSpan`: the close at the start of the stretch over which open interest was measured. Null when open interest is unknown. */
export function quadrantOf(price: PriceMemo, closeAtSpan: number | null, openInterest: Finding): Quadrant | null {
  const { changePct, spread } = openInterest;
  if (closeAtSpan === null || changePct === null || spread === null) return null;
  const move = price.closeNow - closeAtSpan;
  const change = changePct / 100;
  if (move === 0 || Math.abs(change) <= DEAD_BAND * spread) return 'flat';
  if (move > 0) return change > 0 ? 'new_longs' : 'short_covering';
  return change > 0 ? 'new_shorts' : 'long_liquidation';
}
