import { describe, expect, it } from 'vitest';
import type { FutureMarketRow, MarketListing } from '../../src/core/market.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { loadMarketIndex } from '../../src/symbols/load-market-index.ts';
import type { LoadedMarketIndex } from '../../src/symbols/load-market-index.ts';
import { buildMarketIndex } from '../../src/symbols/market-index.ts';
import { resolveMarket } from '../../src/symbols/resolver.ts';
import { answer, startRawServer } from '../support/raw-server.ts';
import type { RawScript } from '../support/raw-server.ts';
import { listing, row } from '../symbols/listing.ts';
import { expectNoKey, hang, reset } from './api-rows.ts';
import { openWorld } from './api-world.ts';
import type { World } from './api-world.ts';
import { figure } from './figures.ts';

const VENUES = '[{"name":"Binance","code":"A"},{"name":"Bybit","code":"6"}]';

function wire(index: number, more: object = {}): object {
  return {
    symbol: `C${index}USDT_PERP.A`,
    exchange: 'A',
    symbol_on_exchange: `C${index}USDT`,
    base_asset: `C${index}`,
    quote_asset: 'USDT',
    expire_at: null,
    is_perpetual: true,
    margined: 'STABLE',
    oi_lq_vol_denominated_in: 'BASE_ASSET',
    has_long_short_ratio_data: true,
    has_ohlcv_data: true,
    has_buy_sell_data: true,
    ...more,
  };
}

function many(count: number, more: object = {}): object[] {
  return Array.from({ length: count }, (_, index) => wire(index, more));
}

/** Answers both lists. */
function lists(markets: RawScript | readonly object[], venues: RawScript | string = VENUES): RawScript {
  const venueScript = typeof venues === 'string' ? answer(200, venues) : venues;
  const marketScript = typeof markets === 'function' ? markets : answer(200, JSON.stringify(markets));
  return (socket, request) =>
    (request.url.pathname.endsWith('/exchanges') ? venueScript : marketScript)(socket, request);
}

interface Fault {
  readonly name: string;
  readonly play: (world: World) => RawScript;
  /** What the note, or the reason where there is no older list, says. */
  readonly says: RegExp;
  /** Requests it takes; two when both lists are answered at once. */
  readonly requests: number;
}

const MB = 2 ** 20;

const FAULTS: readonly Fault[] = [
  { name: 'no rows', play: () => lists([]), says: /none of them usable/, requests: 2 },
  { name: 'no venues', play: () => lists(many(100), '[]'), says: /none of them usable/, requests: 1 },
  { name: 'venues of another kind', play: () => lists(many(100), '[{"id":1}]'), says: /none of them/, requests: 1 },
  { name: 'unknown venues', play: () => lists(many(100, { exchange: 'Q' })), says: /no usable perpetual/, requests: 2 },
  { name: 'spot alone', play: () => lists(many(100, { is_perpetual: false })), says: /no usable/, requests: 2 },
  { name: 'a fifth and one less', play: () => lists(many(79)), says: /shrank from 100 to 79/, requests: 2 },
  {
    name: 'bad rows by a third',
    play: () => lists([...many(70), ...many(30, { margined: 7 })]),
    says: /shrank/,
    requests: 2,
  },
  {
    name: 'contradictory rows',
    play: () => lists([...many(100), ...many(30, { base_asset: 'X' })]),
    says: /shrank/,
    requests: 2,
  },
  {
    name: 'more than 20 MB',
    play: () => lists(answer(200, ' '.repeat(20 * MB + 1))),
    says: /longer than/,
    requests: 2,
  },
  { name: 'a message', play: () => lists(answer(200, '{"message":"maintenance"}')), says: /maintenance/, requests: 2 },
  { name: 'HTML', play: () => lists(answer(200, '<html>')), says: /not JSON/, requests: 4 },
  { name: 'an error', play: () => lists(answer(500, '{"message":"down"}')), says: /HTTP 500: down/, requests: 4 },
  {
    name: 'a cut',
    play: () => lists(reset('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n[')),
    says: /closed/,
    requests: 4,
  },
  { name: 'silence', play: (world) => lists(hang(world)), says: /no complete answer/, requests: 4 },
  { name: 'a refused key', play: () => answer(401, '{}'), says: /COINALYZE_API_KEY/, requests: 1 },
  {
    name: 'a redirect',
    play: () => answer(301, '', { location: 'http://127.0.0.1:2/' }),
    says: /redirect/,
    requests: 1,
  },
  { name: '429 for ever', play: () => answer(429, '{}', { 'retry-after': '1' }), says: /HTTP 429/, requests: 3 },
];

function load(world: World): Promise<LoadedMarketIndex> {
  const { cache, clock } = world;
  const abort = new AbortController().signal;
  return loadMarketIndex({ source: () => world.listing(), cache, scope: 'a|b|index', now: () => clock.now(), abort });
}

describe('the list of markets', () => {
  it('that is broken never takes the place of a good one, which is served with a warning', async () => {
    for (const { name, play, says, requests } of FAULTS) {
      const server = await startRawServer();
      const world = await openWorld({ baseUrl: server.url });
      server.play(lists(many(100)));
      expect(await load(world), name).toMatchObject({
        ok: true,
        origin: 'fetched',
        stale: false,
        index: { size: 100 },
      });
      const kept = [...world.written];
      const before = world.sentAt.length;

      world.clock.wall += DAY_MS;
      server.play(play(world));
      const stale = await load(world);
      expect.soft(stale, name).toMatchObject({ ok: true, origin: 'cache', stale: true, index: { size: 100 } });
      // A list that came and cannot be read degrades the run; one that did not come is a warning.
      const unread = stale.ok ? (stale.unread ?? '') : '';
      expect.soft([...stale.notes, unread].join(' '), name).toMatch(says);
      expect.soft(world.sentAt.length - before, name).toBe(requests);
      expect.soft(world.calls(), name).toBe(world.sentAt.length);
      expect.soft([...world.written], name).toEqual(kept);
      expectNoKey(name, world, stale, server.requests);
      await server.close();
      await world.close();
    }
    figure('B', `${FAULTS.length} faults of the list of markets`);
    figure('A18', `older list kept through ${FAULTS.length} faults of the list of markets`);
  });

  it('that was never had is a failure with a reason, and nothing is kept in its place', async () => {
    const server = await startRawServer();
    const world = await openWorld({ baseUrl: server.url });
    server.play(lists(answer(200, '{"message":"maintenance"}')));
    expect(await load(world)).toMatchObject({
      ok: false,
      code: 'bad-payload',
      detail: expect.stringContaining('maintenance'),
    });
    expect([...world.written]).toEqual([]);
    server.play(lists(many(79)));
    expect(await load(world)).toMatchObject({ ok: true, origin: 'fetched', index: { size: 79 } });
    await server.close();
    await world.close();
  });

  it('in a time that jumps is asked for once', async () => {
    const server = await startRawServer();
    const world = await openWorld({ baseUrl: server.url });
    server.play(lists(many(100)));
    const requests: number[] = [];
    for (const jump of [0, -HOUR_MS, DAY_MS + HOUR_MS, 0]) {
      world.clock.wall += jump;
      const before = world.sentAt.length;
      await load(world);
      await load(world);
      requests.push(world.sentAt.length - before);
    }
    expect(requests).toEqual([2, 2, 2, 0]);
    await server.close();
    await world.close();
  });
});

describe('a Coinalyze symbol that the list gives to two markets', () => {
  const resolve = (rows: readonly FutureMarketRow[], symbol: string): ReturnType<typeof resolveMarket> => {
    const markets: MarketListing = listing(rows);
    return resolveMarket({ exchange: 'BYBIT', symbol }, buildMarketIndex(markets), { referenceVenues: [] });
  };
  const btc = row('BTCUSDT.6', 'BTCUSDT', 'BTC');

  it('feeds neither', () => {
    const contested = [btc, row('BTCUSDT.6', 'ETHUSDT', 'ETH')];
    expect(resolve(contested, 'BTCUSDT')).toMatchObject({ tier: 'neutral' });
    expect(resolve(contested, 'ETHUSDT')).toMatchObject({ tier: 'neutral' });
    const dated = row('BTCUSDT.6', 'BTCUSDT-27MAR26', 'BTC', { perpetual: false, expireAt: 1_774_569_600_000 });
    expect(resolve([dated, btc], 'BTCUSDT')).toMatchObject({ tier: 'neutral' });
  });

  it('feeds the one market that both rows speak of', () => {
    expect(resolve([btc, { ...btc }], 'BTCUSDT')).toMatchObject({ tier: 'resolved', listed: { symbol: 'BTCUSDT.6' } });
  });
});
