/** Builds what a run reads series from, out of the configuration; what sends requests is built in `wire-send.ts`, with the first one. */
import path from 'node:path';
import type { Config } from './config.ts';
import { SERIES_KINDS, type SeriesKind, type Window } from './core/series.ts';
import { MINUTE_MS } from './core/time.ts';
import { createCached, createKept, type KeptSeries } from './external/cached.ts';
import { MAX_SYMBOLS } from './external/coinalyze/max-symbols.ts';
import { noKey } from './job/provider.ts';
import type { KeptAnswer, KeptUpstream, Offer, ProviderId, SeriesKey, Upstream } from './job/upstream.ts';
import { fixedClock, systemClock } from './platform/clock.ts';
import { inspectLedger, ledgerFile, limitsOf, openLedger, type Ledger, type LedgerLimits } from './platform/ledger.ts';
import { timeFor, type LedgerState } from './platform/quota-wait.ts';
import { CACHE_FILE, openStore, readStore } from './platform/store.ts';
import type { Sender, SenderOptions, Target } from './wire-send.ts';

/** The settings that concern an upstream. */
export type UpstreamConfig = Pick<
  Config,
  | 'apiKey'
  | 'baseUrl'
  | 'cacheDir'
  | 'stateDir'
  | 'quotaCalls'
  | 'quotaWindowMs'
  | 'quotaMinSpacingMs'
  | 'requestTimeoutMs'
>;

export interface KeptOptions {
  readonly config: UpstreamConfig;
  /** The time everything is computed for, ms UTC: made-up data live at this time. */
  readonly asOf: number;
  /** The buckets that the run asks for. */
  readonly window: Window;
  /** Hears of what went wrong and cost nothing but a refetch. */
  readonly note: (text: string) => void;
}

export type UpstreamOptions = KeptOptions & Pick<SenderOptions, 'version' | 'giveUp' | 'onBatch'>;

/** The embedded sandbox keeps the real rules in a window this short, so that a scan of it takes seconds. */
const SANDBOX_WINDOW_MS = 100;
const SANDBOX_KEY = 'sandbox';
/** Not its address, which has a new port each time. */
const SANDBOX_SCOPE = 'sandbox embedded';
/** How far the embedded world is ahead of the run: everything closed by then is published, so that nothing is provisional. */
const SANDBOX_LEAD_MS = 30 * MINUTE_MS;

/** @throws ConfigError without a key for `coinalyze` */
export function openUpstream(name: ProviderId, options: UpstreamOptions): Upstream {
  const { config, window, note } = options;
  const target = targetOf(name, options);
  const { apiKey } = target;
  if (apiKey === null) {
    throw noKey();
  }
  const ledger = openOrNote(ledgerPathOf(target, config) ?? ':memory:', target.limits, note);
  const store = openStore(path.join(config.cacheDir, CACHE_FILE), { clock: systemClock, note });
  let until = Infinity;
  const sending = lazySender(() => ({ ...options, target, apiKey, ledger, deadline: () => until }));
  const next = { fetch: async (...asked: Asked) => (await sending.open()).provider.fetch(...asked) };
  const { scope, dataClock } = target;
  const cached = createCached(next, { cache: store.cache('series'), scope, dataClock });
  const estimateMs = (calls: number): number => timeUnderQuota(calls, target, () => ledger.state());
  return {
    ...keptParts(target, cached, window),
    indexCache: store.cache('markets'),
    knowsSpending: true,
    estimateMs,
    listing: async (abort) => (await sending.open()).listing(abort),
    fetch: ({ brings }, abort) => {
      const [first] = brings;
      const instruments = brings.map(({ instrument }) => instrument);
      return first === undefined ? Promise.resolve([]) : cached.fetch(first.kind, instruments, window, abort);
    },
    spent: () => sending.opened()?.spent() ?? { requests: 0, calls: 0 },
    oddities: () => sending.opened()?.oddities() ?? { droppedRows: 0, foreignSymbols: 0 },
    coveredFailures: cached.coveredFailures,
    absences: cached.absences,
    endBy: (time) => void (until = time),
    silentMs: () => silenceOf(ledger),
    canSend: (calls, time) => systemClock.monotonic() + estimateMs(calls) <= time,
    close: async () => {
      await sending.close();
      if (sending.opened() === null) ledger.close();
      store.close();
    },
  };
}

/** What earlier runs have left of an upstream, for a look that sends and writes nothing. */
export function openKept(name: ProviderId, options: KeptOptions): KeptUpstream {
  const { config, window, note } = options;
  const target = targetOf(name, options);
  const { limits, scope, dataClock } = target;
  const store = readStore(path.join(config.cacheDir, CACHE_FILE), { clock: systemClock, note });
  const file = ledgerPathOf(target, config);
  const ledger = file === null ? null : inspectLedger(file, limits, systemClock);
  return {
    ...keptParts(target, createKept({ cache: store.cache('series'), scope, dataClock }), window),
    indexCache: store.cache('markets'),
    knowsSpending: name === 'sandbox' || ledger?.kind === 'sound' || ledger?.kind === 'missing',
    estimateMs: (calls) => timeUnderQuota(calls, target, () => (ledger?.kind === 'sound' ? ledger.value : UNSPENT)),
    close: () => Promise.resolve(store.close()),
  };
}

type Asked = Parameters<Sender['provider']['fetch']>;

const UNSPENT: LedgerState = { spent: [], silentUntil: 0, notBefore: 0 };

/** An estimate is no reason to fail: who sends will hear what is wrong with the ledger. */
function timeUnderQuota(calls: number, { batchSize, limits }: Target, stateOf: () => LedgerState): number {
  return timeFor(calls, batchSize, stateOrUnspent(stateOf), limits, systemClock.now());
}

function stateOrUnspent(stateOf: () => LedgerState): LedgerState {
  try {
    return stateOf();
  } catch {
    return UNSPENT;
  }
}

/** Requests are kept apart anyway: what is longer than that is a silence. */
function silenceOf(ledger: Ledger): number {
  return Math.max(0, stateOrUnspent(() => ledger.state()).silentUntil - systemClock.now());
}

/** What both kinds of upstream have in common. */
function keptParts(
  { provider, scope, batchSize }: Target,
  kept: KeptSeries,
  window: Window,
): Pick<KeptUpstream, 'provider' | 'scope' | 'peek' | 'offers'> {
  return {
    provider,
    scope,
    peek: (keys) => peekByKind(kept, keys, window),
    offers: (wanted) => offersOf(wanted, batchSize),
  };
}

async function peekByKind(
  kept: KeptSeries,
  keys: readonly SeriesKey[],
  window: Window,
): Promise<readonly KeptAnswer[]> {
  const answers = new Map<SeriesKey, KeptAnswer>();
  for (const [kind, ofKind] of Map.groupBy(new Set(keys), (key) => key.kind)) {
    const instruments = ofKind.map(({ instrument }) => instrument);
    const found = await kept.peek(kind, instruments, window);
    for (const [at, key] of ofKind.entries()) answers.set(key, found[at]!);
  }
  return keys.map((key) => answers.get(key)!);
}

/** Of each kind the first of `wanted` that fit into one request, one call each. */
export function offersOf(wanted: readonly SeriesKey[], batchSize: number): readonly Offer[] {
  const batches = new Map<SeriesKind, SeriesKey[]>();
  let full = 0;
  for (const key of wanted) {
    const batch = batches.get(key.kind) ?? [];
    if (batch.length === 0) batches.set(key.kind, batch);
    if (batch.length === batchSize) continue;
    if (batch.push(key) === batchSize) full += 1;
    if (full === SERIES_KINDS.length) break;
  }
  return [...batches.values()].map((brings) => ({ brings, calls: brings.length }));
}

interface LazySender {
  open(): Promise<Sender>;
  /** Null before the first request. */
  opened(): Sender | null;
  close(): Promise<void>;
}

/** A run whose series are all final sends nothing: HTTP client, queue and schemas are loaded with the first request. */
function lazySender(options: () => SenderOptions): LazySender {
  let opening: Promise<Sender> | null = null;
  let sender: Sender | null = null;
  const load = async (): Promise<Sender> => {
    const { openSender } = await import('./wire-send.ts');
    return (sender = await openSender(options()));
  };
  return {
    open: () => (opening ??= load()),
    opened: () => sender,
    close: async () => {
      // One that could not be opened has said so to who asked for it.
      await Promise.allSettled(opening === null ? [] : [opening]);
      await sender?.close();
    },
  };
}

function targetOf(provider: ProviderId, { config, asOf }: Pick<KeptOptions, 'config' | 'asOf'>): Target {
  const limits = limitsOf(config);
  const batchSize = Math.min(MAX_SYMBOLS, limits.calls);
  if (provider === 'coinalyze') {
    const { baseUrl, apiKey } = config;
    return { provider, baseUrl, apiKey, scope: `coinalyze ${baseUrl}`, limits, batchSize, dataClock: systemClock };
  }
  return {
    provider,
    baseUrl: null,
    apiKey: SANDBOX_KEY,
    scope: SANDBOX_SCOPE,
    limits: shrunk(limits),
    batchSize,
    dataClock: fixedClock(asOf + SANDBOX_LEAD_MS),
  };
}

/** Calls as configured; window and spacing shrunk alike, never stretched. */
function shrunk(limits: LedgerLimits): LedgerLimits {
  const windowMs = Math.min(SANDBOX_WINDOW_MS, limits.windowMs);
  return { ...limits, windowMs, minSpacingMs: (limits.minSpacingMs * windowMs) / limits.windowMs };
}

/** Null where no file counts what is spent. */
function ledgerPathOf({ baseUrl, apiKey }: Target, { stateDir }: UpstreamConfig): string | null {
  return baseUrl === null || apiKey === null ? null : ledgerFile(stateDir, baseUrl, apiKey);
}

/** One that cannot be opened leaves the run what is cached: whatever it asks for is refused with the reason. */
function openOrNote(file: string, limits: LedgerLimits, note: (text: string) => void): Ledger {
  const opened = openLedger(file, limits, systemClock);
  if (opened.ok && opened.note !== null) note(opened.note);
  return opened.ledger;
}
