/** The outermost layer: asks upstream only for what no earlier answer can give. */
import type { CoinalyzeSymbol } from '../core/market.ts';
import type { FailureCode, Outcome } from '../core/outcome.ts';
import { hasNoHoles, isFinalFor, SERIES_INTERVAL_MS } from '../core/series.ts';
import type { Series, SeriesKind, Window } from '../core/series.ts';
import { DAY_MS, floorTo, MINUTE_MS } from '../core/time.ts';
import type { Clock } from '../platform/clock.ts';
import type { CacheEntry, JsonCache } from '../platform/store.ts';
import { believed, SOFT_AGE_MS } from './belief.ts';
import { besideEmpty, toEntry } from './kept-entry.ts';
import { createDecoder, encodeEntry } from './entry.ts';
import type { Decoder, Entry } from './entry.ts';
import type { Reply, SeriesProvider } from './provider.ts';
import { completeTo, isTooSoon, settledBy } from './publication.ts';

/** A symbol that upstream refuses with an error costs a batch and its halving to ask for: not before this age. */
const REFUSED_AGE_MS = DAY_MS;
/** Older than this, an answer is not even served when upstream fails. */
const KEPT_MS = DAY_MS;
/** What two clocks may differ by; an entry from further in the future is not believed. */
const CLOCK_SKEW_MS = MINUTE_MS;

/** `final`: nothing later can change it. `fresh`: asked within 15 minutes. Both cost no call. `absent`: has to be fetched. */
type CacheState = 'final' | 'fresh' | 'absent';

/** What an earlier answer gives without asking. */
interface Kept {
  readonly state: CacheState;
  /** Of an `absent` one: what is too old to spare the asking, but still better than nothing. Null when there is nothing. */
  readonly answer: Outcome<Series> | null;
  /** Whether asking now can bring more. */
  readonly due: boolean;
}

/** The part of the cache that reads. */
export interface KeptSeries {
  /** What `fetch` would find, per symbol in the same order. */
  peek(kind: SeriesKind, symbols: readonly CoinalyzeSymbol[], window: Window): Promise<readonly Kept[]>;
}

export interface CachedProvider extends SeriesProvider, KeptSeries {
  /** Failures that older entries stood in for, per code and counted in symbols: without them those would be seen by nobody. */
  readonly coveredFailures: ReadonlyMap<FailureCode, number>;
  /** Of the series that every perpetual has: how many this run's answers were asked for, and left out. */
  readonly absences: Absences;
}

interface Absences {
  readonly asked: number;
  readonly absent: number;
}

export interface CachedOptions {
  readonly cache: JsonCache;
  /** Provider and base URL: made-up data must never be read by a real run. */
  readonly scope: string;
  /** Wall time, or the fixed time of made-up data: the clock that stamped the answers. */
  readonly dataClock: Clock;
}

/** With what all entries of one layer share. */
interface ReadOptions extends CachedOptions {
  readonly decode: Decoder;
}

/**
 * What a call received is committed when it resolves, so ask for one planned batch at a time. Empty answers are kept
 * like series; failures are not, and an older series is served in their place, marked stale. Calls that want the same
 * symbol at the same time share one request, and the first one's `abort`.
 */
export function createCached(next: SeriesProvider, given: CachedOptions): CachedProvider {
  const options = { ...given, decode: createDecoder() };
  const flights = new Map<string, Promise<Reply<Series>>>();
  const seen: Seen = { coveredFailures: new Map(), absences: { asked: 0, absent: 0 } };
  return {
    ...seen,
    ...createKept(given),
    fetch: (kind, symbols, window, abort) => {
      const flightKey = (symbol: CoinalyzeSymbol): string => `${kind}|${symbol}|${window.from}|${window.to}`;
      const own = [...new Set(symbols)].filter((symbol) => !flights.has(flightKey(symbol)));
      const landed = resolve(next, { kind, symbols: own, window, abort }, options, seen);
      for (const [index, symbol] of own.entries()) {
        const key = flightKey(symbol);
        const flight = landed.then((replies) => replies[index]!).finally(() => flights.delete(key));
        flights.set(key, flight);
      }
      return Promise.all(symbols.map((symbol) => flights.get(flightKey(symbol))!));
    },
  };
}

/** Reads what is kept, and writes nothing. */
export function createKept(given: CachedOptions): KeptSeries {
  const options = { ...given, decode: createDecoder() };
  return {
    peek: async (kind, symbols, window) => {
      const entries = await readEntries(kind, symbols, options);
      return entries.map((entry) => keptOf(kind, entry, window, options.dataClock.now()));
    },
  };
}

/** What the answers of a run were like. */
interface Seen {
  readonly coveredFailures: Map<FailureCode, number>;
  readonly absences: { asked: number; absent: number };
}

interface Query {
  readonly kind: SeriesKind;
  readonly symbols: readonly CoinalyzeSymbol[];
  readonly window: Window;
  readonly abort: AbortSignal;
}

/** Replies in the order of `query.symbols`, which are distinct. */
async function resolve(
  next: SeriesProvider,
  { kind, symbols, window, abort }: Query,
  options: ReadOptions,
  { coveredFailures, absences }: Seen,
): Promise<readonly Reply<Series>[]> {
  const { cache, scope, dataClock } = options;
  const entries = await readEntries(kind, symbols, options);
  const slots = symbols.map((symbol, i) => ({ symbol, entry: entries[i] }));
  const misses = slots.filter(({ entry }) => stateOf(kind, entry, window, dataClock.now()) === 'absent');
  const asked = misses.map(({ symbol }) => symbol);
  const replies = asked.length === 0 ? [] : await next.fetch(kind, asked, window, abort);
  const received: CacheEntry[] = [];
  const answers = new Map<CoinalyzeSymbol, Reply<Series>>();
  for (const [i, { symbol, entry }] of misses.entries()) {
    const now = dataClock.now();
    const earlier = entry === undefined || isFromFuture(entry, now) ? undefined : entry;
    const reply = believed(kind, replies[i]!, earlier, window, now);
    if (hasNoHoles(kind)) countAbsence(absences, reply);
    const older = entry?.kind === 'series' && !addsTo(entry.series, reply, window, now) ? entry : null;
    answers.set(symbol, older === null ? reply : { ...fromSeries(older.series, window), stale: true });
    if (older !== null && !reply.ok) coveredFailures.set(reply.code, (coveredFailures.get(reply.code) ?? 0) + 1);
    const kept = older === null ? toEntry(kind, reply, window, now) : besideEmpty(older.series, reply, window, now);
    if (kept === null || (earlier !== undefined && reachOf(earlier) > reachOf(kept))) continue;
    const ttlMs = older === null ? KEPT_MS : KEPT_MS - (now - older.series.fetchedAt);
    received.push({ key: cacheKey(scope, kind, symbol), value: encodeEntry(kept), ttlMs: Math.max(1, ttlMs) });
  }
  if (received.length > 0) await cache.setMany(received);
  return slots.map(({ symbol, entry }) => answers.get(symbol) ?? fromEntry(entry!, window));
}

async function readEntries(
  kind: SeriesKind,
  symbols: readonly CoinalyzeSymbol[],
  { cache, scope, decode }: ReadOptions,
): Promise<readonly (Entry | undefined)[]> {
  if (symbols.length === 0) return [];
  const texts = await cache.getMany(symbols.map((symbol) => cacheKey(scope, kind, symbol)));
  return texts.map((text) => (text === undefined ? undefined : (decode(text, kind) ?? undefined)));
}

function cacheKey(scope: string, kind: SeriesKind, symbol: CoinalyzeSymbol): string {
  return `${scope}|${kind}|${symbol}|${SERIES_INTERVAL_MS[kind]}`;
}

function stateOf(kind: SeriesKind, entry: Entry | undefined, window: Window, now: number): CacheState {
  if (entry === undefined || isFromFuture(entry, now)) return 'absent';
  const { coveredFrom, completeTo: complete, fetchedAt } = entry.kind === 'series' ? entry.series : entry;
  if (coveredFrom > window.from) return 'absent';
  const final =
    entry.kind === 'series'
      ? isFinalFor(entry.series, window.closedBy)
      : entry.code !== 'absent-once' && complete >= floorTo(window.closedBy, SERIES_INTERVAL_MS[kind]);
  if (final) return 'final';
  const emptyAt = entry.kind === 'series' ? entry.emptyAt : null;
  const age = now - (emptyAt ?? fetchedAt);
  if (age < -CLOCK_SKEW_MS) return 'absent';
  if (entry.kind === 'empty' && entry.code === 'not-listed') return age < REFUSED_AGE_MS ? 'fresh' : 'absent';
  // An answer about an earlier time (`--as-of`) says nothing of what came later, however young it is.
  if (emptyAt === null && complete < settledBy(kind, fetchedAt)) return 'absent';
  return age < SOFT_AGE_MS ? 'fresh' : 'absent';
}

function keptOf(kind: SeriesKind, entry: Entry | undefined, window: Window, now: number): Kept {
  const state = stateOf(kind, entry, window, now);
  const due = state === 'absent' && !isTooSoon(kind, window.closedBy, now);
  if (entry === undefined || isFromFuture(entry, now)) return { state, answer: null, due };
  // That there was nothing is no answer to what there is by now.
  return { state, answer: state === 'absent' && entry.kind === 'empty' ? null : fromEntry(entry, window), due };
}

/** False for failures, and for an answer that was asked for more than is known, and knows less. */
function addsTo(series: Series, reply: Reply<Series>, window: Window, now: number): boolean {
  if (!reply.ok) return false;
  const wasAsked = window.from >= series.coveredFrom && completeTo(series.kind, window, now, null) >= series.completeTo;
  return !wasAsked || reachOfSeries(reply.value) >= reachOfSeries(series) || series.fetchedAt > now + CLOCK_SKEW_MS;
}

function countAbsence(absences: Seen['absences'], reply: Reply<Series>): void {
  const isAbsent = !reply.ok && (reply.code === 'no-data' || reply.code === 'absent-once');
  if (reply.ok || isAbsent) absences.asked += 1;
  if (isAbsent) absences.absent += 1;
}

/** Written by a clock that has been set back since: what it says to know until when is not true. */
function isFromFuture(entry: Entry, now: number): boolean {
  return (entry.kind === 'series' ? entry.series : entry).fetchedAt > now + CLOCK_SKEW_MS;
}

/** Up to when the entry knows its buckets. */
function reachOf(entry: Entry): number {
  return entry.kind === 'series' ? reachOfSeries(entry.series) : entry.completeTo;
}

/** Where there are no holes, the newest bucket says it: what is missing before it is missing for a while only. */
function reachOfSeries({ kind, completeTo: complete, time }: Series): number {
  return hasNoHoles(kind) ? Math.max(complete, time.at(-1)! + SERIES_INTERVAL_MS[kind]) : complete;
}

function fromEntry(entry: Entry, window: Window): Outcome<Series> {
  if (entry.kind === 'series') return fromSeries(entry.series, window);
  return { ok: false, code: entry.code, detail: entry.detail };
}

function fromSeries(series: Series, window: Window): Extract<Reply<Series>, { readonly ok: true }> {
  return {
    ok: true,
    value: series,
    asOf: series.time.at(-1)! + SERIES_INTERVAL_MS[series.kind],
    fetchedAt: series.fetchedAt,
    stale: !isFinalFor(series, window.closedBy),
    origin: 'cache',
  };
}
