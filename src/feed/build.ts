/** From the results of a run to the feed: what was counted, in the feed's words. */
import type { CandleFindings, SkippedFile } from '../core/candles.ts';
import { SCHEMA_VERSION, type ExternalSummary, type Feed, type FeedRun, type FeedSummary } from '../core/feed.ts';
import type { Resolution, Tier } from '../core/market.ts';
import type { SignalHead } from '../core/signal.ts';

export interface FeedParts<S extends SignalHead> {
  /** ms UTC of the wall clock. */
  readonly lastUpdated: number;
  readonly run: FeedRun;
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  readonly skipped: readonly SkippedFile[];
  /** Of every file that was read. */
  readonly findings: readonly CandleFindings[];
  /** Series cut by the continuity guard. */
  readonly cutSeries: number;
  readonly resampledMarkets: number;
  readonly mergedFiles: number;
  /** One for each market. */
  readonly resolutions: readonly Resolution[];
  readonly external: ExternalSummary;
  /** In the feed's order, ranked. */
  readonly signals: readonly S[];
}

export function buildFeed<S extends SignalHead>(parts: FeedParts<S>): Feed<S> {
  const { resolutions, signals } = parts;
  return {
    schema_version: SCHEMA_VERSION,
    last_updated: parts.lastUpdated,
    run: parts.run,
    summary: {
      markets: resolutions.length,
      files: parts.files,
      files_skipped: skippedInOrder(parts.skipped),
      candles: repairsOf(parts),
      resolution: countTiers(resolutions.map(({ tier }) => tier)),
      data_status: countTiers(signals.map(({ oi_metadata: { status } }) => status)),
      external: parts.external,
      signals: countSignals(signals),
    },
    signals,
  };
}

/** How many of `tiers` are of each kind; also what the line `[BATCH] Resolved: ...` says. */
export function countTiers(tiers: readonly Tier[]): Readonly<Record<Tier, number>> {
  const counts = { resolved: 0, aggregated: 0, neutral: 0 };
  for (const tier of tiers) counts[tier] += 1;
  return counts;
}

/** By name, whatever order the disk gave. */
function skippedInOrder(skipped: readonly SkippedFile[]): FeedSummary['files_skipped'] {
  return skipped
    .map(({ file, reason, detail }) => ({ file, reason, detail }))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

function repairsOf({
  findings,
  cutSeries,
  resampledMarkets,
  mergedFiles,
}: FeedParts<SignalHead>): FeedSummary['candles'] {
  const sum = (count: Exclude<keyof CandleFindings, 'rows'>): number =>
    findings.reduce((total, finding) => total + finding[count], 0);
  return {
    disordered: sum('disordered'),
    duplicates: sum('duplicates'),
    missing: sum('missing'),
    not_finite: sum('notFinite'),
    impossible: sum('impossible'),
    off_grid: sum('offGrid'),
    future: sum('future'),
    naive_times: sum('naiveTimes'),
    cut_series: cutSeries,
    resampled_markets: resampledMarkets,
    merged_files: mergedFiles,
  };
}

function countSignals(signals: readonly SignalHead[]): FeedSummary['signals'] {
  const counts = { long: 0, short: 0, none: 0, insufficient_data: 0, stale: 0, error: 0 };
  for (const { status, direction } of signals) counts[status === 'ok' ? direction : status] += 1;
  return { total: signals.length, ...counts };
}
