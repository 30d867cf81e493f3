import { describe, expect, test } from 'vitest';
import type { MarketListing } from '../../src/core/market.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import type { JsonCache } from '../../src/platform/store.ts';
import { loadMarketIndex } from '../../src/symbols/load-market-index.ts';
import type { LoadedMarketIndex } from '../../src/symbols/load-market-index.ts';
import { resolveMarket } from '../../src/symbols/resolver.ts';
import { listing, row } from './listing.ts';

const T0 = 1_768_842_000_000;
const SCOPE = 'coinalyze https://api.coinalyze.net/v1';

/** A clock, a store that forgets by that clock, and an upstream that counts how often it is asked. */
function world() {
  const entries = new Map<string, { value: string; until: number }>();
  const state = { now: T0, asked: 0, answer: listed(many(10)) };
  const cache: JsonCache = {
    get: async (key) => {
      const entry = entries.get(key);
      return entry !== undefined && entry.until > state.now ? entry.value : undefined;
    },
    getMany: (keys) => Promise.all(keys.map((key) => cache.get(key))),
    set: async (key, value, ttlMs) => {
      entries.set(key, { value, until: state.now + ttlMs });
    },
    setMany: async (all) => {
      for (const { key, value, ttlMs } of all) await cache.set(key, value, ttlMs);
    },
  };
  const load = (changes: { cache?: JsonCache; scope?: string; refresh?: boolean } = {}): Promise<LoadedMarketIndex> =>
    loadMarketIndex({
      source: async () => {
        state.asked++;
        return state.answer;
      },
      cache,
      scope: SCOPE,
      now: () => state.now,
      abort: new AbortController().signal,
      ...changes,
    });
  return { entries, state, cache, load };
}

function many(count: number): MarketListing {
  return listing(Array.from({ length: count }, (_, i) => row(`C${i}USDT_PERP.A`, `C${i}USDT`, `C${i}`)));
}

function listed(value: MarketListing): Outcome<MarketListing> {
  return { ok: true, value, asOf: value.fetchedAt, fetchedAt: value.fetchedAt, stale: false, origin: 'fetched' };
}

const failed: Outcome<MarketListing> = { ok: false, code: 'timeout', detail: 'No answer within 15 s.' };

describe('the market index and its cache', () => {
  test('is asked for once a day', async () => {
    const { state, load } = world();
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched', stale: false, storedAt: T0, notes: [] });
    state.now += DAY_MS - 1;
    expect(await load()).toMatchObject({ ok: true, origin: 'cache', stale: false, storedAt: T0, notes: [] });
    expect(state.asked).toBe(1);
    state.now += 1;
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched', storedAt: T0 + DAY_MS });
    expect(state.asked).toBe(2);
  });

  test('answers from the cache as it answered when it was fetched', async () => {
    const { load, state } = world();
    state.answer = listed(listing());
    const [fetched, cached] = [await load(), await load()];
    if (!fetched.ok || !cached.ok) throw new Error('both are there');
    expect(cached.index.size).toBe(fetched.index.size);
    expect(cached.index.unusable).toEqual(fetched.index.unusable);
    for (const symbol of ['kPEPEUSDT', 'BTCUSDT', 'NOSUCHUSDT']) {
      const resolve = (index: typeof cached.index) =>
        resolveMarket({ exchange: 'HYPERLIQUID', symbol }, index, { referenceVenues: ['Binance'] });
      expect(resolve(cached.index)).toEqual(resolve(fetched.index));
    }
  });

  test('serves the old one as stale when the upstream fails, and asks again the next time', async () => {
    const { state, load } = world();
    await load();
    state.now += 2 * DAY_MS;
    state.answer = failed;
    expect(await load()).toMatchObject({
      ok: true,
      origin: 'cache',
      stale: true,
      storedAt: T0,
      notes: [failed.detail],
    });
    state.answer = listed(many(11));
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched', stale: false });
    expect(state.asked).toBe(3);
  });

  test('is gone after seven days, and then a failure is a failure', async () => {
    const { state, load } = world();
    await load();
    state.answer = failed;
    state.now += 7 * DAY_MS - 1;
    expect(await load()).toMatchObject({ ok: true, stale: true });
    state.now += 1;
    expect(await load()).toEqual({ ok: false, code: 'timeout', detail: failed.detail, notes: [] });
  });

  test('an answer that lost more than a fifth never replaces a good one', async () => {
    const { state, load, entries } = world();
    await load();
    const before = [...entries.values()].map(({ value }) => value);
    state.now += DAY_MS;
    state.answer = listed(many(7));
    const loaded = await load();
    expect(loaded).toMatchObject({ ok: true, stale: true, index: { size: 10 } });
    expect(loaded.notes.join(' ')).toContain('shrank from 10 to 7');
    expect([...entries.values()].map(({ value }) => value)).toEqual(before);
  });

  test('exactly a fifth less is accepted', async () => {
    const { state, load } = world();
    await load();
    state.now += DAY_MS;
    state.answer = listed(many(8));
    expect(await load()).toMatchObject({ ok: true, stale: false, index: { size: 8 } });
  });

  test.each([
    ['no rows', listing([])],
    ['no venues', { ...many(10), venues: [] }],
    ['spot rows alone', listing([row('BTCUSDT.A', 'BTCUSDT', 'BTC', { perpetual: false })])],
  ])('an answer with %s is a broken answer', async (_, broken) => {
    const { state, load, entries } = world();
    state.answer = listed(broken);
    expect(await load()).toMatchObject({ ok: false, code: 'bad-payload' });
    expect(entries.size).toBe(0);
    state.answer = listed(many(10));
    await load();
    state.now += DAY_MS;
    state.answer = listed(broken);
    expect(await load()).toMatchObject({ ok: true, stale: true, index: { size: 10 } });
  });

  test('listings of two upstreams never mix', async () => {
    const { state, load } = world();
    await load({ scope: 'sandbox http://127.0.0.1:4000' });
    state.answer = listed(many(3));
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched', index: { size: 3 } });
    expect(state.asked).toBe(2);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    '{"storedAt":1}',
    JSON.stringify({ storedAt: T0, listing: listing([]) }),
    JSON.stringify({ storedAt: T0, listing: { venues: [], markets: [{}] } }),
  ])('a corrupt entry %j is a miss with a note', async (text) => {
    const { state, load, entries } = world();
    await load();
    for (const entry of entries.values()) entry.value = text;
    const loaded = await load();
    expect(loaded).toMatchObject({ ok: true, origin: 'fetched', stale: false });
    expect(loaded.notes).toHaveLength(1);
    expect(state.asked).toBe(2);
    expect((await load()).notes).toEqual([]);
  });

  test('with a row that could not be read it is asked for again after 15 minutes, and served meanwhile', async () => {
    const { state, load } = world();
    const unreadable = [
      { symbol: 'X_PERP.A', venueCode: 'A', symbolOnExchange: null, baseAsset: null, quoteAsset: null },
    ];
    state.answer = listed({ ...many(10), unreadable });
    await load();
    state.now += 15 * MINUTE_MS - 1;
    expect(await load()).toMatchObject({
      ok: true,
      origin: 'cache',
      stale: false,
      index: { unreadableRows: 1, rows: 11 },
    });
    state.now += 1;
    state.answer = failed;
    expect(await load()).toMatchObject({ ok: true, origin: 'cache', stale: true });
    state.answer = listed(many(11));
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched', index: { unreadableRows: 0, rows: 11 } });
    state.now += 15 * MINUTE_MS;
    expect(await load()).toMatchObject({ ok: true, origin: 'cache' });
    expect(state.asked).toBe(3);
  });

  test('is asked for anew when that is wanted, however young it is, and served all the same when that fails', async () => {
    const { state, load } = world();
    await load();
    state.answer = listed(many(11));
    expect(await load({ refresh: true })).toMatchObject({ origin: 'fetched', index: { size: 11 } });
    state.answer = failed;
    expect(await load({ refresh: true })).toMatchObject({ origin: 'cache', stale: true, index: { size: 11 } });
    expect(await load()).toMatchObject({ origin: 'cache', stale: false });
    expect(state.asked).toBe(3);
  });

  test('an entry from the future is not fresh', async () => {
    const { state, load } = world();
    await load();
    state.now -= HOUR_MS;
    expect(await load()).toMatchObject({ ok: true, origin: 'fetched' });
    expect(state.asked).toBe(2);
  });

  test('a cache that neither reads nor writes costs a request and two notes', async () => {
    const { load } = world();
    const refuse = () => Promise.reject(new Error('disk full'));
    const loaded = await load({ cache: { get: refuse, getMany: refuse, set: refuse, setMany: refuse } });
    expect(loaded).toMatchObject({ ok: true, origin: 'fetched', index: { size: 10 } });
    expect(loaded.notes).toEqual([expect.stringContaining('disk full'), expect.stringContaining('disk full')]);
  });

  test('the abort signal reaches the source, and a fresh index does not need it', async () => {
    const { cache, state } = world();
    const controller = new AbortController();
    controller.abort();
    const source = async (abort: AbortSignal): Promise<Outcome<MarketListing>> =>
      abort.aborted ? failed : listed(many(10));
    const options = { source, cache, scope: SCOPE, now: () => state.now, abort: controller.signal };
    expect(await loadMarketIndex(options)).toMatchObject({ ok: false, code: 'timeout' });
    await loadMarketIndex({ ...options, abort: new AbortController().signal });
    expect(await loadMarketIndex(options)).toMatchObject({ ok: true, origin: 'cache', stale: false });
  });
});
