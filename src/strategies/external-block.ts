/** The 20 points of every score that come from the external histories; 10 when nothing is known (strategies.md 1.2). */
import type { SeriesKind } from '../core/series.ts';
import type { Component, ExternalReading, Reason, Side, StrategyInput } from '../core/strategy.ts';
import type { Finding } from './series-findings.ts';
import { closeAt, closeTimeOf, findingOf, statusOf } from './series-findings.ts';

const FULL = 20;
/** What a percentile rank gives on average, so that markets without data are not punished. */
const NEUTRAL = 10;
/** Changes of open interest within this many standard deviations are no change. */
const DEAD_BAND = 0.5;

/** How a strategy reads one kind: for each side, whether a `high` or a `low` percentile speaks for it. Weights add up to 1. */
export interface ExternalUse {
  readonly kind: SeriesKind;
  readonly weight: number;
  readonly speaksFor: Readonly<Record<Side, 'high' | 'low'>>;
}

/** Rising open interest confirms a move in either direction. */
export const NEW_MONEY: readonly ExternalUse[] = [
  { kind: 'open_interest', weight: 1, speaksFor: { long: 'high', short: 'high' } },
];

export function kindsOf(uses: readonly ExternalUse[]): readonly SeriesKind[] {
  return uses.map(({ kind }) => kind);
}

/** What price and open interest together say about who came or left; null when open interest is unknown. */
type Quadrant = 'new_longs' | 'short_covering' | 'new_shorts' | 'long_liquidation' | 'flat';

export interface ExternalBlock {
  /** One for each kind the strategy uses. */
  readonly components: readonly Component[];
  /** Covers all four kinds. */
  readonly reading: ExternalReading;
  readonly reasons: readonly Reason[];
  readonly quadrant: Quadrant | null;
}

/** `spanMs`: the stretch over which the change of open interest is measured. */
export function externalBlock(
  input: StrategyInput,
  uses: readonly ExternalUse[],
  side: Side,
  spanMs: number,
): ExternalBlock {
  const findings: Readonly<Record<SeriesKind, Finding>> = {
    open_interest: findingOf(input, 'open_interest', spanMs),
    funding_rate: findingOf(input, 'funding_rate', spanMs),
    long_short_ratio: findingOf(input, 'long_short_ratio', spanMs),
    liquidations: findingOf(input, 'liquidations', spanMs),
  };
  const used = uses.map((use) => ({ use, finding: findings[use.kind] }));
  const points = ({ use, finding }: { use: ExternalUse; finding: Finding }): number =>
    pointsOf(finding.reading.percentile, use.speaksFor[side]);
  const openInterest = used.find(({ use }) => use.kind === 'open_interest');
  const closeTime = closeTimeOf(input);
  return {
    components: used.map((entry) => componentOf(entry.finding, entry.use, side)),
    reading: {
      score: used.reduce((sum, entry) => sum + entry.use.weight * points(entry), 0),
      openInterestScore: openInterest ? points(openInterest) : NEUTRAL,
      components: {
        open_interest: findings.open_interest.reading,
        funding_rate: findings.funding_rate.reading,
        long_short_ratio: findings.long_short_ratio.reading,
        liquidations: findings.liquidations.reading,
      },
    },
    reasons: [
      ...used
        .filter((entry) => entry.finding.reading.status === 'used' && points(entry) > 0)
        .map(({ finding: { code, text } }) => ({ code, text })),
      ...used.map(({ finding }) => statusOf(finding, closeTime)),
    ],
    quadrant: quadrantOf(input, findings.open_interest, closeTime - spanMs),
  };
}

/** 0..20. */
function pointsOf(percentile: number | null, speaks: 'high' | 'low'): number {
  if (percentile === null) return NEUTRAL;
  return FULL * (speaks === 'high' ? percentile : 1 - percentile);
}

function componentOf(
  { kind, certain, code, text, reading: { percentile } }: Finding,
  { weight, speaksFor }: ExternalUse,
  side: Side,
): Component {
  const speaks = speaksFor[side];
  const points = weight * pointsOf(percentile, speaks);
  const max = weight * FULL;
  const [zero_at, full_at] = speaks === 'high' ? [0, 1] : [1, 0];
  return {
    component: kind,
    parts: [{ part: 'percentile', value: percentile, zero_at, full_at, points, max }],
    points,
    max,
    low: certain ? points : 0,
    high: certain ? points : max,
    code,
    text,
  };
}

/** Price against its value at `since`, open interest over the same stretch. */
function quadrantOf(input: StrategyInput, { reading, spread }: Finding, since: number): Quadrant | null {
  const before = closeAt(input, since);
  if (before === null || reading.change_pct === null || spread === null) return null;
  const { candles } = input;
  const price = candles.close[candles.length - 1]! - before;
  const change = reading.change_pct / 100;
  if (price === 0 || Math.abs(change) < DEAD_BAND * spread) return 'flat';
  if (price > 0) return change > 0 ? 'new_longs' : 'short_covering';
  return change > 0 ? 'new_shorts' : 'long_liquidation';
}
