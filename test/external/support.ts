import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { CoinalyzeSymbol } from '../../src/core/market.ts';
import type { Outcome } from '../../src/core/outcome.ts';
import type { Series, SeriesKind, ValueSeries, Window } from '../../src/core/series.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../../src/core/series.ts';
import { HOUR_MS } from '../../src/core/time.ts';
import type { KeptSeries } from '../../src/external/cached.ts';
import type { Reply, RequestFailure, SeriesProvider } from '../../src/external/provider.ts';
import { systemClock } from '../../src/platform/clock.ts';
import { openStore } from '../../src/platform/store.ts';
import type { JsonCache } from '../../src/platform/store.ts';

/** 2026-01-19T16:00Z: a 4h candle has just closed. */
export const CLOSE = Date.UTC(2026, 0, 19, 16);
export const NEVER = new AbortController().signal;

export function symbols(...names: string[]): readonly CoinalyzeSymbol[] {
  return names as CoinalyzeSymbol[];
}

/** The window of a run whose newest candle closes at `closedBy`. */
export function windowFor(closedBy = CLOSE): Window {
  return { from: closedBy - SERIES_WINDOW_MS - HOUR_MS, to: closedBy, closedBy };
}

/** `hours` hourly buckets that end at `end`, with values 1, 2, 3 ... */
export function hourly(end: number, hours: number, fetchedAt: number, window = windowFor()): ValueSeries {
  const time = Float64Array.from({ length: hours }, (_, i) => end - (hours - i) * HOUR_MS);
  return {
    kind: 'open_interest',
    length: hours,
    time,
    value: time.map((_, i) => i + 1),
    coveredFrom: window.from,
    completeTo: end,
    fetchedAt,
  };
}

export function fetched(series: Series): Outcome<Series> {
  const asOf = series.time.at(-1)! + SERIES_INTERVAL_MS[series.kind];
  return { ok: true, value: series, asOf, fetchedAt: series.fetchedAt, stale: false, origin: 'fetched' };
}

export function failed(
  code: RequestFailure['code'],
  remedy: RequestFailure['remedy'],
  retryAfterMs: number | null = null,
): RequestFailure {
  return { ok: false, code, detail: code, remedy, retryAfterMs };
}

/** A provider that answers by a function and remembers what it was asked. */
export function providerOf(
  answer: (symbol: CoinalyzeSymbol, call: number, kind: SeriesKind) => Reply<Series> | Promise<Reply<Series>>,
): SeriesProvider & { readonly calls: (readonly CoinalyzeSymbol[])[] } {
  const calls: (readonly CoinalyzeSymbol[])[] = [];
  return {
    calls,
    fetch: (kind, asked) => {
      calls.push(asked);
      const call = calls.length;
      return Promise.all(asked.map(async (symbol) => answer(symbol, call, kind)));
    },
  };
}

/** A real cache in a folder of its own. */
export function temporaryCache(): { readonly cache: JsonCache; readonly remove: () => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'perpscan-cache-'));
  const notes: string[] = [];
  const store = openStore(path.join(folder, 'store.sqlite'), { clock: systemClock, note: (text) => notes.push(text) });
  return {
    cache: store.cache('series'),
    remove: () => {
      store.close();
      rmSync(folder, { recursive: true, force: true });
      if (notes.length > 0) throw new Error(notes.join('\n'));
    },
  };
}

/** What the cache would answer with, without asking. */
export async function statesOf(
  provider: KeptSeries,
  ...asked: Parameters<KeptSeries['peek']>
): Promise<readonly string[]> {
  return (await provider.peek(...asked)).map(({ state }) => state);
}
