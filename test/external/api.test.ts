import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Series, SeriesKind } from '../../src/core/series.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import { createCoinalyze } from '../../src/external/coinalyze/api.ts';
import type { Coinalyze } from '../../src/external/coinalyze/api.ts';
import type { Reply } from '../../src/external/provider.ts';
import { createHttp } from '../../src/platform/http.ts';
import type { Http } from '../../src/platform/http.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { json, startScriptedServer, status, text } from '../support/scripted-server.ts';
import type { Script, ScriptedServer } from '../support/scripted-server.ts';
import { CLOSE, NEVER, symbols, windowFor } from './support.ts';

const KEY = 'canary-5b1c';
const WINDOW = windowFor();
const FETCHED_AT = CLOSE + 20_000;

function at(hoursBefore: number): number {
  return (CLOSE - hoursBefore * HOUR_MS) / 1_000;
}

function ohlc(t: number, c: number): object {
  return { t, o: c, h: c, l: c, c };
}

describe('coinalyze', () => {
  let server: ScriptedServer;
  let http: Http;
  let api: Coinalyze;
  const clock = new FakeClock(FETCHED_AT);

  beforeEach(async () => {
    server = await startScriptedServer();
    http = createHttp({ clock, userAgent: 'perpscan/test' });
    api = createCoinalyze({
      http,
      baseUrl: server.url,
      apiKey: KEY,
      dataClock: clock,
      timeoutMs: 15_000,
      windowMs: 60_000,
    });
  });
  afterEach(async () => {
    await server.close();
    await http.close();
  });

  async function ask(
    script: Script,
    names = ['A.A'],
    kind: SeriesKind = 'open_interest',
  ): Promise<readonly Reply<Series>[]> {
    server.play(script);
    return api.fetch(kind, symbols(...names), WINDOW, NEVER);
  }

  it('one request carries the symbols, the interval, the window in seconds and the key in a header only', async () => {
    await ask(json([]), ['BTCUSDT_PERP.A', 'ETHUSDT.6']);
    const { url, headers } = server.requests[0]!;
    expect(url.pathname).toBe('/v1/open-interest-history');
    expect(Object.fromEntries(url.searchParams)).toEqual({
      symbols: 'BTCUSDT_PERP.A,ETHUSDT.6',
      interval: '1hour',
      from: String(WINDOW.from / 1_000),
      to: String(WINDOW.to / 1_000),
      convert_to_usd: 'false',
    });
    expect(headers['api_key']).toBe(KEY);
    expect(url.href).not.toContain(KEY);
  });

  it('each kind has its path and interval, and only amounts speak of USD', async () => {
    for (const kind of ['funding_rate', 'long_short_ratio', 'liquidations'] as const)
      await ask(json([]), ['A.A'], kind);
    const asked = server.requests.map(({ url }) => [
      url.pathname,
      url.searchParams.get('interval'),
      url.searchParams.get('convert_to_usd'),
    ]);
    expect(asked).toEqual([
      ['/v1/funding-rate-history', '4hour', null],
      ['/v1/long-short-ratio-history', '1hour', null],
      ['/v1/liquidation-history', '1hour', 'false'],
    ]);
  });

  it('answers are joined by symbol, whatever their order; missing is no-data, unless foreign ones came in its place', async () => {
    const replies = await ask(
      json([
        { symbol: 'C.A', history: [ohlc(at(1), 3)] },
        { symbol: 'X.A', history: [ohlc(at(1), 9)] },
        { symbol: 'A.A', history: [ohlc(at(1), 1)] },
      ]),
      ['A.A', 'B.A', 'C.A'],
    );
    expect(
      replies.map((reply) =>
        reply.ok && reply.value.kind === 'open_interest' ? Array.from(reply.value.value) : reply,
      ),
    ).toEqual([
      [1],
      { ok: false, code: 'bad-payload', detail: expect.stringMatching(/not asked for, such as X\.A$/) },
      [3],
    ]);
    expect(api.counts).toEqual({ foreignSymbols: 1, droppedRows: 0 });
    const others = [
      { symbol: 'a.a', history: [ohlc(at(1), 9)] },
      { symbol: 'B.A', history: [ohlc(at(1), 1)] },
    ];
    expect((await ask(json(others), ['B.A']))[0], 'one too many harms nobody').toMatchObject({ ok: true });
    expect((await ask(json(others), ['A.A', 'B.A']))[0], 'small letters are another symbol').toMatchObject({
      code: 'bad-payload',
    });
    expect((await ask(json([others[1]]), ['A.A', 'B.A']))[0]).toMatchObject({ code: 'no-data' });
  });

  it('where open interest says that upstream is behind with a symbol, what has no liquidations yet is not known to have none', async () => {
    const one = (symbol: string, row: object): object => ({ symbol, history: [row] });
    await ask(json([one('A.A', ohlc(at(4), 7)), one('B.A', ohlc(at(1), 7))]), ['A.A', 'B.A']);
    const flush = { t: at(6), l: 1, s: 2 };
    const names = ['A.A', 'B.A', 'C.A'];
    const replies = await ask(json(names.map((name) => one(name, flush))), names, 'liquidations');
    // Of C nothing is known, and upstream as a whole is not behind. The last hour is not settled yet for anybody.
    const hoursBefore = replies.map((reply) => (reply.ok ? (CLOSE - reply.value.completeTo) / HOUR_MS : null));
    expect(hoursBefore).toEqual([5, 1, 1]);
  });

  it('an empty list is no-data for every symbol', async () => {
    expect((await ask(json([]), ['A.A', 'B.A'])).map((reply) => (reply.ok ? 'ok' : reply.code))).toEqual([
      'no-data',
      'no-data',
    ]);
  });

  it('a bad row costs itself, not its symbol or the page', async () => {
    const rows = [ohlc(at(4), 1), { ...ohlc(at(3), 2), c: null }, { t: at(2), o: 'NaN' }, ohlc(at(1), 4)];
    const body = JSON.stringify([
      { symbol: 'A.A', history: rows },
      { symbol: 7 },
      { symbol: 'B.A', history: [ohlc(at(1), 5)] },
    ]);
    const replies = await ask(text(body.replace('"c":4', '"c":4.25')), ['A.A', 'B.A']);
    expect(
      replies.map((reply) => (reply.ok ? [...reply.value.time].map((t) => (CLOSE - t) / HOUR_MS) : reply)),
    ).toEqual([[4, 1], [1]]);
    expect(api.counts.droppedRows).toBe(3);
  });

  it('numbers too large for a double are bad rows, and a symbol without a good row is bad-payload', async () => {
    const [reply] = await ask(text(`[{"symbol":"A.A","history":[{"t":${at(1)},"o":1,"h":1e999,"l":1,"c":1e999}]}]`));
    expect(reply).toMatchObject({ ok: false, code: 'bad-payload' });
  });

  it('429 waits for the decimal Retry-After, an HTTP date counts from the answer’s own date', async () => {
    const date = 'Mon, 19 Jan 2026 16:00:00 GMT';
    const cases: [Record<string, string>, number][] = [
      [{ 'retry-after': '49.119' }, 49_219],
      [{ 'retry-after': '30' }, 30_100],
      [{ 'retry-after': 'Mon, 19 Jan 2026 16:00:45 GMT', date }, 45_100],
      [{ 'retry-after': 'Mon, 19 Jan 2026 15:00:00 GMT', date }, 60_000],
      [{}, 60_000],
      [{ 'retry-after': '-5' }, 60_000],
      [{ 'retry-after': '0' }, 60_000],
      [{ 'retry-after': 'soon' }, 60_000],
      [{ 'retry-after': 'after 2050', date }, 60_000],
      [{ 'retry-after': '2027-01-01', date }, 60_000],
      [{ 'retry-after': '1e9' }, 60_000],
      [{ 'retry-after': '1000000000' }, 3_600_000],
    ];
    for (const [headers, expected] of cases) {
      const [reply] = await ask(status(429, headers));
      expect(reply, JSON.stringify(headers)).toMatchObject({
        code: 'rate-limited',
        remedy: 'wait',
        retryAfterMs: expected,
      });
    }
  });

  it('each status has its meaning', async () => {
    const cases: [number, string, string][] = [
      [400, 'upstream', 'split'],
      [401, 'unauthorized', 'stop'],
      [403, 'unauthorized', 'stop'],
      [404, 'upstream', 'none'],
      [408, 'upstream', 'again'],
      [500, 'upstream', 'again'],
      [503, 'upstream', 'again'],
      [302, 'upstream', 'none'],
    ];
    for (const [code, failure, remedy] of cases) {
      expect((await ask(status(code)))[0], String(code)).toMatchObject({ ok: false, code: failure, remedy });
    }
  });

  it('a page of HTML with status 200 may pass, a JSON object does not', async () => {
    expect((await ask(text('<html>busy</html>', 'text/html')))[0]).toMatchObject({
      code: 'bad-payload',
      remedy: 'again',
    });
    expect((await ask(text('[{"symbol":"A.A","his')))[0]).toMatchObject({ code: 'bad-payload', remedy: 'again' });
    expect((await ask(json({ message: 'hello' })))[0]).toMatchObject({ code: 'bad-payload', remedy: 'none' });
  });

  it('a body beyond 10 MB is refused, also when it comes compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(11 * 2 ** 20, 32));
    const replies = await ask((_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    expect(replies[0]).toMatchObject({ code: 'bad-payload', remedy: 'none' });
  });

  it('an error text that quotes the key is shown without it', async () => {
    const [reply] = await ask(status(401, {}, { message: `Invalid API key ${KEY}` }));
    expect(reply).toMatchObject({
      detail: expect.stringMatching(/^HTTP 401: .*COINALYZE_API_KEY.*Invalid API key \[redacted\]/),
    });
  });

  it('more than 20 symbols are never sent', async () => {
    const many = symbols(...Array.from({ length: 21 }, (_, i) => `S${i}.A`));
    await expect(api.fetch('open_interest', many, WINDOW, NEVER)).rejects.toThrow(RangeError);
    expect(server.requests).toHaveLength(0);
  });

  it('an aborted request is deferred', async () => {
    const abort = new AbortController();
    abort.abort();
    expect((await api.fetch('open_interest', symbols('A.A'), WINDOW, abort.signal))[0]).toMatchObject({
      code: 'deferred',
    });
  });

  it('of a row of the market list only what is used is demanded, and of a bad row what can be read is kept', async () => {
    const good = {
      symbol: 'BTCUSDT_PERP.A',
      exchange: 'A',
      symbol_on_exchange: 'BTCUSDT',
      base_asset: 'BTC',
      quote_asset: 'USDT',
      is_perpetual: true,
      margined: 'PORTFOLIO',
      oi_lq_vol_denominated_in: 'SHARES',
      has_long_short_ratio_data: true,
    };
    server.play(
      json([good, { ...good, base_asset: 7 }, 'nonsense', { ...good, has_long_short_ratio_data: 'yes', symbol: null }]),
    );
    const hints = { venueCode: 'A', symbolOnExchange: 'BTCUSDT', quoteAsset: 'USDT' };
    expect((await api.futureMarkets(NEVER))[0]).toMatchObject({
      ok: true,
      value: {
        markets: [{ symbol: 'BTCUSDT_PERP.A', expireAt: null, margined: 'unknown', denomination: 'unknown' }],
        unreadable: [
          { ...hints, symbol: 'BTCUSDT_PERP.A', baseAsset: null },
          { symbol: null, venueCode: null, symbolOnExchange: null, baseAsset: null, quoteAsset: null },
          { ...hints, symbol: null, baseAsset: 'BTC' },
        ],
      },
    });
    expect(api.counts.droppedRows).toBe(3);
  });

  it('lists drop bad rows, and a list without a good row is a fault', async () => {
    server.play(json([{ name: 'Binance', code: 'A' }, { name: 'Nobody' }]), json([]), json([{ symbol: 'A.A' }]));
    expect((await api.exchanges(NEVER))[0]).toMatchObject({
      ok: true,
      value: [{ code: 'A', name: 'Binance' }],
      fetchedAt: FETCHED_AT,
    });
    expect((await api.exchanges(NEVER))[0]).toMatchObject({ ok: false, code: 'bad-payload', remedy: 'none' });
    expect((await api.futureMarkets(NEVER))[0]).toMatchObject({ ok: false, code: 'bad-payload' });
    expect(server.requests.map(({ url }) => url.pathname + url.search)).toEqual([
      '/v1/exchanges',
      '/v1/exchanges',
      '/v1/future-markets',
    ]);
  });
});
