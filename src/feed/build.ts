/** From the results of a run to the feed's summary: what was counted, in the feed's words. */
import type { CandleFindings, SkippedFile } from '../core/candles.ts';
import type { ExternalSummary, FeedSummary, StrategySummary } from '../core/feed.ts';
import type { Tier } from '../core/market.ts';
import type { SignalStatus } from '../core/signal.ts';
import type { Direction, Strategy } from '../core/strategy.ts';

/** What is counted of a signal; one for each market and strategy. */
export interface CountedSignal {
  readonly strategy: string;
  readonly status: SignalStatus;
  readonly direction: Direction;
  /** What fed its open-interest component. */
  readonly dataStatus: Tier;
}

export interface SummaryParts {
  /** Candle files found, the skipped ones included. */
  readonly files: number;
  readonly skipped: readonly SkippedFile[];
  /** Summed over every file that was read. */
  readonly findings: CandleFindings;
  /** Series cut by the continuity guard. */
  readonly cutSeries: number;
  readonly resampledMarkets: number;
  readonly mergedFiles: number;
  /** Close of the newest candle of all markets, ms UTC; null without candles. */
  readonly newestClose: number | null;
  /** Markets whose candles are too old for a signal. */
  readonly staleMarkets: number;
  /** One for each market. */
  readonly tiers: readonly Tier[];
  readonly external: ExternalSummary;
  readonly breadth: FeedSummary['breadth'];
  /** Those that were run, in the order of `run.strategies`. */
  readonly strategies: readonly Pick<Strategy, 'id' | 'record'>[];
  readonly signals: Iterable<CountedSignal>;
}

export function buildSummary(parts: SummaryParts): FeedSummary {
  const { signals, data_status, by_strategy } = countSignals(parts);
  return {
    markets: parts.tiers.length,
    files: parts.files,
    files_skipped: skippedInOrder(parts.skipped),
    candles: candlesOf(parts),
    resolution: countTiers(parts.tiers),
    data_status,
    external: parts.external,
    breadth: parts.breadth,
    listings: { listed: [], delisted: [] },
    signals,
    by_strategy,
  };
}

/** How many of `tiers` are of each kind; also what the line `[BATCH] Resolved: ...` says. */
export function countTiers(tiers: Iterable<Tier>): Readonly<Record<Tier, number>> {
  const counts = noTiers();
  for (const tier of tiers) counts[tier] += 1;
  return counts;
}

function noTiers(): Record<Tier, number> {
  return { resolved: 0, aggregated: 0, neutral: 0 };
}

/** By name, whatever order the disk gave. */
function skippedInOrder(skipped: readonly SkippedFile[]): FeedSummary['files_skipped'] {
  return skipped
    .map(({ file, reason, detail }) => ({ file, reason, detail }))
    .sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0));
}

function candlesOf(parts: SummaryParts): FeedSummary['candles'] {
  const sum = parts.findings;
  return {
    disordered: sum.disordered,
    duplicates: sum.duplicates,
    missing: sum.missing,
    not_finite: sum.notFinite,
    impossible: sum.impossible,
    off_grid: sum.offGrid,
    future: sum.future,
    naive_times: sum.naiveTimes,
    shifted: sum.shifted,
    widened: sum.widened,
    no_volume: sum.noVolume,
    cut_series: parts.cutSeries,
    resampled_markets: parts.resampledMarkets,
    merged_files: parts.mergedFiles,
    newest_close: parts.newestClose,
    stale_markets: parts.staleMarkets,
  };
}

function countSignals({
  signals,
  strategies,
}: SummaryParts): Pick<FeedSummary, 'signals' | 'data_status' | 'by_strategy'> {
  const counts = { total: 0, long: 0, short: 0, none: 0, insufficient_data: 0, stale: 0, error: 0 };
  const fed = noTiers();
  const byStrategy: Record<string, { -readonly [K in keyof StrategySummary]: StrategySummary[K] }> = {};
  for (const { id, record } of strategies) byStrategy[id] = { long: 0, short: 0, none: 0, record };
  for (const { dataStatus, direction, status, strategy } of signals) {
    const own = byStrategy[strategy];
    if (own === undefined) throw new Error(`a signal of ${strategy}, which was not run`);
    counts.total += 1;
    counts[status === 'ok' ? direction : status] += 1;
    fed[dataStatus] += 1;
    if (status === 'ok') own[direction] += 1;
  }
  return { signals: counts, data_status: fed, by_strategy: byStrategy };
}
