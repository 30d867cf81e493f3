/** The whole client as a run builds it, over real connections, in a time of its own. */
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { MarketListing } from '../../src/core/market.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import { SERIES_WINDOW_MS } from '../../src/core/series.ts';
import type { Series, SeriesKind, Window } from '../../src/core/series.ts';
import { HOUR_MS, MINUTE_MS } from '../../src/core/time.ts';
import { createBatched } from '../../src/external/batched.ts';
import { createCached } from '../../src/external/cached.ts';
import type { CachedProvider } from '../../src/external/cached.ts';
import { createCoinalyze } from '../../src/external/coinalyze/api.ts';
import { createDecoder, encodeEntry } from '../../src/external/entry.ts';
import { createLimited } from '../../src/external/limited.ts';
import { createListingSource } from '../../src/external/listing.ts';
import type { Reply } from '../../src/external/provider.ts';
import { createRetried, Retrier } from '../../src/external/retried.ts';
import type { Clock, SinceBoot } from '../../src/platform/clock.ts';
import { createHttp } from '../../src/platform/http.ts';
import { openLedger } from '../../src/platform/ledger.ts';
import type { Ledger, LedgerLimits } from '../../src/platform/ledger.ts';
import { Quota } from '../../src/platform/quota.ts';
import { openStore } from '../../src/platform/store.ts';
import type { JsonCache, Store } from '../../src/platform/store.ts';

/** Searched for in everything that comes out. */
export const KEY = 'CANARY-7c41f09ab2e6';
/** 2026-01-19T16:00Z: a 4h candle has just closed. */
export const CLOSE = Date.UTC(2026, 0, 19, 16);
/** Late enough for every bucket that is closed by then to be published. */
export const NOW = CLOSE + 5 * MINUTE_MS;
export const WINDOW: Window = { from: CLOSE - SERIES_WINDOW_MS - HOUR_MS, to: CLOSE, closedBy: CLOSE };
const LIMITS: LedgerLimits = { calls: 40, windowMs: 60_000, minSpacingMs: 2_200, requestTimeoutMs: 15_000 };
const NEVER = new AbortController().signal;
const SCOPE = 'coinalyze test';

/** Has an older series in the cache; the others have nothing. */
export const OLD = 'OLD.A' as CoinalyzeSymbol;

interface Sleeper {
  readonly at: number;
  /** For how long, ms. */
  readonly span: number;
  readonly wake: () => void;
}

/** Time that jumps from one sleeper to the next, and stands still while an answer is on its way. */
export class SteppedClock implements Clock {
  wall = NOW;
  #elapsed = 0;
  readonly #sleepers = new Set<Sleeper>();

  now(): number {
    return this.wall;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  sinceBoot(): SinceBoot {
    return { boot: 'test', ms: this.#elapsed };
  }

  sleep(ms: number, abort?: AbortSignal): Promise<void> {
    if (ms <= 0 || abort?.aborted === true) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        at: this.#elapsed + ms,
        span: ms,
        wake: (): void => {
          this.#sleepers.delete(sleeper);
          abort?.removeEventListener('abort', sleeper.wake);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      abort?.addEventListener('abort', sleeper.wake);
    });
  }

  /** Who wakes next; undefined when nobody sleeps. */
  get next(): Sleeper | undefined {
    return [...this.#sleepers].sort((a, b) => a.at - b.at)[0];
  }

  /** False when nobody sleeps. */
  step(): boolean {
    const { next } = this;
    if (next === undefined) return false;
    this.wall += Math.max(0, next.at - this.#elapsed);
    this.#elapsed = Math.max(next.at, this.#elapsed);
    next.wake();
    return true;
  }
}

export interface World {
  readonly clock: SteppedClock;
  readonly provider: CachedProvider;
  readonly cache: JsonCache;
  /** What was written to the cache, by symbol. */
  readonly written: ReadonlyMap<string, string>;
  /** What the store had to say. */
  readonly notes: readonly string[];
  /** When each request was sent, ms since the beginning. */
  readonly sentAt: readonly number[];
  /** Units that the ledger gave out. */
  calls(): number;
  /** Set by a server that will not go on with an answer: time passes although one is awaited. */
  hanging: boolean;
  fetch(symbols: readonly CoinalyzeSymbol[], kind?: SeriesKind, window?: Window): Promise<readonly Reply<Series>[]>;
  listing(): Promise<Outcome<MarketListing>>;
  /** Lets time pass until `work` is done. */
  pass<T>(work: Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly baseUrl: string;
  /** ms from the beginning. */
  readonly deadline?: number;
  /** In memory unless given. */
  readonly store?: Store;
  /** Nothing will ever happen on the wire. */
  readonly hanging?: boolean;
  /** As the real ones unless given. */
  readonly limits?: Partial<LedgerLimits>;
}

export async function openWorld({
  baseUrl,
  deadline = Infinity,
  store: given,
  hanging = false,
  limits: changed = {},
}: WorldOptions): Promise<World> {
  const clock = new SteppedClock();
  const notes: string[] = [];
  const limits = { ...LIMITS, ...changed };
  const { ledger, calls } = countingLedger(clock, limits);
  const quota = new Quota(ledger, limits, clock);
  const http = createHttp({ clock, userAgent: 'perpscan/test' });
  const sentAt: number[] = [];
  const state = { inFlight: 0 };
  const counted: typeof http = {
    ...http,
    get: async (url, options) => {
      sentAt.push(clock.monotonic());
      state.inFlight += 1;
      world.hanging = hanging;
      return http.get(url, options).finally(() => (state.inFlight -= 1));
    },
  };
  const store = given ?? openStore(':memory:', { clock, note: (text) => notes.push(text) });
  const { cache, written } = recordingCache(store.cache('series'));
  const api = createCoinalyze({
    http: counted,
    baseUrl,
    apiKey: KEY,
    dataClock: clock,
    timeoutMs: LIMITS.requestTimeoutMs,
    windowMs: LIMITS.windowMs,
  });
  const retrier = new Retrier({ clock, random: () => 0.5, deadline: clock.monotonic() + deadline });
  const limited = { quota, clock, deadline: clock.monotonic() + deadline };
  const batched = createBatched(createRetried(createLimited(api, limited), retrier), { size: 20, concurrency: 2 });
  const provider = createCached(batched, { cache, scope: SCOPE, dataClock: clock });
  const listing = createListingSource(api, retrier, limited);
  const world: World = {
    clock,
    provider,
    cache,
    written,
    notes,
    sentAt,
    calls,
    hanging,
    fetch: (symbols, kind = 'open_interest', window = WINDOW) =>
      world.pass(provider.fetch(kind, symbols, window, NEVER)),
    listing: () => world.pass(listing(NEVER)),
    pass: (work) => drive(work, clock, () => state.inFlight === 0 || world.hanging),
    close: async () => {
      quota.close();
      await http.close();
      if (given === undefined) store.close();
    },
  };
  await cache.set(keyOf(OLD), encodeEntry({ kind: 'series', series: oldSeries(), emptyAt: null }), 24 * HOUR_MS);
  written.clear();
  return world;
}

export function keyOf(symbol: string, kind: SeriesKind = 'open_interest'): string {
  return `${SCOPE}|${kind}|${symbol}|${HOUR_MS}`;
}

/** Two buckets of the candle before, asked for four hours ago. */
function oldSeries(): Series {
  const fetchedAt = NOW - 4 * HOUR_MS;
  const time = Float64Array.of(CLOSE - 6 * HOUR_MS, CLOSE - 5 * HOUR_MS);
  const base = { length: 2, time, coveredFrom: WINDOW.from - 4 * HOUR_MS, completeTo: CLOSE - 4 * HOUR_MS, fetchedAt };
  return { kind: 'open_interest', ...base, value: Float64Array.of(70, 71) };
}

/** True when the old symbol's series is still in the cache, to the bit. */
export async function keepsOldSeries({ cache }: Pick<World, 'cache'>): Promise<boolean> {
  const text = await cache.get(keyOf(OLD));
  const entry = text === undefined ? null : createDecoder()(text, 'open_interest');
  const series = (own: Series): string => encodeEntry({ kind: 'series', series: own, emptyAt: null });
  return entry?.kind === 'series' && series(entry.series) === series(oldSeries());
}

function countingLedger(clock: Clock, limits: LedgerLimits): { readonly ledger: Ledger; readonly calls: () => number } {
  const opened = openLedger(':memory:', limits, clock);
  if (!opened.ok) throw new Error(opened.detail);
  let granted = 0;
  const ledger: Ledger = {
    file: opened.ledger.file,
    state: () => opened.ledger.state(),
    pause: (ms) => opened.ledger.pause(ms),
    close: () => opened.ledger.close(),
    reserve: (calls) => {
      const reservation = opened.ledger.reserve(calls);
      if (reservation.granted) granted += calls;
      return reservation;
    },
  };
  return { ledger, calls: () => granted };
}

function recordingCache(cache: JsonCache): { readonly cache: JsonCache; readonly written: Map<string, string> } {
  const written = new Map<string, string>();
  const symbolIn = (key: string): string => key.split('|')[2]!;
  return {
    written,
    cache: {
      get: (key) => cache.get(key),
      getMany: (keys) => cache.getMany(keys),
      set: (key, value, ttlMs) => {
        written.set(symbolIn(key), value);
        return cache.set(key, value, ttlMs);
      },
      setMany: (entries) => {
        for (const { key, value } of entries) written.set(symbolIn(key), value);
        return cache.setMany(entries);
      },
    },
  };
}

/** Timers that must fire without anything happening before time is let go on: the limiter starts jobs from timers of its own. */
const IDLE_TIMERS = 3;
/** The same before a whole window of the quota passes, which gives calls back and could overtake a job that starts. */
const LONG_IDLE_TIMERS = 14;

async function drive<T>(work: Promise<T>, clock: SteppedClock, mayPass: () => boolean): Promise<T> {
  const state = { done: false, idle: 0, stuck: 0 };
  const settle = (): void => void (state.done = true);
  void work.then(settle, settle);
  while (!state.done) {
    const wait = mayPass() ? setTimeout : setImmediate;
    await new Promise((resolve) => wait(resolve, 0));
    state.idle = mayPass() ? state.idle + 1 : 0;
    const long = (clock.next?.span ?? 0) >= LIMITS.windowMs;
    if (state.done || state.idle < (long ? LONG_IDLE_TIMERS : IDLE_TIMERS)) continue;
    state.idle = 0;
    state.stuck = clock.step() ? 0 : state.stuck + 1;
    if (state.stuck > 1_000) throw new Error('nobody sleeps, nothing is on its way, and the work is not done');
  }
  return work;
}
