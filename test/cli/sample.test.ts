import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { isExplained } from '../../src/core/signal.ts';
import { parseFeed } from '../../src/feed/parse.ts';
import { feedSchema } from '../../src/feed/schema.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { SAMPLE } from '../support/places.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import { THREE_IDS } from '../support/strategies.ts';

const place = workplace();
let first: CliResult;
let second: CliResult;

function feed(name: string): Feed {
  const parsed = parseFeed(readFileSync(place.path(name), 'utf8'), name);
  if (!parsed.ok) throw new Error(parsed.detail);
  return parsed.feed;
}

/** Without what the cache decides. */
function comparable({ run, summary, markets, signals }: Feed): string {
  return JSON.stringify({
    run: { ...run, id: '', duration_ms: 0, plan: null },
    summary: { ...summary, external: null },
    markets,
    signals,
  });
}

beforeAll(async () => {
  first = await place.scan([SAMPLE, '--strategy', 'all', '--output', 'first.json']);
  second = await place.scan([SAMPLE, '--strategy', 'all', '--output', 'second.json']);
});
afterAll(() => place.remove());

describe('a scan of the shipped sample', () => {
  it('works without key and account, and says that everything is made up', () => {
    expect(first.code).toBe(0);
    expect(first.stderr).toContain('[SAMPLE] Made-up candles');
    expect(first.stderr).toContain('[SANDBOX] Series come from the built-in server');
    expect(first.stdout).toContain('Made-up sample data');
    expect(feed('first.json').run).toMatchObject({ provider: 'sandbox', degraded: false, inputs: { sample: true } });
  });

  it('prints the lines people grep for', () => {
    expect(first.stderr).toMatch(/^\[DIRECTORY MODE\] Found \d+ data files \(\d+ markets\)$/m);
    expect(first.stderr).toMatch(/^\[BATCH\] Processing \d+ symbols$/m);
    expect(first.stderr).toMatch(/^\[BATCH\] Resolved: \d+ \| Aggregated: \d+ \| Neutral: \d+$/m);
    expect(first.stderr).toMatch(/^\[BATCH\] Fetching batch 1\/\d+ \(\d+ symbols\)$/m);
    expect(first.stderr).toMatch(/^\[SUCCESS\] Saved \d+ signals to first\.json$/m);
    expect(first.stderr).toMatch(/^\[TIMESTAMP\] Last Updated: \d{13}$/m);
  });

  it('gives one signal per market and strategy, and counts that add up', () => {
    const { summary, signals } = feed('first.json');
    const { total, ...byStatus } = summary.signals;
    expect(signals).toHaveLength(summary.markets * STRATEGIES.length);
    expect(total).toBe(signals.length);
    expect(Object.values(byStatus).reduce((a, b) => a + b, 0)).toBe(total);
    expect(Object.values(summary.resolution).reduce((a, b) => a + b, 0)).toBe(summary.markets);
    expect(Object.values(summary.data_status).reduce((a, b) => a + b, 0)).toBe(total);
    expect(new Set(signals.map(({ id }) => id)).size).toBe(total);
  });

  it('shows all three tiers, every status, and a LONG and a SHORT of each strategy', () => {
    const { markets, signals } = feed('first.json');
    expect(new Set(markets.map(({ tier }) => tier)).size).toBe(3);
    expect(new Set(signals.map((signal) => signal.status)).size).toBe(4);
    const directions = new Set(
      signals
        .map((signal) => `${signal.strategy} ${signal.direction}`)
        .filter((one) => THREE_IDS.includes(one.split(' ')[0]!)),
    );
    expect(directions.size).toBe(9);
  });

  it('a second run writes the same bytes and spends no call', () => {
    expect(second.code).toBe(0);
    expect(comparable(feed('second.json'))).toBe(comparable(feed('first.json')));
    expect(feed('first.json').summary.external.calls).toBeGreaterThan(0);
    expect(feed('second.json').summary.external).toMatchObject({ calls: 0, requests: 0, fetched: 0 });
  });

  it('the feed is strict: breakdowns add up to scores, scores lie inside their bounds, nothing is unknown to the schema', () => {
    const { signals, ...head } = feed('first.json');
    expect(feedSchema.safeParse({ ...head, signals }).success).toBe(true);
    for (const signal of signals.filter(isExplained)) {
      const sum = signal.score_breakdown.reduce((total, { points }) => total + points, 0);
      expect(Math.abs(sum - signal.score!)).toBeLessThan(1e-9);
      expect(signal.score_bounds![0]).toBeLessThanOrEqual(signal.score!);
      expect(signal.score_bounds![1]).toBeGreaterThanOrEqual(signal.score!);
    }
  });
});

describe('scan show', () => {
  it('shows the top of each strategy', async () => {
    const { code, stdout } = await place.scan(['show', 'first.json', '--limit', '2']);
    expect(code).toBe(0);
    for (const id of ['trend-breakout', 'crowding-reversal', 'squeeze-break']) expect(stdout).toContain(id);
  });

  it('explains one market', async () => {
    const signal = feed('first.json').signals.find(isExplained);
    const { code, stdout } = await place.scan(['show', 'first.json', '--symbol', signal!.symbol, '--explain']);
    expect(code).toBe(0);
    expect(stdout).toContain('COMPONENT');
    for (const { component } of signal!.score_breakdown) expect(stdout).toContain(component);
  });
});
