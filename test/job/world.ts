import { discoverCandleFiles } from '../../src/candles/discover.ts';
import { loadCandles, type LoadedCandles } from '../../src/candles/load.ts';
import type { Feed } from '../../src/core/feed.ts';
import type { CoinalyzeSymbol, MarketListing } from '../../src/core/market.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import {
  SERIES_INTERVAL_MS,
  SERIES_WINDOW_MS,
  type Series,
  type SeriesKind,
  type Window,
} from '../../src/core/series.ts';
import { DAY_MS, HOUR_MS } from '../../src/core/time.ts';
import { createCached } from '../../src/external/cached.ts';
import { mapExchange, mapFutureMarket } from '../../src/external/coinalyze/map.ts';
import type { Reply } from '../../src/external/provider.ts';
import type { Aim, ScanRequest, ScanServices } from '../../src/job/request.ts';
import { openFeed } from '../../src/feed/sealed-signal.ts';
import { fixedClock, systemClock } from '../../src/platform/clock.ts';
import { createLog } from '../../src/platform/log.ts';
import { createProgress } from '../../src/platform/progress.ts';
import { openStore, type Store } from '../../src/platform/store.ts';
import { FUTURES } from '../../src/sandbox/listing.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { EXCHANGES } from '../../src/sandbox/venues.ts';
import { scan } from '../../src/scan.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';
import type { Upstream } from '../../src/wire.ts';
import { createAnswers } from '../bench/plan/answers.ts';
import { SAMPLE } from '../support/cli.ts';

const NEVER = new AbortController().signal;

/** Long enough after the close that upstream has everything. */
export const NOW = SAMPLE_AS_OF + HOUR_MS;

const sources = new Map(
  [...FUTURES].map(([symbol, { row, instrument, hasLiquidations }]) => [
    symbol as CoinalyzeSymbol,
    { instrument, hasLiquidations, hasLongShortRatio: row.has_long_short_ratio_data },
  ]),
);
const answerOf = createAnswers(sources, { from: SAMPLE_AS_OF - SERIES_WINDOW_MS - 2 * DAY_MS, to: SAMPLE_AS_OF });
const listing: MarketListing = {
  venues: EXCHANGES.map(mapExchange),
  markets: [...FUTURES.values()].map(({ row }) => mapFutureMarket(row)),
  fetchedAt: NOW,
};

/** `kind symbol`. */
type PairName = string;

export interface Behaviour {
  /** Symbols in one request. */
  readonly batchSize: number;
  /** What fails, and what lacks its last bucket. */
  readonly dead: (pair: PairName) => boolean;
  readonly late: (pair: PairName) => boolean;
  /** When it is asked, ms UTC. */
  readonly now: number;
}

export const HEALTHY: Behaviour = { batchSize: 20, dead: () => false, late: () => false, now: NOW };

interface FakeUpstream extends Upstream {
  /** Every pair sent, in order. */
  readonly asked: readonly PairName[];
}

/** The real cache over a made-up upstream without sockets. `until` counts units here, not time. */
function fakeUpstream(store: Store, { batchSize, dead, late, now }: Behaviour): FakeUpstream {
  const spent = { requests: 0, units: 0 };
  const asked: PairName[] = [];
  const answer = (kind: SeriesKind, symbol: CoinalyzeSymbol, window: Window): Reply<Series> => {
    const pair = `${kind} ${symbol}`;
    asked.push(pair);
    if (dead(pair)) return { ok: false, code: 'upstream', detail: 'dead', remedy: 'none', retryAfterMs: null };
    const value = answerOf(kind, symbol, window, now);
    if (value === 'absent') return { ok: false, code: 'no-data', detail: 'none' };
    return had(late(pair) ? withoutLast(value) : value);
  };
  const provider = createCached(
    {
      fetch: (kind, symbols, window) => {
        spent.requests += 1;
        spent.units += symbols.length;
        return Promise.resolve(symbols.map((symbol) => answer(kind, symbol, window)));
      },
    },
    { cache: store.cache('series'), scope: 'made-up', dataClock: fixedClock(now) },
  );
  return {
    asked,
    provider,
    listing: () => {
      spent.requests += 2;
      spent.units += 2;
      return Promise.resolve({ ok: true, value: listing, asOf: NOW, fetchedAt: NOW, stale: false, origin: 'fetched' });
    },
    indexCache: store.cache('markets'),
    scope: 'made-up',
    batchSize,
    spent: () => ({ ...spent }),
    oddities: () => ({ droppedRows: 0, foreignSymbols: 0 }),
    estimateMs: () => 0,
    endBy: () => undefined,
    canSend: (units, until) => spent.units + units <= until,
    close: () => Promise.resolve(),
  };
}

function had(value: Series): Outcome<Series> {
  const asOf = value.time.at(-1)! + SERIES_INTERVAL_MS[value.kind];
  return { ok: true, value, asOf, fetchedAt: value.fetchedAt, stale: false, origin: 'fetched' };
}

/** As before upstream published it: the answer knows that it may come. */
function withoutLast(series: Series): Series {
  const length = series.length - 1;
  const time = series.time.slice(0, length);
  const base = { length, time, completeTo: SAMPLE_AS_OF - DAY_MS / 4 };
  return series.kind === 'liquidations'
    ? { ...series, ...base, long: series.long.slice(0, length), short: series.short.slice(0, length) }
    : { ...series, ...base, value: series.value.slice(0, length) };
}

export function memoryStore(): Store {
  return openStore(':memory:', { clock: systemClock, note: () => undefined });
}

export async function sampleCandles(): Promise<LoadedCandles> {
  const found = await discoverCandleFiles([SAMPLE], { exclude: [] });
  if (!found.ok) throw new Error(found.detail);
  return loadCandles(found.files, { format: null, exchange: null, now: Infinity }, () => undefined);
}

export interface Run {
  readonly feed: Feed;
  readonly stages: readonly Feed[];
  readonly lines: readonly string[];
  readonly asked: readonly PairName[];
  readonly units: number;
}

export interface RunOptions {
  readonly aim: Aim;
  readonly behaviour?: Behaviour;
  /** Units in all, after which the goal or the rest is not pursued any more. */
  readonly goalUnits?: number;
  readonly restUnits?: number;
  readonly interrupt?: AbortSignal;
  readonly onStage?: (feed: Feed) => void;
}

/** One scan of `candles` on `store`, its stages kept. */
export async function runScan(candles: LoadedCandles, store: Store, options: RunOptions): Promise<Run> {
  const { aim, behaviour = HEALTHY, goalUnits = Infinity, restUnits = Infinity, interrupt = NEVER } = options;
  const upstream = fakeUpstream(store, behaviour);
  const stages: Feed[] = [];
  const lines: string[] = [];
  const write = (text: string): void => void lines.push(text.trimEnd());
  const services: ScanServices = {
    clock: systemClock,
    log: createLog({ write, level: 'info', format: 'text', quiet: false, secrets: [], clock: systemClock }),
    progress: createProgress(process.stderr, { enabled: false }),
    upstream,
    fetching: {
      goal: { over: NEVER, until: goalUnits },
      rest: { over: NEVER, until: restUnits },
      restEndsBy: 'budget',
    },
    interrupt,
    publish: (sealed) => {
      const stage = openFeed(sealed);
      stages.push(stage);
      options.onStage?.(stage);
      return Promise.resolve(true);
    },
  };
  const feed = openFeed(await scan(requestOf(candles, aim), services));
  return { feed, stages, lines, asked: upstream.asked, units: upstream.spent().units };
}

function requestOf(candles: LoadedCandles, aim: Aim): ScanRequest {
  return {
    candles,
    files: candles.markets.length,
    skipped: [],
    inputs: { paths: ['sample'], symbol: null, exchange: null, limit: null, sample: true },
    strategies: STRATEGIES,
    timeframe: '4h',
    asOf: SAMPLE_AS_OF,
    provider: 'sandbox',
    aim,
    referenceVenues: ['Binance', 'Bybit', 'OKX'],
    version: '0.0.0',
    runId: 'run',
    previous: null,
  };
}
