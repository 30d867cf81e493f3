import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import { createBatched } from '../../src/external/batched.ts';
import { createCoinalyze } from '../../src/external/coinalyze/api.ts';
import { createLimited } from '../../src/external/limited.ts';
import type { SentBatch } from '../../src/external/limited.ts';
import { createListingSource } from '../../src/external/listing.ts';
import type { Reply, SeriesProvider } from '../../src/external/provider.ts';
import { createRetried, Retrier } from '../../src/external/retried.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import type { Http } from '../../src/platform/http.ts';
import { openLedger } from '../../src/platform/ledger.ts';
import type { LedgerLimits } from '../../src/platform/ledger.ts';
import { Quota } from '../../src/platform/quota.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { json, silence, startScriptedServer, status, text } from '../support/scripted-server.ts';
import type { Script, ScriptedServer } from '../support/scripted-server.ts';
import { CLOSE, failed, fetched, hourly, NEVER, providerOf, symbols, windowFor } from './support.ts';

const WINDOW = windowFor();
const LIMITS: LedgerLimits = { calls: 40, windowMs: 60_000, minSpacingMs: 2_200, requestTimeoutMs: 15_000 };

function codes(replies: readonly Reply<unknown>[]): string[] {
  return replies.map((reply) => (reply.ok ? 'ok' : reply.code));
}

function many(count: number): readonly CoinalyzeSymbol[] {
  return symbols(...Array.from({ length: count }, (_, i) => `S${i}.A`));
}

describe('batched', () => {
  it('packs into full requests and keeps the order', async () => {
    const next = providerOf((symbol) =>
      fetched({ ...hourly(CLOSE, 1, CLOSE), coveredFrom: Number(symbol.slice(1, -2)) }),
    );
    const replies = await createBatched(next, { size: 20, concurrency: 2 }).fetch(
      'open_interest',
      many(45),
      WINDOW,
      NEVER,
    );
    expect(next.calls.map((call) => call.length)).toEqual([20, 20, 5]);
    expect(replies.map((reply) => (reply.ok ? reply.value.coveredFrom : null))).toEqual(many(45).map((_, i) => i));
  });

  it('one failing batch leaves the others alone', async () => {
    const next = providerOf((_, call) => (call === 2 ? failed('timeout', 'again') : fetched(hourly(CLOSE, 1, CLOSE))));
    const replies = await createBatched(next, { size: 2, concurrency: 1 }).fetch(
      'open_interest',
      many(5),
      WINDOW,
      NEVER,
    );
    expect(codes(replies)).toEqual(['ok', 'ok', 'timeout', 'timeout', 'ok']);
  });
});

describe('retried', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock(CLOSE);
  });

  function retried(next: SeriesProvider, { random = 0.5, deadline = Infinity } = {}): SeriesProvider {
    return createRetried(next, new Retrier({ clock, random: () => random, deadline }));
  }
  const ask = (provider: SeriesProvider, count = 1, abort = NEVER): Promise<readonly Reply<unknown>[]> =>
    clock.until(provider.fetch('open_interest', many(count), WINDOW, abort));

  it('a failure that may pass is asked three times, with growing pauses', async () => {
    const times: number[] = [];
    const next = providerOf(() => {
      times.push(clock.monotonic());
      return failed('timeout', 'again');
    });
    expect(codes(await ask(retried(next)))).toEqual(['timeout']);
    expect(times).toEqual([0, 2_500, 8_000]);
  });

  it('the second answer is taken when it is good', async () => {
    const next = providerOf((_, call) =>
      call === 1 ? failed('upstream', 'again', 7_000) : fetched(hourly(CLOSE, 1, CLOSE)),
    );
    expect(codes(await ask(retried(next)))).toEqual(['ok']);
    expect(clock.monotonic()).toBe(7_000);
  });

  it('what asking again cannot change is asked once', async () => {
    for (const failure of [failed('bad-payload', 'none'), failed('unauthorized', 'stop')]) {
      const next = providerOf(() => failure);
      await ask(retried(next));
      expect(next.calls).toHaveLength(1);
    }
  });

  it('a refused key stops all calls of the run', async () => {
    const next = providerOf(() => failed('unauthorized', 'stop'));
    const provider = retried(next);
    expect(codes(await ask(provider, 2))).toEqual(['unauthorized', 'unauthorized']);
    expect(codes(await ask(provider, 3))).toEqual(['unauthorized', 'unauthorized', 'unauthorized']);
    expect(next.calls).toHaveLength(1);
  });

  it('two requests in a row that fail to the end mean upstream is down; a success in between does not', async () => {
    const down = providerOf(() => failed('timeout', 'again'));
    const provider = retried(down);
    for (let i = 0; i < 5; i += 1) expect(codes(await ask(provider))).toEqual(['timeout']);
    expect(down.calls).toHaveLength(6);
    const flaky = providerOf((_, call) => (call === 4 ? fetched(hourly(CLOSE, 1, CLOSE)) : failed('timeout', 'again')));
    const other = retried(flaky);
    for (let i = 0; i < 4; i += 1) await ask(other);
    expect(flaky.calls).toHaveLength(10);
  });

  it('a key that is refused for lack of quota six times in a row is left alone for the rest of the run', async () => {
    const limited = providerOf(() => failed('rate-limited', 'wait', 50_000));
    const provider = retried(limited);
    for (let i = 0; i < 5; i += 1) expect(codes(await ask(provider))).toEqual(['rate-limited']);
    expect(limited.calls).toHaveLength(6);
  });

  it('asking again costs at most a tenth of all requests, however often upstream fails', async () => {
    const flaky = providerOf((_, call) =>
      call % 2 === 0 ? fetched(hourly(CLOSE, 1, CLOSE)) : failed('upstream', 'again'),
    );
    const unhurried = { ...systemClock, sleep: () => Promise.resolve() };
    const retrier = new Retrier({ clock: unhurried, random: () => 0.5, deadline: Infinity });
    const provider = createRetried(flaky, retrier);
    for (let i = 0; i < 300; i += 1) await provider.fetch('open_interest', many(1), WINDOW, NEVER);
    expect(flaky.calls.length).toBeGreaterThan(320);
    expect(flaky.calls.length).toBeLessThanOrEqual(330);
  });

  it('a pause that would go beyond the deadline is not begun: deferred', async () => {
    const limited = providerOf(() => failed('rate-limited', 'wait', 50_000));
    expect(codes(await ask(retried(limited, { deadline: 49_999 })))).toEqual(['deferred']);
    expect(limited.calls).toHaveLength(1);
    expect(clock.monotonic()).toBe(0);
  });

  it('nothing is asked again after an abort, and a fault stays a fault', async () => {
    const abort = new AbortController();
    const next = providerOf(() => {
      abort.abort();
      return failed('timeout', 'again');
    });
    expect(codes(await ask(retried(next), 1, abort.signal))).toEqual(['timeout']);
    expect(next.calls).toHaveLength(1);
  });

  function refusing(...bad: string[]): SeriesProvider & { readonly calls: (readonly CoinalyzeSymbol[])[] } {
    const calls: (readonly CoinalyzeSymbol[])[] = [];
    return {
      calls,
      fetch: (_, asked) => {
        calls.push(asked);
        const refused = asked.some((symbol) => bad.includes(symbol));
        return Promise.resolve(
          asked.map(() => (refused ? failed('upstream', 'split') : fetched(hourly(CLOSE, 1, CLOSE)))),
        );
      },
    };
  }

  it('a 400 is halved down to the symbol that causes it', async () => {
    const next = refusing('S13.A');
    const replies = await ask(retried(next), 20);
    expect(codes(replies)).toEqual(many(20).map((symbol) => (symbol === 'S13.A' ? 'not-listed' : 'ok')));
    expect(next.calls.reduce((sum, call) => sum + call.length, 0)).toBeLessThanOrEqual(60);
  });

  it('only one 400 in a run is halved', async () => {
    const next = refusing('S0.A', 'S5.A');
    const provider = retried(next);
    await ask(provider, 4);
    const before = next.calls.length;
    expect(codes(await ask(provider, 4))).toEqual(['upstream', 'upstream', 'upstream', 'upstream']);
    expect(next.calls.length).toBe(before + 1);
  });

  it('a 400 of both halves is nobody’s fault in particular', async () => {
    const next = refusing(...many(20));
    expect(new Set(codes(await ask(retried(next), 20)))).toEqual(new Set(['upstream']));
    expect(next.calls).toHaveLength(3);
  });
});

describe('limited, retried and coinalyze over a real connection', () => {
  let server: ScriptedServer;
  let http: Http;
  let clock: FakeClock;
  let quota: Quota;
  let folder: string;

  beforeEach(async () => {
    server = await startScriptedServer();
    clock = new FakeClock(CLOSE + 60_000);
    http = createHttp({ clock, userAgent: 'perpscan/test' });
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-layers-'));
    const opened = openLedger(path.join(folder, 'quota.sqlite'), LIMITS, clock);
    if (!opened.ok) throw new Error(opened.detail);
    quota = new Quota(opened.ledger, LIMITS, clock);
  });
  afterEach(async () => {
    quota.close();
    await server.close();
    await http.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const t = (CLOSE - 3_600_000) / 1_000;
  /** Notes when it was asked, and knows every symbol. */
  function answering(times: number[]): Script {
    return (request, response, url) => {
      times.push(clock.monotonic());
      const asked = url.searchParams.get('symbols')?.split(',') ?? [];
      json(asked.map((symbol) => ({ symbol, history: [{ t, o: 1, h: 1, l: 1, c: 1 }] })))(request, response, url);
    };
  }

  function stack(batches: SentBatch[] = [], deadline = Infinity): { provider: SeriesProvider; retrier: Retrier } {
    const api = createCoinalyze({
      http,
      baseUrl: server.url,
      apiKey: 'k',
      dataClock: clock,
      timeoutMs: 15_000,
      windowMs: 60_000,
    });
    const retrier = new Retrier({ clock, random: () => 0, deadline });
    const onPause = (ms: number): number => pauses.push(ms);
    const limited = createLimited(api, { quota, clock, onBatch: (batch) => batches.push(batch), onPause });
    return { provider: createBatched(createRetried(limited, retrier), { size: 20, concurrency: 2 }), retrier };
  }

  /** Real answers take a little real time, during which nobody sleeps but the request's deadline. */
  async function pass<T>(work: Promise<T>): Promise<T> {
    const state = { done: false };
    void work.finally(() => (state.done = true));
    while (!state.done) {
      await new Promise((resolve) => setTimeout(resolve, 4));
      if (!state.done && clock.sleepers > 0 && server.requests.length > 0 && answered >= server.requests.length)
        await clock.advance(2_000);
    }
    return work;
  }
  let answered = 0;
  let pauses: number[] = [];
  beforeEach(() => {
    answered = 0;
    pauses = [];
  });
  function counted(script: Script): Script {
    return (request, response, url) => {
      response.on('close', () => (answered += 1));
      script(request, response, url);
    };
  }

  it('100 symbols take the time the quota asks for, and never more than 40 in a minute', async () => {
    const times: number[] = [];
    const batches: SentBatch[] = [];
    server.play(counted(answering(times)));
    const replies = await pass(stack(batches).provider.fetch('open_interest', many(100), WINDOW, NEVER));
    expect(codes(replies)).toEqual(many(100).map(() => 'ok'));
    expect(quota.spent).toEqual({ requests: 5, calls: 100 });
    expect(batches.map((batch) => batch.symbols[0])).toEqual(['S0.A', 'S20.A', 'S40.A', 'S60.A', 'S80.A']);
    for (const [i, time] of times.entries()) {
      expect(times.filter((other) => other >= time && other < time + 60_000).length * 20).toBeLessThanOrEqual(40);
      if (i > 0) expect(time - times[i - 1]!).toBeGreaterThanOrEqual(2_200);
    }
  });

  it('a 429 silences the key for the whole Retry-After, is charged, and the batch is asked again', async () => {
    const times: number[] = [];
    server.play(counted(status(429, { 'retry-after': '49.119' })), counted(answering(times)));
    const replies = await pass(stack().provider.fetch('open_interest', many(3), WINDOW, NEVER));
    expect(codes(replies)).toEqual(['ok', 'ok', 'ok']);
    expect(times[0]).toBeGreaterThanOrEqual(49_119);
    expect(times[0]).toBeLessThan(52_000);
    expect(quota.spent).toEqual({ requests: 2, calls: 6 });
    expect(pauses).toEqual([expect.closeTo(49_119, -3)]);
  });

  it('what the deadline leaves unsent is deferred, and the request in flight gets five seconds more', async () => {
    const abort = new AbortController();
    server.play(silence);
    const work = stack().provider.fetch('open_interest', many(60), WINDOW, abort.signal);
    while (server.requests.length < 1) await new Promise((resolve) => setTimeout(resolve, 2));
    await clock.advance(10);
    abort.abort();
    let done = false;
    void work.then(() => (done = true));
    await clock.advance(4_900);
    expect(done).toBe(false);
    await clock.advance(200);
    expect(new Set(codes(await work))).toEqual(new Set(['deferred']));
    expect(server.requests).toHaveLength(1);
  });

  it('an answer that comes within those five seconds counts', async () => {
    const abort = new AbortController();
    let answer = (): void => undefined;
    server.play((request, response, url) => {
      answer = () => answering([])(request, response, url);
    });
    const work = stack().provider.fetch('open_interest', many(2), WINDOW, abort.signal);
    while (server.requests.length < 1) await new Promise((resolve) => setTimeout(resolve, 2));
    abort.abort();
    await clock.advance(3_000);
    answer();
    expect(codes(await work)).toEqual(['ok', 'ok']);
  });

  it('a refused key costs one request, however many batches there are', async () => {
    server.play(counted(status(401, {}, { message: 'Invalid/Missing API key' })));
    const replies = await pass(
      createBatched(stack().provider, { size: 20, concurrency: 1 }).fetch('open_interest', many(60), WINDOW, NEVER),
    );
    expect(new Set(codes(replies))).toEqual(new Set(['unauthorized']));
    expect(server.requests.length).toBeLessThanOrEqual(2);
  });

  it('a page of HTML is asked again', async () => {
    server.play(counted(text('<html>', 'text/html')), counted(answering([])));
    expect(codes(await pass(stack().provider.fetch('open_interest', many(1), WINDOW, NEVER)))).toEqual(['ok']);
  });

  it('the listing costs one call for each of its two lists', async () => {
    const market = {
      symbol: 'BTCUSDT_PERP.A',
      exchange: 'A',
      symbol_on_exchange: 'BTCUSDT',
      base_asset: 'BTC',
      quote_asset: 'USDT',
      expire_at: null,
      is_perpetual: true,
      margined: 'STABLE',
      oi_lq_vol_denominated_in: 'BASE_ASSET',
      has_long_short_ratio_data: true,
      has_ohlcv_data: true,
      has_buy_sell_data: true,
    };
    server.play(counted(json([{ name: 'Binance', code: 'A' }])), counted(json([market, { symbol: 'broken' }])));
    const { retrier } = stack();
    const api = createCoinalyze({
      http,
      baseUrl: `${server.url}/`,
      apiKey: 'k',
      dataClock: clock,
      timeoutMs: 15_000,
      windowMs: 60_000,
    });
    const listing = await pass(createListingSource(api, retrier, { quota, clock })(NEVER));
    expect(listing).toMatchObject({
      ok: true,
      value: {
        venues: [{ code: 'A', name: 'Binance' }],
        markets: [{ symbol: 'BTCUSDT_PERP.A', hasLongShortRatio: true }],
      },
    });
    expect(quota.spent).toEqual({ requests: 2, calls: 2 });
    expect(server.requests.map(({ url }) => url.pathname)).toEqual(['/v1/exchanges', '/v1/future-markets']);
  });

  it('a list that cannot be had is a failure, and the other is not asked', async () => {
    server.play(counted(status(404)));
    const { retrier } = stack();
    const api = createCoinalyze({
      http,
      baseUrl: server.url,
      apiKey: 'k',
      dataClock: clock,
      timeoutMs: 15_000,
      windowMs: 60_000,
    });
    expect(await pass(createListingSource(api, retrier, { quota, clock })(NEVER))).toMatchObject({
      ok: false,
      code: 'upstream',
    });
    expect(server.requests).toHaveLength(1);
  });
});
