import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { answer } from '../../src/sandbox/api.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { copyMarkets } from '../faults/market-folder.ts';
import { workplace } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';

interface Entry {
  readonly symbol: string;
  readonly history: readonly { readonly t: number }[];
}

/** What a provider makes of its histories, for a run that is asked for the sample's time. */
interface Misbehaviour {
  readonly name: string;
  /** How far the provider's own clock is behind, ms. */
  readonly behindMs?: number;
  readonly spoil?: (entries: readonly Entry[], path: string) => readonly unknown[];
  /** What the run is degraded for; null for an answer that only comes late. */
  readonly degraded: RegExp | null;
}

const MISBEHAVIOURS: readonly Misbehaviour[] = [
  { name: 'two hours behind', behindMs: 2 * HOUR_MS, degraded: null },
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
  const spoilt = now?.spoil !== undefined && WITHOUT_HOLES.has(path) ? now.spoil(rows as Entry[], path) : rows;
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

/** The candles' time is given, so that nothing is kept back for 15 minutes. */
async function scan(cache: string, misbehaviour: Misbehaviour | null): Promise<Run> {
  now = misbehaviour;
  calls = 0;
  const output = place.path('feed.json');
  const args = [CANDLES, '--strategy', 'all', '--as-of', String(SAMPLE_AS_OF), '--output', output, '--fetch', 'all'];
  const { code } = await runHere(place, args, {
    env: {
      COINALYZE_API_KEY: 'CANARY-51c0ffee',
      COINALYZE_BASE_URL: url,
      SCAN_QUOTA_CALLS: '1000',
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      SCAN_CACHE_DIR: place.path(cache),
      SCAN_STATE_DIR: place.path('state', cache),
    },
  });
  return { code, feed: JSON.parse(readFileSync(output, 'utf8')) as Feed, calls };
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
