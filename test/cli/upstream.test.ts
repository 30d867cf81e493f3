import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { marketKey } from '../../src/core/market.ts';
import { isExplained, type Signal } from '../../src/core/signal.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { startSandbox, type Sandbox } from '../../src/sandbox/server.ts';
import { workplace, type CliResult, type Workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { SAMPLE } from '../support/places.ts';
import { REFUSING_URL } from '../support/scripted-server.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const KEY = 'CANARY-5f1d0c9b7a3e';
const place = workplace();
const CANDLES = place.path('candles');
const WINDOW_MS = 150;

let server: Sandbox;

beforeAll(async () => {
  // The same candles without the marker: a user's own, as far as the program can tell.
  cpSync(SAMPLE, CANDLES, { recursive: true });
  rmSync(path.join(CANDLES, 'perpscan-sample.json'));
  server = await startSandbox({ now: () => SAMPLE_AS_OF, quotaCalls: 40, quotaWindowMs: WINDOW_MS, key: KEY });
});
afterAll(async () => {
  await server.close();
  place.remove();
});

interface Run extends CliResult {
  readonly feed: Feed;
}

interface Settings {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** In this process, if not said otherwise. */
  readonly scan?: Workplace['scan'];
}

async function scanAt(
  baseUrl: string,
  output: string,
  { args = [], env = {}, scan = (given, options) => runHere(place, given, options) }: Settings = {},
): Promise<Run> {
  const fixed = [CANDLES, '--strategy', 'all', '--as-of', String(SAMPLE_AS_OF), '--output', output];
  const result = await scan([...fixed, ...args], {
    env: {
      COINALYZE_API_KEY: KEY,
      COINALYZE_BASE_URL: baseUrl,
      SCAN_QUOTA_WINDOW_MS: String(WINDOW_MS),
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_CACHE_DIR: place.path(`cache-${output}`),
      ...env,
    },
  });
  return { ...result, feed: JSON.parse(readFileSync(place.path(output), 'utf8')) as Feed };
}

function everythingWritten({ folder }: Workplace): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.startsWith(CANDLES))
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

describe('a scan with a key', () => {
  it('takes coinalyze, never goes over the quota, and is complete', async () => {
    const { code, stderr, feed } = await scanAt(server.url, 'complete.json');
    expect(stderr).not.toContain('[WARN]');
    expect(code).toBe(0);
    expect(feed.run).toMatchObject({ provider: 'coinalyze', degraded: false });
    expect(feed.summary.external).toMatchObject({ deferred: 0 });
    expect(feed.summary.external.fetched).toBeGreaterThan(100);
    expect(server.stats().limited).toBe(0);
  });

  it('asks each distinct symbol once, and a second run for nothing that is final or fresh', async () => {
    const first = await scanAt(server.url, 'cached.json');
    const { external } = first.feed.summary;
    // Two calls are the two lists.
    expect(external.calls - 2).toBe(external.fetched + external.missing + external.stale);
    const before = server.stats().requests;
    const second = await scanAt(server.url, 'cached.json');
    expect(server.stats().requests).toBe(before);
    expect(second.feed.summary.external).toMatchObject({ fetched: 0, calls: 0, missing: external.missing });
    expect(second.feed.signals).toEqual(first.feed.signals);
    expect(second.feed.run.input_hash).toBe(first.feed.run.input_hash);
  });

  it('the budget bounds the remaining series, which are deferred, neutral, with open bounds, and no fault', async () => {
    const { code, feed } = await scanAt(server.url, 'budget.json', { args: ['--budget', '0s'] });
    expect(code).toBe(0);
    expect(feed.run).toMatchObject({
      degraded: false,
      stage: 'complete',
      goal: { kind: 'actionable', met: true },
    });
    const { deferred } = feed.summary.external;
    expect(deferred).toBeGreaterThan(50);
    const isFinal = ({ score_bounds: bounds }: Signal): boolean => bounds![0] === bounds![1];
    expect(feed.signals.filter(({ direction }) => direction !== 'none').every(isFinal)).toBe(true);
    const late = feed.markets.filter(({ series }) => series.open_interest.reason === 'OI_UNAVAILABLE:deferred');
    const names = new Set(late.map(marketKey));
    const open = feed.signals.filter((signal) => names.has(marketKey(signal)));
    expect(open.length).toBeGreaterThan(50);
    for (const { status, oi_metadata: oi, score, score_bounds: bounds } of open) {
      if (status !== 'ok') continue;
      expect(oi).toMatchObject({ status: 'neutral', score: 10 });
      expect(bounds![0]).toBeLessThan(score!);
      expect(bounds![1]).toBeGreaterThan(score!);
    }
  });

  it('the goal goes on when the budget is used, and a deadline before it is met degrades the run', async () => {
    const slow = { SCAN_QUOTA_CALLS: '22', SCAN_QUOTA_WINDOW_MS: '60000', SCAN_STATE_DIR: place.path('state-first') };
    const { code, feed } = await scanAt(server.url, 'first.json', { args: ['--deadline', '20s'], env: slow });
    expect(code).toBe(3);
    expect(feed.run).toMatchObject({ degraded_reasons: [{ code: 'deadline' }], goal: { met: false } });
    expect(feed.summary.external.calls).toBeLessThanOrEqual(22);
    // What was reached belongs to signals with a direction.
    const known = feed.signals.filter(({ oi_metadata: oi, status }) => status === 'ok' && oi.status !== 'neutral');
    const symbolOf = new Map(feed.markets.map((market) => [marketKey(market), market.coinalyze_symbol]));
    const symbols = new Set(known.map((signal) => symbolOf.get(marketKey(signal))));
    const gated = feed.signals
      .filter(({ direction }) => direction !== 'none')
      .map((signal) => symbolOf.get(marketKey(signal)));
    expect(symbols.size).toBeGreaterThan(0);
    for (const symbol of symbols) expect(gated).toContain(symbol);
  });

  it('a dead upstream gives the whole feed from candles, degraded, exit 3', async () => {
    const { code, feed, stdout } = await scanAt(REFUSING_URL, 'dead.json', { args: ['--budget', '2s'] });
    expect(code).toBe(3);
    expect(feed.signals).toHaveLength(feed.summary.markets * STRATEGIES.length);
    expect(feed.run.degraded_reasons[0]!.code).toBe('market-index-unavailable');
    expect(stdout).toContain('Degraded');
  });

  it('a refused key degrades the run, and is not asked for again and again', async () => {
    const before = server.stats().requests;
    const { code, feed, stderr } = await scanAt(server.url, 'refused.json', {
      env: { COINALYZE_API_KEY: 'WRONG-KEY-1234' },
    });
    expect(code).toBe(3);
    expect(feed.run.degraded_reasons[0]!.text).toContain('unauthorized');
    expect(stderr).toContain('Invalid/Missing API key');
    expect(server.stats().requests - before).toBe(1);
  });

  it('directions and setups are the same whatever the series say', async () => {
    const [withSeries, without] = await Promise.all([
      scanAt(server.url, 'with.json'),
      scanAt(server.url, 'without.json', { args: ['--provider', 'none'] }),
    ]);
    const priceOf = ({ feed }: Run): object =>
      Object.fromEntries(
        feed.signals.map((signal) => {
          const { id, status, direction, triggers, unmet } = signal;
          const setup = isExplained(signal) ? signal.setup : null;
          return [id, { status, direction, triggers, unmet, setup }];
        }),
      );
    expect(priceOf(withSeries)).toEqual(priceOf(without));
  });

  it('the key appears in nothing that is printed or written, at the most talkative level', async () => {
    for (const format of ['text', 'json']) {
      // In a process of its own, whose streams show also what Node itself prints.
      const loud = await scanAt(server.url, `loud-${format}.json`, {
        scan: (args, options) => place.scan(args, options),
        args: ['--log-level', 'debug', '--log-format', format],
      });
      expect(`${loud.stdout}${loud.stderr}`).not.toContain(KEY);
      expect(loud.stderr).toContain('sending');
    }
    expect(everythingWritten(place)).not.toContain(KEY);
  });
});
