/** Where the current value of a series stands among its earlier ones. It depends on nothing of the market but its close time. */
import { isInRange } from '../core/range.ts';
import type { Series, SeriesKind } from '../core/series.ts';
import { percentileRank } from '../indicators/percentile.ts';
import { sampleOf, type Sample } from './series-samples.ts';

/** Fewer values than this are too few to rank among. */
export const MIN_HISTORY: Readonly<Record<SeriesKind, number>> = {
  open_interest: 120,
  funding_rate: 80,
  long_short_ratio: 120,
  liquidations: 240,
};

export interface Ranking {
  readonly sample: Sample;
  /** 0..1; null when there is nothing to rank, or too little to rank it among. */
  readonly percentile: number | null;
  /** Of open interest, population standard deviation of the history; null when nothing is ranked. */
  readonly spread: number | null;
}

/** `spanMs`: the stretch over which the change of open interest is measured; the other kinds do not look at it. */
export function rankSeries(series: Series, closeTime: number, spanMs: number): Ranking {
  const sample = sampleOf(series, closeTime, spanMs);
  if (sample.kind === 'none' || !isInRange(sample.statistic) || sample.history.length < MIN_HISTORY[series.kind]) {
    return { sample, percentile: null, spread: null };
  }
  const { history, statistic } = sample;
  const spread = series.kind === 'open_interest' ? deviationOf(history) : null;
  return { sample, percentile: percentileRank(history, statistic), spread };
}

function deviationOf(values: Float64Array): number {
  let sum = 0;
  for (let index = 0; index < values.length; index += 1) sum += values[index]!;
  const mean = sum / values.length;
  let squares = 0;
  for (let index = 0; index < values.length; index += 1) {
    const distance = values[index]! - mean;
    squares += distance * distance;
  }
  return Math.sqrt(squares / values.length);
}
