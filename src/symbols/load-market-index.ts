/** The market index through its cache: asked once a day, kept for a week in case the upstream fails. */
import type { MarketListing } from '../core/market.ts';
import type { FailureCode, Outcome } from '../core/outcome.ts';
import { DAY_MS, MINUTE_MS } from '../core/time.ts';
import type { JsonCache } from '../platform/store.ts';
import { isKeptListing, type KeptListing } from './kept-listing.ts';
import { buildMarketIndex } from './market-index.ts';
import type { MarketIndex } from './market-index.ts';

/** Younger: served without asking. */
const FRESH_MS = DAY_MS;
/** The same for one with rows that could not be read, which the next answer may bring whole. */
const DOUBTFUL_FRESH_MS = 15 * MINUTE_MS;
/** Older: gone from the cache. */
const KEPT_MS = 7 * DAY_MS;
/** Of the usable perpetuals that are known, the least that a new listing must have. */
const LEAST_SHARE = 0.8;

export interface LoadMarketIndexOptions {
  /** Asks the provider; one call each for venues and markets. */
  readonly source: (abort: AbortSignal) => Promise<Outcome<MarketListing>>;
  readonly cache: JsonCache;
  /** Provider and base URL: listings of two upstreams never mix. */
  readonly scope: string;
  /** ms UTC of the wall clock: the age of a cached listing does not follow `--as-of`. */
  readonly now: () => number;
  readonly abort: AbortSignal;
  /** True: asked for however young the cached listing is. */
  readonly refresh?: boolean;
}

export type LoadedMarketIndex =
  | {
      readonly ok: true;
      readonly index: MarketIndex;
      readonly origin: 'fetched' | 'cache';
      /** When it was received, ms UTC of the wall clock. */
      readonly storedAt: number;
      /** True: older than a day and the upstream gave nothing better; `notes` say why. */
      readonly stale: boolean;
      /** What went wrong on the way, one sentence each. */
      readonly notes: readonly string[];
      /** Why the newer list, whose rows could not be read, did not take the place of this one. */
      readonly unread?: string;
    }
  | { readonly ok: false; readonly code: FailureCode; readonly detail: string; readonly notes: readonly string[] };

interface Kept {
  readonly index: MarketIndex;
  readonly storedAt: number;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The cached listing, or null with a note when there is one that cannot be used. */
async function readCache(cache: JsonCache, key: string, notes: string[]): Promise<Kept | null> {
  try {
    const text = await cache.get(key);
    if (text === undefined) return null;
    const kept: unknown = JSON.parse(text);
    if (!isKeptListing(kept)) throw new Error('it has another shape');
    const { storedAt, listing } = kept;
    const index = buildMarketIndex(listing);
    if (index.size > 0) return { index, storedAt };
    notes.push('The cached market index lists no usable perpetual and was ignored.');
  } catch (error) {
    notes.push(`The cached market index could not be read and was ignored: ${textOf(error)}.`);
  }
  return null;
}

async function writeCache(cache: JsonCache, key: string, value: string, notes: string[]): Promise<void> {
  try {
    await cache.set(key, value, KEPT_MS);
  } catch (error) {
    notes.push(`The market index could not be cached: ${textOf(error)}.`);
  }
}

type Answer =
  | { readonly ok: true; readonly listing: MarketListing; readonly index: MarketIndex }
  | { readonly ok: false; readonly code: FailureCode; readonly detail: string };

/** An empty or much smaller listing is a broken answer, and must not replace what is known. */
function usable(outcome: Outcome<MarketListing>, kept: Kept | null): Answer {
  if (!outcome.ok) return outcome;
  const index = buildMarketIndex(outcome.value);
  if (index.size === 0) return { ok: false, code: 'bad-payload', detail: 'The market list has no usable perpetual.' };
  if (kept !== null && index.size < kept.index.size * LEAST_SHARE) {
    const detail = `The market list shrank from ${kept.index.size} to ${index.size} perpetuals, more than 20 %.`;
    // That it is really shorter is no fault.
    return { ok: false, code: index.unreadableRows > 0 ? 'bad-payload' : 'no-data', detail };
  }
  return { ok: true, listing: outcome.value, index };
}

/**
 * Fresh in the cache: no request. Older: asked again, and when that fails, or the answer is empty or has lost more than
 * a fifth, the old one is served as `stale`. A listing that really shrank is accepted when the old one expires after
 * seven days. A cache that cannot be read or written costs requests and a note, never the run.
 */
export async function loadMarketIndex(options: LoadMarketIndexOptions): Promise<LoadedMarketIndex> {
  const { source, cache, scope, now, abort, refresh = false } = options;
  const key = `market-index:1:${scope}`;
  const notes: string[] = [];
  const kept = await readCache(cache, key, notes);
  const age = kept === null ? Infinity : now() - kept.storedAt;
  // An entry from the future says that a clock was wrong, not that it is fresh.
  const freshMs = refresh ? 0 : kept !== null && kept.index.unreadableRows > 0 ? DOUBTFUL_FRESH_MS : FRESH_MS;
  if (kept !== null && age >= 0 && age < freshMs) return { ok: true, ...kept, origin: 'cache', stale: false, notes };

  const answer = usable(await source(abort), kept);
  if (answer.ok) {
    const storedAt = now();
    const entry: KeptListing = { storedAt, listing: answer.listing };
    await writeCache(cache, key, JSON.stringify(entry), notes);
    return { ok: true, index: answer.index, origin: 'fetched', storedAt, stale: false, notes };
  }
  if (kept === null) return { ...answer, notes };
  const old = { ok: true, ...kept, origin: 'cache', stale: true } as const;
  return answer.code === 'bad-payload'
    ? { ...old, notes, unread: answer.detail }
    : { ...old, notes: [...notes, answer.detail] };
}
