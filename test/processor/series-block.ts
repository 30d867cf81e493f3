/** Series around one close, and everything that the series part makes of them. */
import type { CandleSeries } from '../../src/core/candles.ts';
import type { FailureCode } from '../../src/core/outcome.ts';
import type { Series, SeriesKind } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_KINDS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { ExplainedComponent, Reason, SeriesUse, Side } from '../../src/core/strategy.ts';
import { DAY_MS, floorTo } from '../../src/core/time.ts';
import type { Timeframe } from '../../src/core/time.ts';
import type { Finding, Findings, SeriesAmounts, SeriesPoints } from '../../src/processor/finding.ts';
import { memoOf } from '../../src/processor/price-memo.ts';
import { findSeries, missingFinding } from '../../src/processor/series-findings.ts';
import type { Quadrant } from '../../src/processor/series-score.ts';
import { quadrantOf, scoreSeries, seriesComponents, seriesReasons } from '../../src/processor/series-score.ts';
import { findingReason } from '../../src/processor/series-texts.ts';
import type { Row } from '../contract/markets.ts';
import { candlesOf, closeTimeAt, seriesOf } from '../contract/markets.ts';

/** Close of the last candle unless a test says otherwise. */
export const CLOSE = Date.UTC(2025, 5, 1);

const EVERY_KIND: readonly SeriesUse[] = SERIES_KINDS.map((kind) => ({
  kind,
  weight: 0.25,
  speaksFor: { long: 'high', short: 'low' },
}));

/** Series, or why there is none; what is left out is absent upstream. */
export type Given = Partial<Record<SeriesKind, Series | FailureCode>>;

export interface Shape {
  readonly uses?: readonly SeriesUse[];
  readonly side?: Side;
  readonly spanMs?: number;
  readonly amounts?: SeriesAmounts | null;
  readonly candles?: CandleSeries;
}

export interface Block {
  readonly findings: Findings;
  readonly points: readonly SeriesPoints[];
  readonly components: readonly ExplainedComponent[];
  readonly reasons: readonly Reason[];
  readonly quadrant: Quadrant | null;
}

export function block(given: Given, shape: Shape = {}): Block {
  const { uses = EVERY_KIND, side = 'long', spanMs = DAY_MS, amounts = null, candles = candlesAt([100]) } = shape;
  const price = memoOf(candles, [spanMs]);
  const find = (kind: SeriesKind): Finding => {
    const known = given[kind] ?? 'no-data';
    return typeof known === 'string' ? missingFinding(kind, known, spanMs) : findSeries(known, price, amounts, spanMs);
  };
  const findings: Findings = {
    open_interest: find('open_interest'),
    funding_rate: find('funding_rate'),
    long_short_ratio: find('long_short_ratio'),
    liquidations: find('liquidations'),
  };
  return {
    findings,
    points: scoreSeries(uses, side, findings),
    components: seriesComponents(uses, side, findings, null),
    reasons: seriesReasons(uses, side, findings, price.closeTime, null),
    quadrant: quadrantOf(price, price.closeAtSpan[0]!, findings.open_interest),
  };
}

export function candlesAt(closes: readonly number[], timeframe: Timeframe = '4h', close = CLOSE): CandleSeries {
  const rows = closes.map((price): Row => [price, price, price, price, 1]);
  const candles = candlesOf(rows, timeframe);
  const shift = close - closeTimeAt(candles, candles.length - 1);
  return { ...candles, time: candles.time.map((time) => time + shift) };
}

/** `values` are the last closed buckets, the newest last; NaN leaves one out, `short` is the other side of liquidations. */
export function buckets(
  kind: SeriesKind,
  values: readonly number[],
  options: { close?: number; completeTo?: number; coveredFrom?: number; short?: number } = {},
): Series {
  const interval = SERIES_INTERVAL_MS[kind];
  const close = options.close ?? CLOSE;
  const end = floorTo(close, interval);
  const points = values
    .map((value, index) => ({ time: end - (values.length - index) * interval, value }))
    .filter(({ value }) => !Number.isNaN(value));
  return seriesOf(
    kind,
    points.map(({ time }) => time),
    points.map(({ value }) => value),
    points.map(() => options.short ?? 0),
    options.coveredFrom ?? close - SERIES_WINDOW_MS,
    options.completeTo ?? end,
  );
}

export function pointsOf({ points }: Block, kind: SeriesKind): SeriesPoints {
  return points.find((one) => one.kind === kind)!;
}

export function codeOf({ findings }: Block, kind: SeriesKind): string {
  return findingReason(findings[kind], null).code;
}

export function counting(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
