import { describe, expect, it } from 'vitest';
import type { CandleFindings, SkippedFile } from '../../src/core/candles.ts';
import { buildSummary, countTiers, type CountedSignal, type SummaryParts } from '../../src/feed/build.ts';
import { feedProblems } from '../../src/feed/check.ts';
import { CLOSED_AT, explainedSignal, feedOf, leanSignal, RECORDS, unscoredSignal } from './fixtures.ts';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

const NOTHING: CandleFindings = {
  rows: 10,
  disordered: 0,
  duplicates: 0,
  missing: 0,
  notFinite: 0,
  impossible: 0,
  offGrid: 0,
  future: 0,
  naiveTimes: 0,
  shifted: 0,
  widened: 0,
  noVolume: 0,
};
const FINDINGS: CandleFindings = {
  rows: 600,
  disordered: 11,
  duplicates: 2,
  missing: 3,
  notFinite: 4,
  impossible: 5,
  offGrid: 6,
  future: 7,
  naiveTimes: 8,
  shifted: 8,
  widened: 8,
  noVolume: 9,
};

function parts(changes: Partial<SummaryParts> = {}): SummaryParts {
  return {
    files: 3,
    skipped: [],
    findings: FINDINGS,
    cutSeries: 1,
    resampledMarkets: 2,
    mergedFiles: 3,
    newestClose: CLOSED_AT,
    staleMarkets: 4,
    tiers: ['resolved'],
    external: feedOf().summary.external,
    breadth: { long: 0.04, short: null },
    strategies: Object.entries(RECORDS).map(([id, record]) => ({ id, record })),
    signals: [],
    ...changes,
  };
}

function signal(strategy: string, changes: Partial<CountedSignal> = {}): CountedSignal {
  return { strategy, status: 'ok', direction: 'none', dataStatus: 'resolved', ...changes };
}

describe('buildSummary', () => {
  const neutral = { dataStatus: 'neutral' } as const;
  const signals: readonly CountedSignal[] = [
    signal('trend-breakout', { direction: 'long' }),
    signal('trend-breakout', { direction: 'long' }),
    signal('crowding-reversal', { direction: 'short', dataStatus: 'aggregated' }),
    signal('trend-breakout'),
    signal('crowding-reversal'),
    signal('crowding-reversal', neutral),
    signal('trend-breakout', { status: 'insufficient_data', ...neutral }),
    signal('trend-breakout', { status: 'stale', ...neutral }),
    signal('crowding-reversal', { status: 'stale', ...neutral }),
    signal('trend-breakout', { status: 'error', ...neutral }),
  ];

  it('counts signals by answer, by what fed them and by strategy', () => {
    const { signals: counts, data_status: fed, by_strategy: strategies } = buildSummary(parts({ signals }));
    expect(counts).toEqual({ total: 10, long: 2, short: 1, none: 3, insufficient_data: 1, stale: 2, error: 1 });
    const { total, ...answers } = counts;
    expect(sum(answers)).toBe(total);
    expect(fed).toEqual({ resolved: 4, aggregated: 1, neutral: 5 });
    expect(strategies).toEqual({
      'trend-breakout': { long: 2, short: 0, none: 1, record: RECORDS['trend-breakout'] },
      'crowding-reversal': { long: 0, short: 1, none: 2, record: RECORDS['crowding-reversal'] },
    });
  });

  it('counts markets by tier', () => {
    const summary = buildSummary(parts({ tiers: ['resolved', 'aggregated', 'resolved'] }));
    expect(summary.resolution).toEqual({ resolved: 2, aggregated: 1, neutral: 0 });
    expect(summary.markets).toBe(3);
  });

  it('adds repairs over all files', () => {
    expect(buildSummary(parts()).candles).toEqual({
      disordered: 11,
      duplicates: 2,
      missing: 3,
      not_finite: 4,
      impossible: 5,
      off_grid: 6,
      future: 7,
      naive_times: 8,
      shifted: 8,
      widened: 8,
      no_volume: 9,
      cut_series: 1,
      resampled_markets: 2,
      merged_files: 3,
      newest_close: CLOSED_AT,
      stale_markets: 4,
    });
  });

  it('names skipped files in the order of their names, whatever order the disk gave', () => {
    const skipped = ['b', 'a', 'C'].map((file): SkippedFile => ({
      file,
      reason: 'empty-file',
      detail: 'empty',
      market: { exchange: 'X', symbol: 'Y' },
    }));
    expect(buildSummary(parts({ skipped })).files_skipped).toEqual(
      ['C', 'a', 'b'].map((file) => ({ file, reason: 'empty-file', detail: 'empty' })),
    );
  });

  it('hands on what was measured of the universe; nothing is listed or delisted yet', () => {
    const { breadth, external, files, listings } = buildSummary(parts());
    expect({ breadth, external, files }).toEqual({ breadth: parts().breadth, external: parts().external, files: 3 });
    expect(listings).toEqual({ listed: [], delisted: [] });
  });

  it('does not count a signal of a strategy that was not run', () => {
    expect(() => buildSummary(parts({ signals: [signal('other')] }))).toThrow('a signal of other, which was not run');
  });

  it('an empty run has zeros and the strategies that were run', () => {
    const summary = buildSummary(parts({ tiers: [], findings: NOTHING, newestClose: null, staleMarkets: 0 }));
    expect(sum(summary.signals) + sum(summary.resolution) + sum(summary.data_status) + summary.markets).toBe(0);
    expect(Object.keys(summary.by_strategy)).toEqual(Object.keys(RECORDS));
  });

  it('passes the check of the feed that it is the summary of', () => {
    const found = [
      explainedSignal(),
      leanSignal({ symbol: 'ETHUSDT', rank_in_strategy: 2 }),
      unscoredSignal('stale', { symbol: 'SOLUSDT' }),
    ];
    const summary = buildSummary(
      parts({
        tiers: ['resolved', 'resolved', 'resolved'],
        staleMarkets: 1,
        strategies: [{ id: 'trend-breakout', record: RECORDS['trend-breakout']! }],
        signals: found.map(({ direction, oi_metadata: oi, status, strategy }) => ({
          direction,
          status,
          strategy,
          dataStatus: oi.status,
        })),
      }),
    );
    expect(feedProblems(feedOf({ signals: found, summary }), 'feed.json')).toEqual([]);
  });
});

describe('countTiers', () => {
  it('counts each tier', () => {
    expect(countTiers(['neutral', 'resolved', 'neutral'])).toEqual({ resolved: 1, aggregated: 0, neutral: 2 });
  });
});
