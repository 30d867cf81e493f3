import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { answer } from '../../src/sandbox/api.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { copyMarkets } from '../faults/market-folder.ts';
import { workplace, type CliResult } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

interface Entry {
  readonly symbol: string;
  readonly history: readonly { readonly t: number }[];
}

type ListRow = Readonly<Record<string, unknown>>;

/** What a provider makes of its histories, for a run that is asked for the sample's time. */
interface Misbehaviour {
  readonly name: string;
  /** How far the provider's own clock is behind, ms. */
  readonly behindMs?: number;
  readonly spoil?: (entries: readonly Entry[], path: string) => readonly unknown[];
  /** The same for the lists, by path. */
  readonly spoilList?: undefined | Readonly<Record<string, (rows: readonly ListRow[]) => readonly unknown[]>>;
  /** What the run is degraded for; null for an answer that only comes late. */
  readonly degraded: RegExp | null;
}

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { name: 'two hours behind', behindMs: 2 * HOUR_MS, degraded: null },
  // The newest bucket has begun there, and looks closed here.
  { name: 'an hour and a quarter behind', behindMs: 1.25 * HOUR_MS, degraded: null },
  {
    name: 'half of the symbols missing',
    spoil: (all) => all.filter((_, i) => i % 2 === 1),
    degraded: /missing in the answers/,
  },
  {
    name: 'symbols in small letters',
    spoil: (all) => all.map((one) => ({ ...one, symbol: one.symbol.toLowerCase() })),
    degraded: /bad-payload.*not asked for/,
  },
  {
    name: 'symbols of others',
    spoil: (all) => all.map((one, i) => ({ ...one, symbol: `X${i}.A` })),
    degraded: /bad-payload/,
  },
  {
    name: 'the newest three buckets',
    spoil: (all) => all.map((one) => ({ ...one, history: one.history.slice(-3) })),
    degraded: null,
  },
  {
    name: 'the oldest three buckets',
    spoil: (all) => all.map((one) => ({ ...one, history: one.history.slice(0, 3) })),
    degraded: null,
  },
  {
    name: 'a hole of a day in the middle',
    spoil: (all) => all.map((one) => ({ ...one, history: one.history.filter((_, i) => i < 100 || i >= 124) })),
    degraded: null,
  },
  { name: 'nothing at all', spoil: () => [], degraded: /missing in the answers/ },
];

const place = workplace();
const CANDLES = place.path('candles');
const WITHOUT_HOLES = new Set(['open-interest-history', 'funding-rate-history']);
let url: string;
let now: Misbehaviour | null = null;
let calls = 0;
const server = createServer((request, response) => {
  const asked = new URL(request.url ?? '/', 'http://loopback');
  const path = asked.pathname.slice('/v1/'.length);
  const told = answer(path, asked.searchParams, SAMPLE_AS_OF - (now?.behindMs ?? 0));
  if (!told.ok) throw new Error(told.message);
  calls += told.calls;
  const rows = told.rows();
  const spoilt =
    now?.spoil !== undefined && WITHOUT_HOLES.has(path)
      ? now.spoil(rows as Entry[], path)
      : (now?.spoilList?.[path]?.(rows as ListRow[]) ?? rows);
  response.setHeader('content-type', 'application/json').end(JSON.stringify(spoilt));
});

beforeAll(async () => {
  copyMarkets(CANDLES, 24);
  writeFileSync(place.path('scan.config.json'), '{}');
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
});
afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  place.remove();
});

interface Run {
  readonly code: number | null;
  readonly feed: Feed;
  readonly calls: number;
}

const FEED = place.path('feed.json');

function scanRaw(cache: string, flags: readonly string[]): Promise<CliResult> {
  const args = [CANDLES, '--strategy', 'all', '--as-of', String(SAMPLE_AS_OF), '--output', FEED, ...flags];
  return runHere(place, args, {
    env: {
      COINALYZE_API_KEY: 'CANARY-51c0ffee',
      COINALYZE_BASE_URL: url,
      SCAN_QUOTA_CALLS: '1000',
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_CACHE_DIR: place.path(cache),
      SCAN_STATE_DIR: place.path('state', cache),
    },
  });
}

/** The candles' time is given, so that nothing is kept back for 15 minutes. */
async function scan(cache: string, misbehaviour: Misbehaviour | null, flags: readonly string[] = []): Promise<Run> {
  now = misbehaviour;
  calls = 0;
  const { code } = await scanRaw(cache, ['--fetch', 'all', ...flags]);
  return { code, feed: JSON.parse(readFileSync(FEED, 'utf8')) as Feed, calls };
}

describe('answers that are late, partial or foreign', () => {
  it.each(MISBEHAVIOURS)('$name: the goal is not met, and a healthy provider mends it all', async (misbehaviour) => {
    const name = misbehaviour.name.replaceAll(' ', '-');
    const healthy = await scan(`healthy-${name}`, null);
    expect(healthy).toMatchObject({ code: 0, feed: { run: { goal: { met: true, pending_signals: 0 } } } });

    const spoilt = await scan(name, misbehaviour);
    expect(spoilt.feed.run.goal).toMatchObject({ met: false });
    expect(spoilt.feed.run.goal.pending_signals).toBeGreaterThan(0);
    const reasons = spoilt.feed.run.degraded_reasons.map(({ text }) => text).join('\n');
    expect(spoilt.code).toBe(misbehaviour.degraded === null ? 0 : 3);
    if (misbehaviour.degraded === null) expect(reasons).toBe('');
    else expect(reasons).toMatch(misbehaviour.degraded);

    const mended = await scan(name, null);
    expect(mended.calls).toBeGreaterThan(0);
    expect(mended).toMatchObject({ code: 0, feed: { run: { goal: { met: true, pending_signals: 0 } } } });
    expect(mended.feed.signals).toEqual(healthy.feed.signals);
    expect(mended.feed.markets).toEqual(healthy.feed.markets);
    expect((await scan(name, null)).calls, 'nothing is left to ask').toBe(0);
  });
});

/** How the markets of an exchange map: how many of each tier, and why their open interest is neutral. */
function mappingOf({ feed }: Run, exchange: string): readonly string[] {
  const rows = feed.markets.filter((row) => row.exchange === exchange);
  return [...new Set(rows.map(({ tier, series }) => `${tier} ${series.open_interest.reason ?? 'used'}`))].sort();
}

describe('a market list with rows that are new or broken', () => {
  const change = (fields: ListRow, codes = 'A'): Misbehaviour['spoilList'] => ({
    'future-markets': (rows) =>
      rows.map((row) => (codes.includes(String(row['exchange'])) ? { ...row, ...fields } : row)),
  });

  it.each<[string, Misbehaviour['spoilList']]>([
    ['a new denomination', change({ oi_lq_vol_denominated_in: 'SHARES' }, 'AH')],
    ['a new kind of margin', change({ margined: 'PORTFOLIO' }, 'AH')],
    ['no field that nobody uses', change({ has_ohlcv_data: undefined, has_buy_sell_data: undefined })],
    ['no expiry', change({ expire_at: undefined })],
    ['an expiry of 0', change({ expire_at: 0 }, 'AH')],
    ['a new field', change({ listed_at: 'yesterday' })],
  ])('%s costs no market', async (name, spoilList) => {
    const healthy = await scan('list-healthy', null);
    const { code, feed } = await scan(`list-${name.replaceAll(' ', '-')}`, { name, spoilList, degraded: null });
    expect(code).toBe(0);
    const scores = ({ signals }: Feed): unknown => signals.map(({ id, score }) => `${id} ${score}`);
    expect(scores(feed)).toEqual(scores(healthy.feed));
    expect(feed.markets.map(({ tier }) => tier)).toEqual(healthy.feed.markets.map(({ tier }) => tier));
  });

  it.each([
    'symbol',
    'base_asset',
    'quote_asset',
    'is_perpetual',
    'margined',
    'has_long_short_ratio_data',
    'oi_lq_vol_denominated_in',
  ])('rows of a venue without %s make its markets neutral, by name, and degrade the run', async (field) => {
    const run = await scan(`list-without-${field}`, {
      name: field,
      spoilList: change({ [field]: undefined }),
      degraded: null,
    });
    expect(mappingOf(run, 'BINANCE')).toEqual(['neutral OI_UNAVAILABLE:unreadable-row']);
    expect(mappingOf(run, 'HYPERLIQUID')).toEqual(mappingOf(await scan('list-healthy', null), 'HYPERLIQUID'));
    expect(run).toMatchObject({ code: 3, feed: { run: { degraded_reasons: [{ code: 'market-list-unreadable' }] } } });
  });

  it('a venue whose own row cannot be read makes its markets neutral, and no stand-in takes their place', async () => {
    const spoilList: Misbehaviour['spoilList'] = {
      exchanges: (rows) => rows.map((row) => (row['code'] === 'A' ? { code: 'A', name: null } : row)),
    };
    const run = await scan('list-without-a-venue', { name: '', spoilList, degraded: null });
    expect(mappingOf(run, 'BINANCE')).toEqual(['neutral OI_UNAVAILABLE:unreadable-row']);
    expect(run.code).toBe(3);
  });

  it('one row of thousands is said, and degrades nothing', async () => {
    const spoilList: Misbehaviour['spoilList'] = {
      'future-markets': (rows) =>
        rows.map((row) => (row['symbol'] === 'BTCUSDT_PERP.A' ? { ...row, base_asset: 7 } : row)),
    };
    const run = await scan('list-one-row', { name: '', spoilList, degraded: null });
    expect(run).toMatchObject({ code: 0, feed: { run: { degraded: false } } });
    const bitcoin = run.feed.markets.find(({ exchange, coin }) => exchange === 'BINANCE' && coin === 'BTC');
    expect(bitcoin).toMatchObject({
      tier: 'neutral',
      series: { open_interest: { reason: 'OI_UNAVAILABLE:unreadable-row' } },
    });
  });
});

describe('a market list that is worse than the cached one', () => {
  it.each([
    ['a third of its rows cannot be read', 3],
    ['no row can be read', 1],
  ])('%s: the cached one stands in, and the run is degraded', async (_, each) => {
    const cache = `list-worse-${each}`;
    const { feed } = await scan(cache, null);
    const spoilList: Misbehaviour['spoilList'] = {
      'future-markets': (rows) => rows.map((row, i) => (i % each === 0 ? { ...row, base_asset: 5 } : row)),
    };
    const worse = await scan(cache, { name: '', spoilList, degraded: null }, ['--refresh', 'markets']);
    expect(worse.feed.markets).toEqual(feed.markets);
    expect(worse).toMatchObject({ code: 3, feed: { run: { degraded_reasons: [{ code: 'market-list-unreadable' }] } } });
  });
});

describe('--refresh markets', () => {
  it('asks for the two lists alone, and keeps every cached series', async () => {
    const first = await scan('refresh', null);
    expect(first.calls).toBeGreaterThan(2);
    expect((await scan('refresh', null)).calls).toBe(0);
    const again = await scan('refresh', null, ['--refresh', 'markets']);
    expect(again.calls).toBe(2);
    expect(again.feed.signals).toEqual(first.feed.signals);
    const dry = await scanRaw('refresh', ['--refresh', 'markets', '--dry-run', '--json']);
    expect(JSON.parse(dry.stdout)).toMatchObject({ market_list: 'old' });
    const nothing = await scanRaw('refresh', ['--refresh', 'markets', '--fetch', 'none']);
    expect(nothing).toMatchObject({ code: 2, stderr: expect.stringMatching(/--fetch none/) });
    const series = await scanRaw('refresh', ['--refresh', 'series']);
    expect(series).toMatchObject({ code: 2, stderr: expect.stringMatching(/expected markets/) });
  });
});
