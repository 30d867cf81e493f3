/** Whether the summary says what the feed holds. */
import type { Feed, FeedSummary } from '../core/feed.ts';
import type { Tier } from '../core/market.ts';
import type { Signal } from '../core/signal.ts';
import { jqPath, type Problem } from './problem.ts';

type Counts = Readonly<Record<string, number | null>>;

export function* countProblems({ markets, run, signals, summary }: Feed): Generator<Problem> {
  const stale = new Set(
    signals.filter(({ status }) => status === 'stale').map(({ exchange, symbol }) => `${exchange} ${symbol}`),
  );
  const closes = markets.flatMap(({ closed_at: closedAt }) => closedAt ?? []);
  const newest = closes.reduce<number | null>((latest, close) => Math.max(latest ?? close, close), null);
  yield* differences(['summary'], { markets: summary.markets }, { markets: markets.length });
  yield* differences(['summary', 'candles'], { newest_close: summary.candles.newest_close }, { newest_close: newest });
  yield* differences(['summary', 'resolution'], { ...summary.resolution }, byTier(markets.map(({ tier }) => tier)));
  const fed = byTier(signals.map(({ oi_metadata: { status } }) => status));
  yield* differences(['summary', 'data_status'], { ...summary.data_status }, fed);
  yield* differences(['summary', 'signals'], { ...summary.signals }, byAnswer(signals));
  yield* strategyProblems(summary.by_strategy, signals, run.strategies);
  // A market that lacks candles as well is stale, and its signals say something else.
  if (summary.candles.stale_markets < stale.size || summary.candles.stale_markets > markets.length) {
    const message = `${summary.candles.stale_markets}, but ${stale.size} of ${markets.length} markets have stale signals`;
    yield { path: '.summary.candles.stale_markets', message };
  }
  if (summary.files_skipped.length > summary.files) {
    yield { path: '.summary.files', message: `${summary.files}, but ${summary.files_skipped.length} were skipped` };
  }
  if (run.degraded !== run.degraded_reasons.length > 0) {
    yield { path: '.run.degraded', message: `${run.degraded} with ${run.degraded_reasons.length} reasons` };
  }
}

function* strategyProblems(
  stated: FeedSummary['by_strategy'],
  signals: readonly Signal[],
  strategies: readonly string[],
): Generator<Problem> {
  for (const [strategy, { long, short, none }] of Object.entries(stated)) {
    const counted = byAnswer(signals.filter((signal) => signal.strategy === strategy));
    const { long: longs = 0, short: shorts = 0, none: nones = 0 } = counted;
    yield* differences(
      ['summary', 'by_strategy', strategy],
      { long, short, none },
      { long: longs, short: shorts, none: nones },
    );
  }
  const missing = strategies.filter((strategy) => stated[strategy] === undefined);
  for (const strategy of missing) yield { path: jqPath(['summary', 'by_strategy', strategy]), message: 'is missing' };
}

function* differences(at: readonly string[], stated: Counts, counted: Counts): Generator<Problem> {
  for (const [name, value] of Object.entries(stated)) {
    if (value === counted[name]) continue;
    yield { path: jqPath([...at, name]), message: `${value}, but the feed holds ${counted[name]}` };
  }
}

function byTier(tiers: readonly Tier[]): Counts {
  const counts: Record<Tier, number> = { resolved: 0, aggregated: 0, neutral: 0 };
  for (const tier of tiers) counts[tier] += 1;
  return counts;
}

function byAnswer(signals: readonly Signal[]): Readonly<Record<string, number>> {
  const counts = { total: signals.length, long: 0, short: 0, none: 0, insufficient_data: 0, stale: 0, error: 0 };
  for (const { direction, status } of signals) counts[status === 'ok' ? direction : status] += 1;
  return counts;
}
