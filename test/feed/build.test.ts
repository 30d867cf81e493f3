import { describe, expect, it } from 'vitest';
import type { SkippedFile } from '../../src/core/candles.ts';
import { buildFeed, countTiers } from '../../src/feed/build.ts';
import { longSignal, makeFeed, resolved, unscoredSignal } from './fixtures.ts';

const sum = (counts: Readonly<Record<string, number>>): number => Object.values(counts).reduce((a, b) => a + b, 0);

describe('buildFeed', () => {
  const short = longSignal({ direction: 'short', action: 'SHORT' });
  const wait = longSignal({ direction: 'none', action: 'WAIT', setup: null });
  const signals = [
    longSignal(),
    longSignal(),
    short,
    wait,
    wait,
    wait,
    unscoredSignal('insufficient_data'),
    unscoredSignal('stale'),
    unscoredSignal('stale'),
    unscoredSignal('error'),
  ];

  it('counts add up', () => {
    const { summary } = makeFeed(signals, {
      resolutions: [resolved, { ...resolved, tier: 'aggregated' } as typeof resolved, resolved],
    });
    expect(summary.signals).toEqual({
      total: 10,
      long: 2,
      short: 1,
      none: 3,
      insufficient_data: 1,
      stale: 2,
      error: 1,
    });
    const { total, ...parts } = summary.signals;
    expect(sum(parts)).toBe(total);
    expect(summary.resolution).toEqual({ resolved: 2, aggregated: 1, neutral: 0 });
    expect(sum(summary.resolution)).toBe(summary.markets);
    expect(summary.data_status).toEqual({ resolved: 6, aggregated: 0, neutral: 4 });
    expect(sum(summary.data_status)).toBe(total);
  });

  it('repairs are added over all files', () => {
    expect(makeFeed().summary.candles).toEqual({
      disordered: 11,
      duplicates: 2,
      missing: 3,
      not_finite: 4,
      impossible: 5,
      off_grid: 6,
      future: 7,
      naive_times: 8,
      cut_series: 1,
      resampled_markets: 2,
      merged_files: 0,
    });
  });

  it('skipped files stand in the order of their names, whatever order the disk gave', () => {
    const skipped = ['b', 'a', 'C'].map((file): SkippedFile => ({
      file,
      reason: 'empty-file',
      detail: 'empty',
      market: null,
    }));
    expect(makeFeed([], { skipped }).summary.files_skipped.map(({ file }) => file)).toEqual(['C', 'a', 'b']);
    expect(makeFeed([], { skipped }).summary.files_skipped[0]).toEqual({
      file: 'C',
      reason: 'empty-file',
      detail: 'empty',
    });
  });

  it('signals stay as they were given', () => {
    expect(makeFeed(signals).signals).toBe(signals);
  });

  it('an empty run has zeros', () => {
    const feed = buildFeed({ ...parts(), signals: [], resolutions: [], findings: [], skipped: [] });
    expect(sum(feed.summary.signals) + sum(feed.summary.resolution) + feed.summary.markets).toBe(0);
  });

  function parts(): Parameters<typeof buildFeed>[0] {
    const { run, last_updated: lastUpdated, summary } = makeFeed();
    return {
      run,
      lastUpdated,
      files: 0,
      skipped: [],
      findings: [],
      cutSeries: 0,
      resampledMarkets: 0,
      mergedFiles: 0,
      resolutions: [],
      external: summary.external,
      signals: [],
    };
  }
});

describe('countTiers', () => {
  it('counts each tier', () => {
    expect(countTiers(['neutral', 'resolved', 'neutral'])).toEqual({ resolved: 1, aggregated: 0, neutral: 2 });
  });
});
