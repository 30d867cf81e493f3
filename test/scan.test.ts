import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { discoverCandleFiles } from '../src/candles/discover.ts';
import { loadCandles, type LoadedCandles } from '../src/candles/load.ts';
import { loadConfig, type Config } from '../src/config.ts';
import type { CandleSeries } from '../src/core/candles.ts';
import type { CoinalyzeSymbol } from '../src/core/market.ts';
import type { SeriesKind, Window } from '../src/core/series.ts';
import type { Strategy } from '../src/core/strategy.ts';
import { DAY_MS, HOUR_MS } from '../src/core/time.ts';
import { systemClock } from '../src/platform/clock.ts';
import { createLog } from '../src/platform/log.ts';
import { createProgress } from '../src/platform/progress.ts';
import { SAMPLE_AS_OF } from '../src/sandbox/scenarios.ts';
import { openFeed } from '../src/feed/sealed-signal.ts';
import { feedText } from '../src/feed/writer.ts';
import { scan, type ScanRequest } from '../src/scan.ts';
import { STRATEGIES } from '../src/strategies/index.ts';
import { openUpstream, type Upstream } from '../src/wire.ts';
import type { Feed } from '../src/core/feed.ts';
import { ROOT, SAMPLE } from './support/cli.ts';

const NEVER = new AbortController().signal;
const folder = mkdtempSync(path.join(os.tmpdir(), 'perpscan-scan-'));
const lines: string[] = [];
const LAST_CLOSE = Date.UTC(2026, 10, 2, 16);
let candles: LoadedCandles;

beforeAll(async () => {
  const found = await discoverCandleFiles([SAMPLE], { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  candles = await loadCandles(found.files, { format: null, exchange: null, now: Infinity }, () => undefined);
});
afterAll(() => rmSync(folder, { recursive: true }));

function config(env: Readonly<Record<string, string>> = {}): Config {
  const folders = { SCAN_CACHE_DIR: path.join(folder, 'cache'), SCAN_STATE_DIR: path.join(folder, 'state') };
  return loadConfig({ flags: {}, env: { HOME: folder, ...folders, ...env }, cwd: folder, packageRoot: ROOT });
}

function open(name: 'sandbox' | 'coinalyze', settings: Config): Promise<Upstream> {
  return openUpstream(name, {
    config: settings,
    version: '0.0.0',
    asOf: SAMPLE_AS_OF,
    giveUp: NEVER,
    onBatch: () => undefined,
    note: (text) => lines.push(text),
  });
}

interface Asked {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
  readonly window: Window;
}

/** The upstream itself, with its calls written down. */
function recorded(upstream: Upstream, asked: Asked[]): Upstream {
  const { provider } = upstream;
  return {
    ...upstream,
    provider: {
      coveredFailures: provider.coveredFailures,
      peek: (kind, symbols, window) => provider.peek(kind, symbols, window),
      fetch: (kind, symbols, window, abort) => {
        asked.push({ kind, symbols, window });
        return provider.fetch(kind, symbols, window, abort);
      },
    },
  };
}

function request(changes: Partial<ScanRequest> = {}): ScanRequest {
  return {
    candles,
    files: 72,
    skipped: [],
    inputs: { paths: ['sample'], symbol: null, exchange: null, limit: null, sample: true },
    strategies: STRATEGIES,
    timeframe: '4h',
    asOf: SAMPLE_AS_OF,
    provider: 'sandbox',
    aim: { goal: { kind: 'actionable' }, rest: true },
    referenceVenues: ['Binance', 'Bybit', 'OKX'],
    version: '0.0.0',
    runId: 'run',
    previous: null,
    ...changes,
  };
}

function services(upstream: Upstream | null): Parameters<typeof scan>[1] {
  const log = createLog({
    write: (text) => lines.push(text),
    level: 'info',
    format: 'text',
    quiet: false,
    secrets: [],
    clock: systemClock,
  });
  const progress = createProgress(process.stderr, { enabled: false });
  const endless = { over: NEVER, until: Infinity };
  const fetching = { goal: endless, rest: endless, restEndsBy: 'budget' } as const;
  return { clock: systemClock, log, progress, upstream, fetching, interrupt: NEVER, publish: null };
}

async function scanned(...args: Parameters<typeof scan>): Promise<Feed> {
  return openFeed(await scan(...args));
}

/** What "the same bytes" leaves out is left out here too (rulings 27). */
function comparable({ signals, ...head }: Feed): string {
  const run = { ...head.run, plan: null, duration_ms: 0 };
  return JSON.stringify([
    { ...head, last_updated: 0, run, summary: { ...head.summary, external: null } },
    feedText({ signals }),
  ]);
}

/** 4 * `count` hourly candles that end at the sample's last close. */
function hourly(count: number): CandleSeries {
  const length = 4 * count;
  const column = (of: (index: number) => number): Float64Array =>
    Float64Array.from({ length }, (_, index) => of(index));
  const price = (index: number): number => 100 + 5 * Math.sin(index / 9);
  return {
    market: { exchange: 'BINANCE', symbol: 'BTCUSDT' },
    timeframe: '1h',
    length,
    time: column((index) => LAST_CLOSE - (length - index) * HOUR_MS),
    open: column(price),
    high: column((index) => price(index) + 2),
    low: column((index) => price(index) - 2),
    close: column((index) => price(index) + 1),
    volume: column((index) => 10 + (index % 5)),
  };
}

function only(series: readonly CandleSeries[]): LoadedCandles {
  const market = { exchange: 'BINANCE', symbol: 'BTCUSDT' };
  return {
    markets: [{ market, series }],
    skipped: [],
    findings: [],
    mergedFiles: 0,
    spotFiles: 0,
    newestOpen: LAST_CLOSE,
  };
}

describe('the batch job', () => {
  it('asks for 30 days before the oldest candle that may count, up to the close, in full requests', async () => {
    const upstream = await open('sandbox', config({ SCAN_CACHE_DIR: path.join(folder, 'empty-cache') }));
    const asked: Asked[] = [];
    const feed = await scanned(request(), services(recorded(upstream, asked)));
    await upstream.close();
    for (const { symbols, window } of asked) {
      expect(symbols.length).toBeLessThanOrEqual(20);
      expect(window).toEqual({ from: LAST_CLOSE - 8 * HOUR_MS - 30 * DAY_MS, to: SAMPLE_AS_OF, closedBy: LAST_CLOSE });
    }
    const perKind = Map.groupBy(asked, ({ kind }) => kind);
    for (const batches of perKind.values()) {
      const symbols = batches.flatMap((batch) => batch.symbols);
      expect(new Set(symbols).size).toBe(symbols.length);
      expect(batches).toHaveLength(Math.ceil(symbols.length / 20));
    }
    expect(feed.summary.external.stale).toBe(0);
  });

  it('writes the same bytes from the cache as it wrote from what it fetched', async () => {
    const settings = config({ SCAN_CACHE_DIR: path.join(folder, 'twice') });
    const feeds: Feed[] = [];
    for (const _ of ['fetched', 'kept']) {
      const upstream = await open('sandbox', settings);
      feeds.push(await scanned(request(), services(upstream)));
      await upstream.close();
    }
    const [fetched, kept] = feeds;
    expect(fetched!.summary.external).toMatchObject({ cached: 0 });
    expect(fetched!.summary.external.fresh).toBeGreaterThan(100);
    expect(kept!.summary.external).toMatchObject({ fresh: 0, cached: fetched!.summary.external.fresh, units: 0 });
    expect(comparable(kept!) === comparable(fetched!)).toBe(true);
  });

  it('a strategy that throws degrades the run and leaves every other signal as it was', async () => {
    const broken: Strategy = {
      ...STRATEGIES[0]!,
      evaluate: () => {
        throw new Error('planted');
      },
    };
    const whole = await scanned(request({ provider: 'none' }), services(null));
    const hurt = await scanned(
      request({ provider: 'none', strategies: [broken, ...STRATEGIES.slice(1)] }),
      services(null),
    );
    expect(hurt.run).toMatchObject({ degraded: true, degraded_reasons: [{ code: 'strategy-threw' }] });
    expect(hurt.run.degraded_reasons[0]!.text).toContain('planted');
    const others = (all: typeof whole.signals): object => all.filter(({ strategy }) => strategy !== broken.id);
    expect(others(hurt.signals)).toEqual(others(whole.signals));
    expect(hurt.signals).toHaveLength(whole.signals.length);
  });

  it('names the files that were skipped while searching beside those skipped while reading', async () => {
    const link = { file: 'link.json', reason: 'not-a-file', detail: 'it leads out', market: null } as const;
    const cut = { file: 'cut.json', reason: 'truncated-json', detail: 'it ends early', market: null } as const;
    const feed = await scanned(
      request({ provider: 'none', skipped: [link], candles: { ...candles, skipped: [cut] } }),
      services(null),
    );
    expect(feed.summary.files_skipped.map(({ file }) => file)).toEqual(['cut.json', 'link.json']);
  });

  it('a resampled series serves the strategies whose warm-up it reaches', async () => {
    const feed = await scanned(request({ provider: 'none', candles: only([hourly(120)]) }), services(null));
    const statuses = Object.fromEntries(feed.signals.map(({ strategy, status }) => [strategy, status]));
    expect(statuses).toEqual({
      'trend-breakout': 'ok',
      'crowding-reversal': 'ok',
      'squeeze-break': 'insufficient_data',
    });
    expect(feed.summary.candles.resampled_markets).toBe(1);
  });

  it('spends nothing on markets that have no score', async () => {
    const upstream = await open('sandbox', config());
    const asked: Asked[] = [];
    const feed = await scanned(request({ candles: only([hourly(10)]) }), services(recorded(upstream, asked)));
    await upstream.close();
    expect(feed.summary.signals.insufficient_data).toBe(3);
    expect(asked).toEqual([]);
  });

  it('says what went wrong with the market list', async () => {
    const upstream = await open('sandbox', config());
    const indexCache = { ...upstream.indexCache, get: () => Promise.resolve('damaged') };
    await scanned(request({ candles: only([hourly(120)]) }), services({ ...upstream, indexCache }));
    await upstream.close();
    expect(lines.join('\n')).toMatch(/\[WARN\].*market/i);
  });

  it('the input hash changes with a candle, a setting and the venue that stands in', async () => {
    const hashOf = async (changes: Partial<ScanRequest>): Promise<string> =>
      (await scanned(request({ provider: 'none', ...changes }), services(null))).run.input_hash;
    const touched = hourly(120);
    touched.close[7] = touched.close[7]! + 0.01;
    const hashes = [
      await hashOf({ candles: only([hourly(120)]) }),
      await hashOf({ candles: only([touched]) }),
      await hashOf({ candles: only([hourly(120)]), asOf: SAMPLE_AS_OF + 1 }),
    ];
    expect(new Set(hashes).size).toBe(3);
    expect(await hashOf({ candles: only([hourly(120)]) })).toBe(hashes[0]);
  });
});

describe('the wiring', () => {
  it('made-up answers carry the time of the run, half an hour on, so that nothing in them is provisional', async () => {
    const upstream = await open('sandbox', config());
    const window = { from: LAST_CLOSE - 31 * DAY_MS, to: SAMPLE_AS_OF, closedBy: LAST_CLOSE };
    const symbol = 'BTCUSDT_PERP.A' as CoinalyzeSymbol;
    const [reply] = await upstream.provider.fetch('open_interest', [symbol], window, new AbortController().signal);
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
    const tenRequests = upstream.estimateMs(10 * upstream.batchSize);
    await upstream.close();
    expect(tenRequests).toBeGreaterThanOrEqual(9 * 50);
  });

  it('a request never weighs more than the quota', async () => {
    const upstream = await open('sandbox', config({ SCAN_QUOTA_UNITS: '7' }));
    await upstream.close();
    expect(upstream.batchSize).toBe(7);
  });
});
