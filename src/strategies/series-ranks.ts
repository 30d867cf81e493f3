/** Where the current value of an external history stands among its earlier ones, computed once for all strategies of a market. */
import type { CandleSeries } from '../core/candles.ts';
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

interface Known {
  readonly series: Series;
  readonly spanMs: number;
  readonly ranking: Ranking;
}

let latest: { readonly candles: CandleSeries; readonly known: Known[] } | null = null;

/**
 * `spanMs`: the stretch over which the change of open interest is measured. The strategies of one market ask one after the other, so
 * what was found for it is kept; the result depends on nothing but the arguments.
 */
export function rankingOf(candles: CandleSeries, series: Series, closeTime: number, spanMs: number): Ranking {
  if (latest?.candles !== candles) latest = { candles, known: [] };
  const span = series.kind === 'open_interest' ? spanMs : 0;
  const before = latest.known.find((known) => known.series === series && known.spanMs === span);
  if (before !== undefined) return before.ranking;
  const ranking = rank(series, sampleOf(series, closeTime, spanMs));
  latest.known.push({ series, spanMs: span, ranking });
  return ranking;
}

function rank({ kind }: Series, sample: Sample): Ranking {
  if (sample.kind === 'none' || Number.isNaN(sample.statistic) || sample.history.length < MIN_HISTORY[kind]) {
    return { sample, percentile: null, spread: null };
  }
  const { history, statistic } = sample;
  const spread = kind === 'open_interest' ? deviationOf(history) : null;
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
