import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Feed, FeedContent } from '../../src/core/feed.ts';
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
import type { RunEvent } from '../../src/job/events.ts';
import type { Aim, ScanRequest, ScanServices } from '../../src/job/request.ts';
import type { SeriesKey, Upstream } from '../../src/job/upstream.ts';
import { fixedClock, systemClock } from '../../src/platform/clock.ts';
import { openStore, type Store } from '../../src/platform/store.ts';
import { FUTURES } from '../../src/sandbox/listing.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { EXCHANGES } from '../../src/sandbox/venues.ts';
import { scan } from '../../src/scan.ts';
import { offersOf } from '../../src/wire.ts';
import { createAnswers } from '../bench/plan/answers.ts';
import { SAMPLE } from '../support/places.ts';
import { THREE } from '../support/strategies.ts';

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

/** The real cache over a made-up upstream without sockets. `until` counts calls here, not time. */
function fakeUpstream(store: Store, window: Window, { batchSize, dead, late, now }: Behaviour): FakeUpstream {
  const spent = { requests: 0, calls: 0 };
  const asked: PairName[] = [];
  const answer = (kind: SeriesKind, symbol: CoinalyzeSymbol): Reply<Series> => {
    const pair = `${kind} ${symbol}`;
    asked.push(pair);
    if (dead(pair)) return { ok: false, code: 'upstream', detail: 'dead', remedy: 'none', retryAfterMs: null };
    const value = answerOf(kind, symbol, window, now);
    if (value === 'absent') return { ok: false, code: 'no-data', detail: 'none' };
    return had(late(pair) ? withoutLast(value) : value);
  };
  const cached = createCached(
    {
      fetch: (kind, symbols) => {
        spent.requests += 1;
        spent.calls += symbols.length;
        return Promise.resolve(symbols.map((symbol) => answer(kind, symbol)));
      },
    },
    { cache: store.cache('series'), scope: 'made-up', dataClock: fixedClock(now) },
  );
  const peekOne = async ({ kind, instrument }: SeriesKey) => (await cached.peek(kind, [instrument], window))[0]!;
  return {
    asked,
    provider: 'sandbox',
    coveredFailures: cached.coveredFailures,
    absences: cached.absences,
    peek: (keys) => Promise.all(keys.map(peekOne)),
    offers: (wanted) => offersOf(wanted, batchSize),
    fetch: ({ brings }, abort) => {
      const symbols = brings.map(({ instrument }) => instrument);
      return cached.fetch(brings[0]!.kind, symbols, window, abort);
    },
    listing: () => {
      spent.requests += 2;
      spent.calls += 2;
      return Promise.resolve({ ok: true, value: listing, asOf: NOW, fetchedAt: NOW, stale: false, origin: 'fetched' });
    },
    indexCache: store.cache('markets'),
    scope: 'made-up',
    knowsSpending: true,
    spent: () => ({ ...spent }),
    oddities: () => ({ droppedRows: 0, foreignSymbols: 0 }),
    estimateMs: () => 0,
    silentMs: () => 0,
    endBy: () => undefined,
    canSend: (calls, until) => spent.calls + calls <= until,
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

/** The files of the sample, by name. */
export const SAMPLE_FILES: readonly string[] = readdirSync(SAMPLE)
  .filter((name) => /_(?:1h|4h)\.json$/.test(name))
  .sort()
  .map((name) => path.join(SAMPLE, name));

export interface Run {
  readonly feed: Feed;
  readonly stages: readonly Feed[];
  readonly events: readonly RunEvent[];
  readonly asked: readonly PairName[];
  readonly calls: number;
}

export interface RunOptions {
  readonly aim: Aim;
  readonly behaviour?: Behaviour;
  /** Calls in all, after which the goal or the remaining series are not pursued any more. */
  readonly goalCalls?: number;
  readonly remainingCalls?: number;
  readonly interrupt?: AbortSignal;
  readonly onStage?: (feed: Feed) => void;
}

/** A feed as it stands now: the rows of a run are made anew each time they are read. */
export function settled(feed: FeedContent): Feed {
  return { ...feed, markets: [...feed.markets], signals: [...feed.signals] };
}

/** One scan of the files on `store`, its stages before the last one kept. */
export async function runScan(paths: readonly string[], store: Store, options: RunOptions): Promise<Run> {
  const { aim, behaviour = HEALTHY, goalCalls = Infinity, remainingCalls = Infinity, interrupt = NEVER } = options;
  const stages: Feed[] = [];
  const events: RunEvent[] = [];
  let upstream: FakeUpstream | null = null;
  const services: ScanServices = {
    clock: systemClock,
    tell: (event) => void events.push(event),
    connect: (_, { window }) => Promise.resolve((upstream = fakeUpstream(store, window, behaviour))),
    time: {
      goal: { over: NEVER, until: goalCalls },
      remaining: { over: NEVER, until: remainingCalls },
      remainingEndsBy: 'budget',
    },
    interrupt,
    previous: () => null,
    publish: (content) => {
      const stage = settled(content);
      stages.push(stage);
      options.onStage?.(stage);
      return Promise.resolve(true);
    },
  };
  const scanned = await scan(requestOf(paths, aim), services);
  if (!scanned.ok) throw new Error('nothing could be read');
  return {
    feed: settled(scanned.feed),
    stages: stages.slice(0, -1),
    events,
    asked: upstream!.asked,
    calls: upstream!.spent().calls,
  };
}

export function requestOf(paths: readonly string[], aim: Aim): ScanRequest {
  return {
    paths,
    exclude: [],
    format: null,
    filter: { symbol: null, exchange: null, exclude: null, limit: null },
    strategies: THREE,
    timeframe: '4h',
    asOf: SAMPLE_AS_OF,
    provider: 'sandbox',
    hasKey: false,
    aim,
    detail: 'lean',
    referenceVenues: ['Binance', 'Bybit', 'OKX'],
    version: '0.0.0',
    runId: 'run',
  };
}
