import { afterEach, describe, expect, it } from 'vitest';
import type { z } from 'zod';
import {
  errorBody,
  exchangeRow,
  fundingRow,
  futureMarketRow,
  historyEntry,
  INTERVALS_MS,
  liquidationRow,
  longShortRow,
  openInterestRow,
} from '../../src/external/coinalyze/schema.ts';
import { startSandbox } from '../../src/sandbox/server.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/server.ts';
import { FUTURES } from '../../src/sandbox/listing.ts';

const NOW = Date.UTC(2026, 10, 2, 16, 30);
const HOUR = 3600;
const nowSeconds = NOW / 1000;

interface History {
  readonly symbol: string;
  readonly history: readonly Readonly<Record<string, number>>[];
}

const open: Sandbox[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((sandbox) => sandbox.close()));
});

async function start(options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
  const sandbox = await startSandbox({
    now: () => NOW,
    quotaNow: () => 0,
    quotaCalls: 1_000_000,
    quotaWindowMs: 60_000,
    ...options,
  });
  open.push(sandbox);
  return sandbox;
}

function request(sandbox: Sandbox, pathAndQuery: string, key: string | null = 'any'): Promise<Response> {
  return fetch(`${sandbox.url}/${pathAndQuery}`, key === null ? {} : { headers: { api_key: key } });
}

async function rows<T>(sandbox: Sandbox, pathAndQuery: string): Promise<readonly T[]> {
  const response = await request(sandbox, pathAndQuery);
  expect(response.status, pathAndQuery).toBe(200);
  return (await response.json()) as T[];
}

function history(
  sandbox: Sandbox,
  path: string,
  symbols: string,
  query: { interval?: string; from?: number; to?: number; usd?: boolean } = {},
): Promise<readonly History[]> {
  const { interval = '1hour', from = nowSeconds - 48 * HOUR, to = nowSeconds, usd } = query;
  const convert = usd === undefined ? '' : `&convert_to_usd=${usd}`;
  return rows<History>(sandbox, `${path}?symbols=${symbols}&interval=${interval}&from=${from}&to=${to}${convert}`);
}

async function message(response: Response): Promise<string> {
  return errorBody.parse(await response.json()).message;
}

const perpetuals = [...FUTURES.values()].filter(({ row }) => row.is_perpetual).map(({ row }) => row.symbol);

describe('key', () => {
  it('a request without a key, or with an empty one, is refused', async () => {
    const sandbox = await start();
    for (const key of [null, '']) {
      const response = await request(sandbox, 'exchanges', key);
      expect(response.status).toBe(401);
      expect(await message(response)).toBe('Invalid/Missing API key');
    }
    expect(sandbox.stats()).toEqual({ requests: 2, calls: 0, limited: 0 });
  });

  it('any key is accepted unless one is set', async () => {
    expect((await request(await start(), 'exchanges', 'whatever')).status).toBe(200);
    const strict = await start({ key: 'right' });
    expect((await request(strict, 'exchanges', 'wrong')).status).toBe(401);
    expect((await request(strict, 'exchanges', 'right')).status).toBe(200);
  });

  it('the key may come as a query parameter', async () => {
    const sandbox = await start({ key: 'right' });
    expect((await request(sandbox, 'exchanges?api_key=right', null)).status).toBe(200);
    expect((await request(sandbox, 'exchanges?api_key=wrong', null)).status).toBe(401);
  });
});

describe('paths and parameters', () => {
  const symbols = 'symbols=BTCUSDT_PERP.A';
  const window = `from=${nowSeconds - HOUR}&to=${nowSeconds}`;

  it('a path that does not exist is 404, also one that objects happen to have', async () => {
    const sandbox = await start();
    for (const path of ['nothing', 'toString', 'constructor', 'open-interest-history/', 'long-short-ratio', '..']) {
      const response = await request(sandbox, path);
      expect(response.status, path).toBe(404);
      expect(await message(response)).not.toBe('');
    }
    const outside = await fetch(sandbox.url.replace('/v1', '/exchanges'), { headers: { api_key: 'any' } });
    expect(outside.status).toBe(404);
    const posted = await fetch(`${sandbox.url}/exchanges`, { method: 'POST', headers: { api_key: 'any' } });
    expect(posted.status).toBe(404);
  });

  it.each([
    ['symbols', `open-interest-history?interval=1hour&${window}`],
    ['interval', `open-interest-history?${symbols}&${window}`],
    ['from', `open-interest-history?${symbols}&interval=1hour&to=${nowSeconds}`],
    ['to', `open-interest-history?${symbols}&interval=1hour&from=${nowSeconds}`],
    ['from', `open-interest-history?${symbols}&interval=1hour&from=yesterday&to=${nowSeconds}`],
    ['convert_to_usd', `open-interest-history?${symbols}&interval=1hour&${window}&convert_to_usd=1`],
    ['symbols', 'open-interest'],
  ])('a missing or wrong %s is 400 and costs nothing', async (name, query) => {
    const sandbox = await start();
    const response = await request(sandbox, query);
    expect(response.status).toBe(400);
    expect(await message(response)).toContain(name);
    expect(sandbox.stats().calls).toBe(0);
  });

  it('an interval that does not exist is answered with those that do', async () => {
    const response = await request(await start(), `open-interest-history?${symbols}&interval=8hour&${window}`);
    expect(response.status).toBe(400);
    const text = await message(response);
    for (const name of Object.keys(INTERVALS_MS)) expect(text).toContain(name);
    expect(Object.keys(INTERVALS_MS)).toHaveLength(10);
  });

  it('from and to are both inclusive, on the grid of every interval', async () => {
    const sandbox = await start();
    for (const [interval, ms] of Object.entries(INTERVALS_MS)) {
      const step = ms / 1000;
      const to = Math.floor((nowSeconds - 5 * step) / step) * step;
      const [answer] = await history(sandbox, 'ohlcv-history', 'BTCUSDT_PERP.A', { interval, from: to - 4 * step, to });
      expect(
        answer!.history.map((row) => row['t']),
        interval,
      ).toEqual([4, 3, 2, 1, 0].map((back) => to - back * step));
    }
  });

  it('a window in ms, in the future or backwards is empty, not an error', async () => {
    const sandbox = await start();
    for (const [from, to] of [
      [NOW - HOUR * 1000, NOW],
      [nowSeconds + HOUR, nowSeconds + 2 * HOUR],
      [nowSeconds, nowSeconds - 9 * HOUR],
    ] as const) {
      for (const path of [
        'open-interest-history',
        'funding-rate-history',
        'long-short-ratio-history',
        'liquidation-history',
        'ohlcv-history',
      ]) {
        expect(await history(sandbox, path, 'BTCUSDT_PERP.A', { from, to }), path).toEqual([]);
      }
    }
  });

  it('intraday histories reach 2,000 intervals back, daily ones to the beginning', async () => {
    const sandbox = await start();
    const [hourly] = await history(sandbox, 'ohlcv-history', 'BTCUSDT_PERP.A', { from: 0 });
    expect(hourly!.history).toHaveLength(2_000);
    const [daily] = await history(sandbox, 'open-interest-history', 'BTCUSDT_PERP.A', { from: 0, interval: 'daily' });
    expect(daily!.history[0]!['t']).toBe(Date.UTC(2020, 0, 1) / 1000);
  });
});

describe('shapes', () => {
  const everyRow = (answers: readonly unknown[], schema: z.ZodType): number => {
    const all = answers.flatMap((entry) => historyEntry.parse(entry).history);
    for (const row of all) schema.parse(row);
    return all.length;
  };

  it('the lists fit the schema of the client', async () => {
    const sandbox = await start();
    const exchanges = await rows(sandbox, 'exchanges');
    expect(exchanges.map((row) => exchangeRow.parse(row))).toHaveLength(28);
    const markets = await rows(sandbox, 'future-markets');
    expect(markets.map((row) => futureMarketRow.parse(row))).toHaveLength(FUTURES.size);
    expect((await rows(sandbox, 'spot-markets')).length).toBeGreaterThan(0);
  });

  it('every history of every perpetual fits the schema of the client', async () => {
    const sandbox = await start();
    const schemas = {
      'open-interest-history': openInterestRow,
      'funding-rate-history': fundingRow,
      'predicted-funding-rate-history': fundingRow,
      'long-short-ratio-history': longShortRow,
      'liquidation-history': liquidationRow,
      'ohlcv-history': openInterestRow,
    };
    for (const [path, schema] of Object.entries(schemas)) {
      let checked = 0;
      for (let at = 0; at < perpetuals.length; at += 20) {
        const batch = perpetuals.slice(at, at + 20).join(',');
        checked += everyRow(await history(sandbox, path, batch, { from: nowSeconds - 24 * HOUR }), schema);
      }
      expect(checked, path).toBeGreaterThan(perpetuals.length);
    }
  });

  it('OHLC rows hold together and buckets ascend', async () => {
    const sandbox = await start();
    for (const path of ['open-interest-history', 'funding-rate-history', 'ohlcv-history']) {
      for (const interval of ['1min', '5min', '1hour', '4hour', 'daily']) {
        for (const entry of await history(sandbox, path, 'ETHUSDT_PERP.A,kPEPE.H,BTCUSD.6', { interval })) {
          const times = entry.history.map((row) => row['t']!);
          expect(times).toEqual([...new Set(times)].sort((a, b) => a - b));
          for (const row of entry.history) {
            expect(row['h']).toBeGreaterThanOrEqual(Math.max(row['o']!, row['c']!));
            expect(row['l']).toBeLessThanOrEqual(Math.min(row['o']!, row['c']!));
          }
        }
      }
    }
  });

  it('current values carry the time in ms and equal the newest bucket', async () => {
    const sandbox = await start();
    for (const kind of ['open-interest', 'funding-rate']) {
      const [current] = await rows<Record<string, unknown>>(sandbox, `${kind}?symbols=ETHUSDT_PERP.A`);
      const [answer] = await history(sandbox, `${kind}-history`, 'ETHUSDT_PERP.A', { interval: '1min' });
      expect(current).toEqual({ symbol: 'ETHUSDT_PERP.A', value: answer!.history.at(-1)!['c'], update: NOW });
    }
  });

  it('l and s of the long/short ratio are percent and r is their ratio', async () => {
    const [answer] = await history(await start(), 'long-short-ratio-history', 'BTCUSDT_PERP.A');
    for (const row of answer!.history) {
      expect(row['l']! + row['s']!).toBeCloseTo(100, 6);
      expect(Math.abs(row['r']! - row['l']! / row['s']!)).toBeLessThanOrEqual(5.001e-5);
    }
  });

  it('only three endpoints convert to USD, and what is in USD already stays', async () => {
    const sandbox = await start();
    const [native] = await history(sandbox, 'open-interest-history', 'ETHUSDT_PERP.A', { usd: false });
    const [plain] = await history(sandbox, 'open-interest-history', 'ETHUSDT_PERP.A');
    const [dollars] = await history(sandbox, 'open-interest-history', 'ETHUSDT_PERP.A', { usd: true });
    const [price] = await history(sandbox, 'ohlcv-history', 'ETHUSDT_PERP.A');
    expect(plain).toEqual(native);
    native!.history.slice(0, -1).forEach((row, i) => {
      expect(dollars!.history[i]!['c']! / (row['c']! * price!.history[i]!['c']!)).toBeCloseTo(1, 4);
    });
    for (const path of ['open-interest-history', 'liquidation-history']) {
      expect(await history(sandbox, path, 'ETHUSD_PERP.A', { usd: true })).toEqual(
        await history(sandbox, path, 'ETHUSD_PERP.A', { usd: false }),
      );
    }
    const [thousands] = await history(sandbox, 'open-interest-history', '1000PEPEUSDT_PERP.A');
    const [inUsd] = await history(sandbox, 'open-interest-history', '1000PEPEUSDT_PERP.A', { usd: true });
    const [pepe] = await history(sandbox, 'ohlcv-history', '1000PEPEUSDT_PERP.A');
    expect(inUsd!.history[3]!['c']! / (thousands!.history[3]!['c']! * pepe!.history[3]!['c']!)).toBeCloseTo(1, 4);
  });
});

describe('what is left out', () => {
  it('unknown symbols are dropped without a word, and charged', async () => {
    const sandbox = await start();
    const answer = await history(sandbox, 'open-interest-history', 'BTCUSDT_PERP.A,XBTUSDTM_PERP.A,BTCUSDT.9');
    expect(answer.map(({ symbol }) => symbol)).toEqual(['BTCUSDT_PERP.A']);
    expect(await history(sandbox, 'open-interest-history', 'NOTHING.A')).toEqual([]);
    expect(sandbox.stats().calls).toBe(4);
  });

  it('symbols beyond the 20th are charged and left out', async () => {
    const sandbox = await start();
    const asked = perpetuals.slice(0, 25);
    const answer = await history(sandbox, 'open-interest-history', asked.join(','));
    expect(new Set(answer.map(({ symbol }) => symbol))).toEqual(new Set(asked.slice(0, 20)));
    expect(sandbox.stats().calls).toBe(25);
  });

  it('the order of the request is not kept, and is the same every time', async () => {
    const sandbox = await start();
    const asked = perpetuals.slice(0, 20);
    const order = async (symbols: readonly string[]): Promise<readonly string[]> =>
      (await history(sandbox, 'open-interest-history', symbols.join(','))).map(({ symbol }) => symbol);
    const first = await order(asked);
    expect(first).not.toEqual(asked);
    expect([...first].sort()).toEqual([...asked].sort());
    expect(await order(asked)).toEqual(first);
    expect(await order(asked.toReversed())).toEqual(first);
  });

  it('Hyperliquid has neither long/short ratio nor liquidations, OKX no predicted funding', async () => {
    const sandbox = await start();
    expect(await history(sandbox, 'long-short-ratio-history', 'BTC.H')).toEqual([]);
    expect(await history(sandbox, 'liquidation-history', 'BTC.H')).toEqual([]);
    const predicted = await history(sandbox, 'predicted-funding-rate-history', 'BTCUSDT_PERP.3,BTCUSDT_PERP.A');
    expect(predicted.map(({ symbol }) => symbol)).toEqual(['BTCUSDT_PERP.A']);
  });

  it('spot symbols have candles and nothing else; dated futures have no funding', async () => {
    const sandbox = await start();
    expect(await history(sandbox, 'ohlcv-history', 'BTCUSD.A')).toHaveLength(1);
    expect(await history(sandbox, 'open-interest-history', 'BTCUSD.A')).toEqual([]);
    expect(await history(sandbox, 'open-interest-history', 'BTCUSDT_271231.A')).toHaveLength(1);
    expect(await history(sandbox, 'funding-rate-history', 'BTCUSDT_271231.A')).toEqual([]);
  });

  it('liquidations exist only in buckets that had some', async () => {
    const sandbox = await start();
    const small = perpetuals.filter((symbol) => symbol.endsWith('USDT_PERP.A')).slice(-20);
    const answers = await history(sandbox, 'liquidation-history', small.join(','), { from: nowSeconds - 720 * HOUR });
    const counts = answers.map((entry) => entry.history.length);
    expect(counts.some((count) => count > 20 && count < 500)).toBe(true);
    for (const { history: buckets } of answers) {
      for (const row of buckets) expect(row['l']! + row['s']!).toBeGreaterThan(0);
    }
    const quiet = await history(sandbox, 'liquidation-history', small.join(','), {
      interval: '5min',
      from: nowSeconds - 600,
    });
    expect(quiet.length).toBeLessThan(20);
  });

  it('a pegged coin has no liquidations', async () => {
    expect(await history(await start(), 'liquidation-history', 'USDEUSDT_PERP.A')).toEqual([]);
  });
});

describe('the present', () => {
  const at =
    (minute: number, second = 0): SandboxOptions['now'] =>
    () =>
      Date.UTC(2026, 10, 2, 16, minute, second);

  it('the open bucket is there with what has happened so far', async () => {
    const partial = await start({ now: at(30) });
    const later = await start({ now: at(59, 59) });
    const [half] = await history(partial, 'ohlcv-history', 'BTCUSDT_PERP.A', {
      from: nowSeconds - HOUR,
      to: nowSeconds,
    });
    const [nearly] = await history(later, 'ohlcv-history', 'BTCUSDT_PERP.A', {
      from: nowSeconds - HOUR,
      to: nowSeconds,
    });
    expect(half!.history.at(-1)!['t']).toBe(Date.UTC(2026, 10, 2, 16) / 1000);
    expect(half!.history.at(-1)!['v']).toBeLessThan(nearly!.history.at(-1)!['v']!);
    expect(half!.history.at(-1)!['v']).toBeGreaterThan(0);
    expect(half!.history.slice(0, -1)).toEqual(nearly!.history.slice(0, -1));
    const [interest] = await history(partial, 'open-interest-history', 'BTCUSDT_PERP.A');
    expect(interest!.history.at(-1)!['t']).toBe(Date.UTC(2026, 10, 2, 16) / 1000);
  });

  it('closed buckets never change', async () => {
    const before = await start({ now: at(0) });
    const after = await start({ now: at(44) });
    for (const path of ['open-interest-history', 'funding-rate-history', 'liquidation-history', 'ohlcv-history']) {
      const to = Date.UTC(2026, 10, 2, 15) / 1000;
      const symbols = 'BTCUSDT_PERP.A,WLDUSDT_PERP.A,APT.H';
      expect(await history(before, path, symbols, { to }), path).toEqual(await history(after, path, symbols, { to }));
    }
  });

  it('the long/short ratio of an hour appears 1,034 s after its end, of 5 minutes after 134 s', async () => {
    const newest = async (now: SandboxOptions['now'], interval: string): Promise<number> => {
      const [answer] = await history(await start({ now }), 'long-short-ratio-history', 'BTCUSDT_PERP.A', { interval });
      return answer!.history.at(-1)!['t']! * 1000;
    };
    expect(await newest(at(17, 13), '1hour')).toBe(Date.UTC(2026, 10, 2, 14));
    expect(await newest(at(17, 14), '1hour')).toBe(Date.UTC(2026, 10, 2, 15));
    expect(await newest(at(17, 13), '5min')).toBe(Date.UTC(2026, 10, 2, 16, 5));
    expect(await newest(at(17, 14), '5min')).toBe(Date.UTC(2026, 10, 2, 16, 10));
  });

  it('there is no long/short ratio of single minutes', async () => {
    expect(await history(await start(), 'long-short-ratio-history', 'BTCUSDT_PERP.A', { interval: '1min' })).toEqual(
      [],
    );
  });
});

describe('quota', () => {
  const symbols = (count: number): string => perpetuals.slice(0, count).join(',');

  it('40 single requests pass, the 41st is told how long to wait, to the millisecond', async () => {
    let clock = 1_000;
    const sandbox = await start({ quotaCalls: 40, quotaNow: () => clock });
    for (let i = 0; i < 40; i++) {
      expect((await request(sandbox, 'exchanges')).status).toBe(200);
      clock += 280;
    }
    const refused = await request(sandbox, 'exchanges');
    expect(refused.status).toBe(429);
    expect(await message(refused)).not.toBe('');
    expect(refused.headers.get('retry-after')).toBe('48.800');
    expect(sandbox.stats()).toEqual({ requests: 41, calls: 40, limited: 1 });
  });

  it('every symbol asked for is a call, on every path', async () => {
    const sandbox = await start({ quotaCalls: 40 });
    const window = `interval=1hour&from=${nowSeconds - HOUR}&to=${nowSeconds}`;
    expect((await request(sandbox, `funding-rate-history?symbols=${symbols(20)}&${window}`)).status).toBe(200);
    expect((await request(sandbox, `open-interest?symbols=${symbols(19)}`)).status).toBe(200);
    expect((await request(sandbox, `open-interest?symbols=${symbols(2)}`)).status).toBe(429);
    expect((await request(sandbox, 'future-markets')).status).toBe(200);
    expect((await request(sandbox, 'exchanges')).status).toBe(429);
    expect(sandbox.stats()).toEqual({ requests: 5, calls: 40, limited: 2 });
  });

  it('one request of 40 symbols is accepted, a second is not', async () => {
    const sandbox = await start({ quotaCalls: 40 });
    expect((await request(sandbox, `open-interest?symbols=${symbols(40)}`)).status).toBe(200);
    expect((await request(sandbox, `open-interest?symbols=${symbols(40)}`)).status).toBe(429);
  });

  it('the window slides: calls come back as they leave it, and refused requests cost nothing', async () => {
    let clock = 0;
    const sandbox = await start({ quotaCalls: 40, quotaNow: () => clock });
    const ask = (count: number): Promise<Response> => request(sandbox, `open-interest?symbols=${symbols(count)}`);
    expect((await ask(20)).status).toBe(200);
    clock = 30_000;
    expect((await ask(20)).status).toBe(200);
    clock = 59_999;
    expect((await ask(20)).headers.get('retry-after')).toBe('0.001');
    clock = 60_000;
    expect((await ask(20)).status).toBe(200);
    expect((await ask(1)).headers.get('retry-after')).toBe('30.000');
  });

  it('in no window does more get through than the quota', async () => {
    let clock = 0;
    const sandbox = await start({ quotaCalls: 7, quotaWindowMs: 1_000, quotaNow: () => clock });
    const accepted: { at: number; calls: number }[] = [];
    for (let i = 0; i < 200; i++) {
      const calls = 1 + ((i * 7) % 5);
      const response = await request(sandbox, `open-interest?symbols=${symbols(calls)}`);
      if (response.status === 200) accepted.push({ at: clock, calls });
      else if (i % 3 === 0) clock += Math.ceil(1000 * Number(response.headers.get('retry-after')));
      clock += (i * 13) % 90;
    }
    expect(accepted.length).toBeGreaterThan(50);
    for (const { at } of accepted) {
      const inWindow = accepted.filter((other) => other.at >= at && other.at < at + 1_000);
      expect(inWindow.reduce((sum, { calls }) => sum + calls, 0)).toBeLessThanOrEqual(7);
    }
  });

  it('each key has its own', async () => {
    const sandbox = await start({ quotaCalls: 1 });
    expect((await request(sandbox, 'exchanges', 'one')).status).toBe(200);
    expect((await request(sandbox, 'exchanges', 'two')).status).toBe(200);
    expect((await request(sandbox, 'exchanges', 'one')).status).toBe(429);
  });

  it('a request larger than the quota waits for ever, a window at a time', async () => {
    const sandbox = await start({ quotaCalls: 5 });
    const response = await request(sandbox, `open-interest?symbols=${symbols(6)}`);
    expect([response.status, response.headers.get('retry-after')]).toEqual([429, '60.000']);
  });
});

describe('server', () => {
  it('listens on loopback and says where', async () => {
    const sandbox = await start();
    expect(sandbox.url).toBe(`http://127.0.0.1:${sandbox.port}/v1`);
  });

  it('a taken port is an error that says so', async () => {
    const { port } = await start();
    await expect(start({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  it('closing ends open connections, also those that wait for an answer', async () => {
    const sandbox = await startSandbox({ now: () => NOW, quotaCalls: 40, quotaWindowMs: 60_000, latencyMs: 600_000 });
    const waiting = request(sandbox, 'exchanges').then(
      () => 'answered',
      () => 'cut off',
    );
    while (sandbox.stats().requests === 0) await new Promise(setImmediate);
    await sandbox.close();
    expect(await waiting).toBe('cut off');
  });

  it('two servers give the same answers', async () => {
    const [one, two] = [await start(), await start()];
    for (const path of ['open-interest-history', 'long-short-ratio-history', 'liquidation-history', 'ohlcv-history']) {
      expect(await history(one, path, perpetuals.slice(0, 20).join(','))).toEqual(
        await history(two, path, perpetuals.slice(0, 20).join(',')),
      );
    }
  });
});
