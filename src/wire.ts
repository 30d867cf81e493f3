/** Builds the real adapters from the configuration. Nothing else constructs clients, but `wire-key.ts` for the doctor's one call. */
import path from 'node:path';
import type { Config } from './config.ts';
import { ConfigError } from './core/config-error.ts';
import type { ProviderName } from './core/feed.ts';
import type { MarketListing } from './core/market.ts';
import type { Outcome } from './core/outcome.ts';
import { MINUTE_MS } from './core/time.ts';
import { createBatched } from './external/batched.ts';
import { createCached, createKept, type CachedProvider, type KeptSeries } from './external/cached.ts';
import { createCoinalyze } from './external/coinalyze/api.ts';
import { MAX_SYMBOLS } from './external/coinalyze/schema.ts';
import { createLimited, type SentBatch } from './external/limited.ts';
import { createListingSource } from './external/listing.ts';
import { createRetried, Retrier } from './external/retried.ts';
import { fixedClock, systemClock, type Clock } from './platform/clock.ts';
import { createHttp } from './platform/http.ts';
import { inspectLedger, ledgerFile, openLedger, type Ledger, type LedgerLimits } from './platform/ledger.ts';
import { Quota, timeFor } from './platform/quota.ts';
import { CACHE_FILE, openStore, readStore, type JsonCache } from './platform/store.ts';
import { formatDuration } from './platform/text.ts';
import { startSandbox } from './sandbox/server.ts';

/** Where a run gets its market list and series from. */
export interface Upstream {
  readonly provider: CachedProvider;
  readonly listing: (abort: AbortSignal) => Promise<Outcome<MarketListing>>;
  readonly indexCache: JsonCache;
  /** Names the upstream in cache keys: made-up data are never read by a real run. */
  readonly scope: string;
  /** Most symbols of one request. */
  readonly batchSize: number;
  spent(): { readonly requests: number; readonly units: number };
  /** Of the answers so far: rows that were not usable, and symbols nobody asked for. */
  oddities(): { readonly droppedRows: number; readonly foreignSymbols: number };
  /** How long spending `units` more takes under the quota, ms. */
  estimateMs(units: number): number;
  /** From here on, what could not be sent by `until` (ms UTC of the wall clock) is deferred at once. */
  endBy(until: number): void;
  /** Whether the quota lets a request of `units` through by `until`. */
  canSend(units: number, until: number): boolean;
  close(): Promise<void>;
}

export interface UpstreamOptions {
  readonly config: Config;
  readonly version: string;
  /** The time everything is computed for, ms UTC: made-up data live at this time. */
  readonly asOf: number;
  /** Aborted when also the requests in flight are given up. */
  readonly giveUp: AbortSignal;
  readonly onBatch: (batch: SentBatch) => void;
  /** Hears of what went wrong and cost nothing but a refetch. */
  readonly note: (text: string) => void;
}

/** The embedded sandbox keeps the real rules in a window this short, so that a scan of it takes seconds. */
const SANDBOX_WINDOW_MS = 100;
const SANDBOX_KEY = 'sandbox';
/** Not its address, which has a new port each time. */
const SANDBOX_SCOPE = 'sandbox embedded';
/** How far the embedded world is ahead of the run: everything closed by then is published, so that nothing is provisional. */
const SANDBOX_LEAD_MS = 30 * MINUTE_MS;
/** Two keep one slow answer from holding up the rest; the quota is the limit. */
const CONCURRENT_REQUESTS = 2;

interface Target {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly scope: string;
  readonly limits: LedgerLimits;
  readonly ledgerPath: string;
  /** Stamps answers: wall time, or the standing time of made-up data. */
  readonly dataClock: Clock;
  close(): Promise<void>;
}

/** @throws ConfigError without a key for `coinalyze`, or when the ledger that guards the quota cannot be opened. */
export async function openUpstream(name: Exclude<ProviderName, 'none'>, options: UpstreamOptions): Promise<Upstream> {
  const { config } = options;
  const target = name === 'sandbox' ? await sandboxTarget(options) : coinalyzeTarget(config);
  try {
    return assemble(target, options);
  } catch (error) {
    await target.close();
    throw error;
  }
}

function assemble(target: Target, { config, version, giveUp, note, onBatch }: UpstreamOptions): Upstream {
  const ledger = openOrThrow(target, note);
  const quota = new Quota(ledger, target.limits, systemClock);
  const http = createHttp({ clock: systemClock, userAgent: `perpscan/${version}` });
  const store = openStore(path.join(config.cacheDir, CACHE_FILE), { clock: systemClock, note });
  let until = Infinity;
  const timed = {
    clock: systemClock,
    get deadline() {
      return until;
    },
  };
  const retrier = new Retrier(Object.assign(timed, { random: Math.random }));
  const limited = Object.assign(timed, { quota, giveUp, onBatch, onPause: pauseNotes(note) });
  const coinalyze = createCoinalyze({
    http,
    baseUrl: target.baseUrl,
    apiKey: target.apiKey,
    dataClock: target.dataClock,
    timeoutMs: target.limits.requestTimeoutMs,
    windowMs: target.limits.windowMs,
  });
  const batchSize = Math.min(MAX_SYMBOLS, target.limits.units);
  const retried = createRetried(createLimited(coinalyze, limited), retrier);
  const batched = createBatched(retried, { size: batchSize, concurrency: CONCURRENT_REQUESTS });
  return {
    provider: createCached(batched, {
      cache: store.cache('series'),
      scope: target.scope,
      dataClock: target.dataClock,
    }),
    listing: createListingSource(coinalyze, retrier, limited),
    indexCache: store.cache('markets'),
    scope: target.scope,
    batchSize,
    spent: () => quota.spent,
    oddities: () => coinalyze.counts,
    estimateMs: (units) => quota.estimateMs(units, batchSize),
    endBy: (time) => void (until = time),
    canSend: (units, time) => systemClock.now() + quota.estimateMs(units, batchSize) <= time,
    close: async () => {
      quota.close();
      await http.close();
      store.close();
      await target.close();
    },
  };
}

/** What earlier runs have left of an upstream, for a look that sends and writes nothing. */
export interface KeptUpstream extends Pick<Upstream, 'indexCache' | 'scope' | 'batchSize' | 'estimateMs' | 'close'> {
  readonly provider: KeptSeries;
  /** False without a key, or when its ledger cannot be read: then nothing counts as spent. */
  readonly knowsSpending: boolean;
}

export function openKept(
  name: Exclude<ProviderName, 'none'>,
  { config, asOf, note }: Pick<UpstreamOptions, 'config' | 'asOf' | 'note'>,
): KeptUpstream {
  const sandbox = name === 'sandbox';
  const limits = sandbox ? sandboxLimits(config) : limitsOf(config);
  const scope = sandbox ? SANDBOX_SCOPE : scopeOf(config);
  const store = readStore(path.join(config.cacheDir, CACHE_FILE), note);
  const dataClock = sandbox ? fixedClock(asOf + SANDBOX_LEAD_MS) : systemClock;
  const file = sandbox || config.apiKey === null ? null : ledgerFile(config.stateDir, config.baseUrl, config.apiKey);
  const ledger = file === null ? null : inspectLedger(file, limits.minSpacingMs, systemClock.now());
  const state = ledger?.kind === 'sound' ? ledger.value : { spent: [], notBefore: 0 };
  const batchSize = Math.min(MAX_SYMBOLS, limits.units);
  return {
    provider: createKept({ cache: store.cache('series'), scope, dataClock }),
    indexCache: store.cache('markets'),
    scope,
    batchSize,
    estimateMs: (units) => timeFor(units, batchSize, state, limits, systemClock.now()),
    knowsSpending: sandbox || ledger?.kind === 'sound' || ledger?.kind === 'missing',
    close: () => Promise.resolve(store.close()),
  };
}

function limitsOf(config: Config): LedgerLimits {
  return {
    units: config.quotaUnits,
    windowMs: config.quotaWindowMs,
    minSpacingMs: config.quotaMinSpacingMs,
    requestTimeoutMs: config.requestTimeoutMs,
  };
}

/** Units as configured; window and spacing shrunk alike, never stretched. */
function sandboxLimits(config: Config): LedgerLimits {
  const windowMs = Math.min(SANDBOX_WINDOW_MS, config.quotaWindowMs);
  const minSpacingMs = (config.quotaMinSpacingMs * windowMs) / config.quotaWindowMs;
  return { ...limitsOf(config), windowMs, minSpacingMs };
}

function scopeOf({ baseUrl }: Config): string {
  return `coinalyze ${baseUrl}`;
}

function coinalyzeTarget(config: Config): Target {
  if (config.apiKey === null) {
    throw new ConfigError(
      'provider coinalyze needs a key: set COINALYZE_API_KEY in the environment or in .env, or use --provider none',
      78,
    );
  }
  return {
    baseUrl: config.baseUrl,
    apiKey: config.apiKey,
    scope: scopeOf(config),
    limits: limitsOf(config),
    ledgerPath: ledgerFile(config.stateDir, config.baseUrl, config.apiKey),
    dataClock: systemClock,
    close: () => Promise.resolve(),
  };
}

async function sandboxTarget({ config, asOf }: UpstreamOptions): Promise<Target> {
  const limits = sandboxLimits(config);
  const server = await startSandbox({
    now: () => asOf + SANDBOX_LEAD_MS,
    quotaUnits: config.quotaUnits,
    quotaWindowMs: limits.windowMs,
  });
  return {
    baseUrl: server.url,
    apiKey: SANDBOX_KEY,
    scope: SANDBOX_SCOPE,
    limits,
    ledgerPath: ':memory:',
    dataClock: fixedClock(asOf + SANDBOX_LEAD_MS),
    close: () => server.close(),
  };
}

/** One note per pause, also where several requests in flight ran into it. */
function pauseNotes(note: (text: string) => void): (ms: number) => void {
  let until = -Infinity;
  return (ms) => {
    const now = systemClock.now();
    if (now < until) return;
    until = now + ms;
    note(
      `Coinalyze refused a request for lack of quota (429): no request for ${formatDuration(ms)}. Does another program use the same key?`,
    );
  };
}

function openOrThrow({ ledgerPath, limits }: Target, note: (text: string) => void): Ledger {
  const opened = openLedger(ledgerPath, limits, systemClock);
  if (!opened.ok) throw new ConfigError(opened.detail, 78);
  if (opened.note !== null) note(opened.note);
  return opened.ledger;
}
