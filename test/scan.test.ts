import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadConfig, type Config } from '../src/config.ts';
import type { Feed } from '../src/core/feed.ts';
import type { CoinalyzeSymbol } from '../src/core/market.ts';
import type { Window } from '../src/core/series.ts';
import type { Strategy } from '../src/core/strategy.ts';
import { DAY_MS, HOUR_MS } from '../src/core/time.ts';
import { feedText } from '../src/feed/writer.ts';
import type { RunEvent } from '../src/job/events.ts';
import type { Offer, Upstream } from '../src/job/upstream.ts';
import { systemClock } from '../src/platform/clock.ts';
import { SAMPLE_AS_OF } from '../src/sandbox/scenarios.ts';
import { scan, type ScanRequest, type ScanServices } from '../src/scan.ts';
import { openUpstream } from '../src/wire.ts';
import { requestOf, settled } from './job/world.ts';
import { ROOT, SAMPLE } from './support/places.ts';
import { THREE } from './support/strategies.ts';

const NEVER = new AbortController().signal;
const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-scan-'));
const LAST_CLOSE = Date.UTC(2026, 10, 2, 16);
const WINDOW: Window = { from: LAST_CLOSE - 31 * DAY_MS, to: SAMPLE_AS_OF, closedBy: LAST_CLOSE };
const EVERYTHING = { goal: { kind: 'actionable' }, remaining: true } as const;

afterAll(() => rmSync(folder, { recursive: true }));

function config(env: Readonly<Record<string, string>> = {}): Config {
  const folders = { SCAN_CACHE_DIR: path.join(folder, 'cache'), SCAN_STATE_DIR: path.join(folder, 'state') };
  return loadConfig({ flags: {}, env: { HOME: folder, ...folders, ...env }, cwd: folder, packageRoot: ROOT });
}

function open(name: 'sandbox' | 'coinalyze', settings: Config, window = WINDOW): Upstream | Promise<Upstream> {
  return openUpstream(name, {
    config: settings,
    version: '0.0.0',
    asOf: SAMPLE_AS_OF,
    window,
    giveUp: NEVER,
    onBatch: () => undefined,
    note: () => undefined,
  });
}

interface World {
  readonly events: RunEvent[];
  readonly sent: Offer[];
  readonly windows: Window[];
  readonly services: ScanServices;
}

/** The sandbox itself, with what is sent written down. */
function world(settings: Config, change: (upstream: Upstream) => Partial<Upstream> = () => ({})): World {
  const events: RunEvent[] = [];
  const sent: Offer[] = [];
  const windows: Window[] = [];
  const endless = { over: NEVER, until: Infinity };
  const services: ScanServices = {
    clock: systemClock,
    tell: (event) => void events.push(event),
    connect: async (name, { window }) => {
      const upstream = await open(name, settings, window);
      windows.push(window);
      const fetch: Upstream['fetch'] = (offer, abort) => {
        sent.push(offer);
        return upstream.fetch(offer, abort);
      };
      return { ...upstream, fetch, ...change(upstream) };
    },
    time: { goal: endless, remaining: endless, remainingEndsBy: 'budget' },
    interrupt: NEVER,
    previous: () => null,
    publish: null,
  };
  return { events, sent, windows, services };
}

function request(changes: Partial<ScanRequest> = {}): ScanRequest {
  return { ...requestOf([SAMPLE], EVERYTHING), ...changes };
}

async function scanned(asked: ScanRequest, { services }: World): Promise<Feed> {
  const result = await scan(asked, services);
  if (!result.ok) throw new Error('nothing was read');
  return settled(result.feed);
}

/** What "the same bytes" leaves out is left out here too. */
function comparable({ markets, signals, ...head }: Feed): string {
  const run = { ...head.run, plan: null, duration_ms: 0 };
  const summary = { ...head.summary, external: null };
  return JSON.stringify([{ ...head, last_updated: 0, run, summary }, markets, signals]);
}

/** 4 * `count` hourly candles that end at the sample's last close. */
function hourly(count: number): readonly (readonly number[])[] {
  const length = 4 * count;
  const price = (index: number): number => 100 + 5 * Math.sin(index / 9);
  return Array.from({ length }, (_, index) => {
    const open = price(index);
    return [LAST_CLOSE - (length - index) * HOUR_MS, open, open + 2, open - 2, open + 1, 10 + (index % 5)];
  });
}

let folders = 0;

/** A folder with the one file. */
function only(rows: readonly (readonly number[])[]): readonly string[] {
  const own = path.join(folder, `candles-${(folders += 1)}`);
  mkdirSync(own);
  writeFileSync(path.join(own, 'BINANCE_BTCUSDT_1h.json'), JSON.stringify(rows));
  return [own];
}

describe('the batch job', () => {
  it('asks for 30 days before the oldest candle that may count, up to the close, in full requests', async () => {
    const own = world(config({ SCAN_CACHE_DIR: path.join(folder, 'empty-cache') }));
    const feed = await scanned(request(), own);
    expect(own.windows).toEqual([
      { from: LAST_CLOSE - 8 * HOUR_MS - 30 * DAY_MS, to: SAMPLE_AS_OF, closedBy: LAST_CLOSE },
    ]);
    const keys = own.sent.flatMap(({ brings }) => brings);
    for (const { brings, calls } of own.sent) expect([brings.length <= 20, calls]).toEqual([true, brings.length]);
    const perKind = Map.groupBy(own.sent, ({ brings }) => brings[0]!.kind);
    for (const [kind, offers] of perKind) {
      const symbols = keys.filter((key) => key.kind === kind).map(({ instrument }) => instrument);
      expect(new Set(symbols).size).toBe(symbols.length);
      expect(offers).toHaveLength(Math.ceil(symbols.length / 20));
    }
    expect(feed.summary.external.stale).toBe(0);
  });

  it('writes the same bytes from the cache as it wrote from what it fetched', async () => {
    const settings = config({ SCAN_CACHE_DIR: path.join(folder, 'twice') });
    const first = await scanned(request(), world(settings));
    const second = await scanned(request(), world(settings));
    expect(first.summary.external).toMatchObject({ cached: 0 });
    expect(first.summary.external.fetched).toBeGreaterThan(100);
    const { fetched } = first.summary.external;
    expect(second.summary.external).toMatchObject({ fetched: 0, cached: fetched, calls: 0 });
    expect(comparable(second) === comparable(first)).toBe(true);
    expect(feedText(second).length).toBeGreaterThan(10_000);
  });

  it('judges and explains each signal once, whatever arrives later', async () => {
    let judgements = 0;
    let explanations = 0;
    const counted = THREE.map((strategy): Strategy => ({
      ...strategy,
      judge: (view) => {
        judgements += 1;
        return strategy.judge(view);
      },
      explain: (view, judged) => {
        explanations += 1;
        return strategy.explain(view, judged);
      },
    }));
    const own = world(config({ SCAN_CACHE_DIR: path.join(folder, 'counted') }));
    const feed = await scanned(request({ strategies: counted }), own);
    expect(own.sent.length).toBeGreaterThan(5);
    const { signals } = feed.summary;
    expect(judgements).toBe(signals.total - signals.insufficient_data);
    expect(explanations).toBe(signals.long + signals.short);
  });

  it('a strategy that throws degrades the run and leaves every other signal as it was', async () => {
    const broken: Strategy = {
      ...THREE[0]!,
      judge: () => {
        throw new Error('planted');
      },
    };
    const whole = await scanned(request({ provider: 'none' }), world(config()));
    const strategies = [broken, ...THREE.slice(1)];
    const hurt = await scanned(request({ provider: 'none', strategies }), world(config()));
    expect(hurt.run).toMatchObject({ degraded: true, degraded_reasons: [{ code: 'strategy-threw' }] });
    expect(hurt.run.degraded_reasons[0]!.text).toContain('planted');
    const others = ({ signals }: Feed): object =>
      signals
        .filter(({ strategy }) => strategy !== broken.id)
        .map((signal) => Object.assign({}, signal, { breadth: null }));
    expect(others(hurt)).toEqual(others(whole));
    expect(hurt.signals).toHaveLength(whole.signals.length);
  });

  it('names the files that were skipped while searching beside those skipped while reading', async () => {
    const [own] = only(hourly(120));
    symlinkSync('/nowhere/BYBIT_BTCUSDT_4h.json', path.join(own!, 'BYBIT_BTCUSDT_4h.json'));
    writeFileSync(path.join(own!, 'OKX_BTCUSDT_4h.json'), '[[1,2,');
    const feed = await scanned(request({ provider: 'none', paths: [own!] }), world(config()));
    expect(feed.summary.files_skipped.map(({ file }) => file)).toEqual([
      'BYBIT_BTCUSDT_4h.json',
      'OKX_BTCUSDT_4h.json',
    ]);
    expect(feed.markets.map(({ exchange }) => exchange)).toEqual(['BINANCE', 'BYBIT', 'OKX']);
  });

  it('a resampled series serves the strategies whose warm-up it reaches', async () => {
    const feed = await scanned(request({ provider: 'none', paths: only(hourly(120)) }), world(config()));
    const statuses = Object.fromEntries(feed.signals.map(({ strategy, status }) => [strategy, status]));
    expect(statuses).toEqual({
      'trend-breakout': 'ok',
      'crowding-reversal': 'ok',
      'squeeze-break': 'insufficient_data',
    });
    expect(feed.summary.candles.resampled_markets).toBe(1);
  });

  it('spends nothing on markets that have no score', async () => {
    const own = world(config());
    const feed = await scanned(request({ paths: only(hourly(10)) }), own);
    expect(feed.summary.signals.insufficient_data).toBe(3);
    expect(own.sent).toEqual([]);
  });

  it('says what went wrong with the market list', async () => {
    const own = world(config(), ({ indexCache }) => ({
      indexCache: { ...indexCache, get: () => Promise.resolve('damaged') },
    }));
    await scanned(request({ paths: only(hourly(120)) }), own);
    expect(own.events).toContainEqual({ type: 'warned', text: expect.stringMatching(/market/i) as string });
  });

  it('the input hash changes with a candle, a setting and the venue that stands in', async () => {
    const hashOf = async (changes: Partial<ScanRequest>): Promise<string> =>
      (await scanned(request({ provider: 'none', ...changes }), world(config()))).run.input_hash;
    const touched = hourly(120).map((row, index) => (index === 7 ? row.with(4, row[4]! + 0.01) : row));
    const hashes = [
      await hashOf({ paths: only(hourly(120)) }),
      await hashOf({ paths: only(touched) }),
      await hashOf({ paths: only(hourly(120)), asOf: SAMPLE_AS_OF + 1 }),
    ];
    expect(new Set(hashes).size).toBe(3);
    expect(await hashOf({ paths: only(hourly(120)) })).toBe(hashes[0]);
  });

  it('two spellings of one market are one market, under the first by name', async () => {
    const [own] = only(hourly(120));
    const file = path.join(own!, 'BINANCE_BTCUSDT_1h.json');
    copyFileSync(file, path.join(own!, 'KUCOIN_XBTUSDTM_1h.json'));
    copyFileSync(file, path.join(own!, 'KUCOIN_BTCUSDTM_1h.json'));
    const feed = await scanned(request({ provider: 'none', paths: [own!] }), world(config()));
    expect(feed.markets.map(({ exchange, symbol }) => `${exchange} ${symbol}`)).toEqual([
      'BINANCE BTCUSDT',
      'KUCOIN BTCUSDTM',
    ]);
    expect(feed.summary.candles.merged_files).toBe(1);
  });
});

describe('the wiring', () => {
  it('made-up answers carry the time of the run, half an hour on, so that nothing in them is provisional', async () => {
    const upstream = await open('sandbox', config());
    const instrument = 'BTCUSDT_PERP.A' as CoinalyzeSymbol;
    const key = { provider: 'sandbox', kind: 'open_interest', instrument } as const;
    const [reply] = await upstream.fetch({ brings: [key], calls: 1 }, NEVER);
    await upstream.close();
    expect(reply).toMatchObject({ ok: true, fetchedAt: SAMPLE_AS_OF + HOUR_MS / 2, stale: false });
  });

  it('made-up runs keep no ledger, and each key has one of its own', async () => {
    const stateDir = path.join(folder, 'ledgers');
    const settings = { SCAN_STATE_DIR: stateDir };
    await (await open('sandbox', config(settings))).close();
    expect(() => readdirSync(stateDir)).toThrow('ENOENT');
    for (const key of ['first-key', 'second-key']) {
      await (await open('coinalyze', config({ ...settings, COINALYZE_API_KEY: key }))).close();
    }
    const ledgers = readdirSync(stateDir).filter((name) => name.endsWith('.sqlite'));
    expect(ledgers).toHaveLength(2);
    expect(ledgers.join()).not.toContain('key');
  });

  it('the sandbox keeps the spacing of requests, shrunk with its window', async () => {
    const upstream = await open('sandbox', config({ SCAN_QUOTA_MIN_SPACING_MS: '30000' }));
    const tenRequests = upstream.estimateMs(10 * 20);
    await upstream.close();
    expect(tenRequests).toBeGreaterThanOrEqual(9 * 50);
  });

  it('a request never weighs more than the quota', async () => {
    const upstream = await open('sandbox', config({ SCAN_QUOTA_CALLS: '7' }));
    const keys = Array.from({ length: 30 }, (_, index) => ({
      provider: 'sandbox' as const,
      kind: 'open_interest' as const,
      instrument: `X${index}` as CoinalyzeSymbol,
    }));
    const [offer] = upstream.offers(keys);
    await upstream.close();
    expect(offer).toMatchObject({ calls: 7 });
    expect(offer!.brings).toEqual(keys.slice(0, 7));
  });
});
