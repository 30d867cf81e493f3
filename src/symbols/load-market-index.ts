/** The market index through its cache: asked once a day, kept for a week in case the upstream fails. */
import { z } from 'zod';
import type { CoinalyzeSymbol, MarketListing } from '../core/market.ts';
import type { FailureCode, Outcome } from '../core/outcome.ts';
import { DAY_MS } from '../core/time.ts';
import type { JsonCache } from '../platform/store.ts';
import { buildMarketIndex } from './market-index.ts';
import type { MarketIndex } from './market-index.ts';

/** Younger: served without asking (rulings.md 7). */
const FRESH_MS = DAY_MS;
/** Older: gone from the cache (rulings.md 7). */
const KEPT_MS = 7 * DAY_MS;
/** Of the usable perpetuals that are known, the least that a new listing must have. */
const LEAST_SHARE = 0.8;

const cachedListing = z.object({
  storedAt: z.int().nonnegative(),
  listing: z.object({
    fetchedAt: z.int(),
    venues: z.array(z.object({ code: z.string(), name: z.string() })),
    markets: z.array(
      z.object({
        symbol: z.string().transform((symbol) => symbol as CoinalyzeSymbol),
        venueCode: z.string(),
        symbolOnExchange: z.string(),
        baseAsset: z.string(),
        quoteAsset: z.string(),
        perpetual: z.boolean(),
        expireAt: z.number().nullable(),
        margined: z.enum(['STABLE', 'COIN']),
        denomination: z.enum(['BASE_ASSET', 'QUOTE_ASSET', 'CONTRACTS']),
        hasLongShortRatio: z.boolean(),
      }),
    ),
  }),
});

export interface LoadMarketIndexOptions {
  /** Asks the provider; one unit of quota each for venues and markets. */
  readonly source: (abort: AbortSignal) => Promise<Outcome<MarketListing>>;
  readonly cache: JsonCache;
  /** Provider and base URL: listings of two upstreams never mix (rulings.md 24). */
  readonly scope: string;
  /** ms UTC of the wall clock: the age of a cached listing does not follow `--as-of`. */
  readonly now: () => number;
  readonly abort: AbortSignal;
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
    const { storedAt, listing } = cachedListing.parse(JSON.parse(text));
    const index = buildMarketIndex(listing);
    if (index.size > 0) return { index, storedAt };
    notes.push('The cached market index lists no usable perpetual and was ignored.');
  } catch (error) {
    const detail = error instanceof z.ZodError ? 'it has another shape' : textOf(error);
    notes.push(`The cached market index could not be read and was ignored: ${detail}.`);
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
    return { ok: false, code: 'bad-payload', detail };
  }
  return { ok: true, listing: outcome.value, index };
}

/**
 * Fresh in the cache: no request. Older: asked again, and when that fails, or the answer is empty or has lost more than
 * a fifth, the old one is served as `stale`. A listing that really shrank is accepted when the old one expires after
 * seven days. A cache that cannot be read or written costs requests and a note, never the run.
 */
export async function loadMarketIndex(options: LoadMarketIndexOptions): Promise<LoadedMarketIndex> {
  const { source, cache, scope, now, abort } = options;
  const key = `market-index:1:${scope}`;
  const notes: string[] = [];
  const kept = await readCache(cache, key, notes);
  const age = kept === null ? Infinity : now() - kept.storedAt;
  // An entry from the future says that a clock was wrong, not that it is fresh.
  if (kept !== null && age >= 0 && age < FRESH_MS) return { ok: true, ...kept, origin: 'cache', stale: false, notes };

  const answer = usable(await source(abort), kept);
  if (answer.ok) {
    const storedAt = now();
    await writeCache(cache, key, JSON.stringify({ storedAt, listing: answer.listing }), notes);
    return { ok: true, index: answer.index, origin: 'fetched', storedAt, stale: false, notes };
  }
  if (kept === null) return { ...answer, notes };
  return { ok: true, ...kept, origin: 'cache', stale: true, notes: [...notes, answer.detail] };
}
