/** Builds what sends requests: loaded with the first one. */
import type { MarketListing } from './core/market.ts';
import type { ProviderId } from './core/offer.ts';
import type { Outcome } from './core/outcome.ts';
import { createBatched } from './external/batched.ts';
import { createCoinalyze } from './external/coinalyze/api.ts';
import { createLimited, type SentBatch } from './external/limited.ts';
import { createListingSource } from './external/listing.ts';
import type { SeriesProvider } from './external/provider.ts';
import { createRetried, Retrier } from './external/retried.ts';
import { systemClock, type Clock } from './platform/clock.ts';
import { createHttp } from './platform/http.ts';
import type { Ledger, LedgerLimits } from './platform/ledger.ts';
import { Quota } from './platform/quota.ts';
import { formatDuration } from './platform/text.ts';
import type { Sandbox } from './sandbox/server.ts';

/** Whom a run asks, and under which quota. */
export interface Target {
  readonly provider: ProviderId;
  /** Null: a server of made-up data, which is started with the first request. */
  readonly baseUrl: string | null;
  /** Null only for a look that sends nothing. */
  readonly apiKey: string | null;
  /** Names the upstream in cache keys: made-up data are never read by a real run. */
  readonly scope: string;
  readonly limits: LedgerLimits;
  /** Most symbols of one request. */
  readonly batchSize: number;
  /** Stamps answers: wall time, or the standing time of made-up data. */
  readonly dataClock: Clock;
}

export interface SenderOptions {
  readonly version: string;
  /** Aborted when also the requests in flight are given up. */
  readonly giveUp: AbortSignal;
  readonly onBatch: (batch: SentBatch) => void;
  /** Hears of what went wrong and cost nothing but time. */
  readonly note: (text: string) => void;
  readonly target: Target;
  readonly apiKey: string;
  readonly ledger: Ledger;
  /** When fetching ends, ms of the monotonic clock. */
  readonly deadline: () => number;
}

export interface Sender {
  readonly provider: SeriesProvider;
  readonly listing: (abort: AbortSignal) => Promise<Outcome<MarketListing>>;
  spent(): { readonly requests: number; readonly calls: number };
  oddities(): { readonly droppedRows: number; readonly foreignSymbols: number };
  /** Closes the ledger too. */
  close(): Promise<void>;
}

/** Two keep one slow answer from holding up the rest; the quota is the limit. */
const CONCURRENT_REQUESTS = 2;

export async function openSender(options: SenderOptions): Promise<Sender> {
  const { target, apiKey, ledger, deadline, version, giveUp, onBatch, note } = options;
  const { limits, batchSize, dataClock } = target;
  const sandbox = target.baseUrl === null ? await startEmbedded(target) : null;
  const quota = new Quota(ledger, limits, systemClock);
  // The built-in server is on this machine, whatever proxy leads out of it.
  const env = sandbox === null ? process.env : {};
  const http = createHttp({ clock: systemClock, userAgent: `perpscan/${version}`, env });
  const timed = {
    clock: systemClock,
    get deadline() {
      return deadline();
    },
  };
  const retrier = new Retrier(Object.assign(timed, { random: Math.random }));
  const limited = Object.assign(timed, { quota, giveUp, onBatch, onPause: pauseNotes(note) });
  const coinalyze = createCoinalyze({
    http,
    baseUrl: target.baseUrl ?? sandbox!.url,
    apiKey,
    dataClock,
    timeoutMs: limits.requestTimeoutMs,
    windowMs: limits.windowMs,
  });
  const retried = createRetried(createLimited(coinalyze, limited), retrier);
  return {
    provider: createBatched(retried, { size: batchSize, concurrency: CONCURRENT_REQUESTS }),
    listing: createListingSource(coinalyze, retrier, limited),
    spent: () => quota.spent,
    oddities: () => coinalyze.counts,
    close: async () => {
      quota.close();
      await http.close();
      await sandbox?.close();
    },
  };
}

async function startEmbedded({ limits, dataClock }: Target): Promise<Sandbox> {
  const { startSandbox } = await import('./sandbox/server.ts');
  return startSandbox({ now: () => dataClock.now(), quotaCalls: limits.calls, quotaWindowMs: limits.windowMs });
}

/** One note per pause, also where several requests in flight ran into it. */
function pauseNotes(note: (text: string) => void): (ms: number) => void {
  let until = -Infinity;
  return (ms) => {
    const now = systemClock.monotonic();
    if (now < until) return;
    until = now + ms;
    note(
      `Coinalyze refused a request for lack of quota (429): no request for ${formatDuration(ms)}. Does another program use the same key?`,
    );
  };
}
