import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { describeWithShared, sharedPath } from '../support/shared.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const FOLDER = 'candles/perps-2026-01';

describeWithShared(FOLDER, 'a scan of 210 real markets with made-up series', () => {
  const place = workplace();
  const results: CliResult[] = [];

  beforeAll(async () => {
    for (const output of ['first.json', 'second.json']) {
      const args = [sharedPath(FOLDER), '--provider', 'sandbox', '--as-of', '2026-01-19T17:00:00Z', '--output', output];
      results.push(await place.scan(args));
    }
  });
  afterAll(() => place.remove());

  function feed(name: string): Feed {
    return JSON.parse(readFileSync(place.path(name), 'utf8')) as Feed;
  }

  it('gives a signal of each strategy for 210 markets in 418 files', () => {
    expect(results[0]).toMatchObject({ code: 0 });
    const { summary, signals } = feed('first.json');
    expect(signals).toHaveLength(210 * STRATEGIES.length);
    expect(summary).toMatchObject({ markets: 210, files: 418, signals: { total: 210 * STRATEGIES.length } });
  });

  it('names the three truncated files, and their markets keep their place', () => {
    const { summary, signals } = feed('first.json');
    expect(summary.files_skipped.map(({ file, reason }) => [file, reason])).toEqual([
      ['KUCOIN_CAKEUSDTM_15m.json', 'truncated-json'],
      ['KUCOIN_CAKEUSDTM_4h.json', 'truncated-json'],
      ['KUCOIN_RUNEUSDTM_4h.json', 'truncated-json'],
    ]);
    for (const { file } of summary.files_skipped) expect(results[0]!.stderr).toContain(file);
    const cake = signals.filter((signal) => signal.exchange === 'KUCOIN' && signal.symbol === 'CAKEUSDTM');
    expect(cake.map(({ status, status_reason: reason }) => [status, reason?.code])).toEqual(
      Array.from(STRATEGIES, () => ['insufficient_data', 'unreadable']),
    );
  });

  it('counts add up', () => {
    const { summary, signals } = feed('first.json');
    const sum = (counts: object): number => Object.values(counts).reduce((a: number, b: number) => a + b, 0);
    const { total, ...statuses } = summary.signals;
    expect(sum(statuses)).toBe(total);
    expect(sum(summary.resolution)).toBe(summary.markets);
    expect(sum(summary.data_status)).toBe(total);
    const markets = new Set(signals.map(({ exchange, symbol }) => `${exchange}:${symbol}`));
    expect(markets.size).toBe(summary.markets);
  });

  it('no market of MEXC or KuCoin is called resolved, and every stand-in is named', () => {
    for (const { exchange, tier, venue } of feed('first.json').markets) {
      if (exchange !== 'HYPERLIQUID') expect(tier).not.toBe('resolved');
      if (tier === 'neutral') expect(venue).toBeNull();
      else expect(venue).not.toBeNull();
    }
  });

  it('the same bytes twice, the second time without a call', () => {
    const [first, second] = ['first.json', 'second.json'].map((name) => {
      const lines = readFileSync(place.path(name), 'utf8').split('\n');
      const { run, summary } = feed(name);
      // Where the calls went is as much of the cache as summary.external.
      const stable = { ...run, id: null, duration_ms: null, plan: null };
      return {
        rows: lines.slice(lines.indexOf('"markets":[')),
        run: stable,
        summary: { ...summary, external: null },
      };
    });
    expect(second).toEqual(first);
    expect(first!.rows.length).toBeGreaterThan(630);
    expect(feed('second.json').summary.external.calls).toBe(0);
  });
});
