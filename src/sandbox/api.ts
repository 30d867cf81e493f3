/** The made-up world behind the API's paths and parameters: pure, from a request to its price and its answer. */
import { z } from 'zod';
import { DAY_MS, SECOND_MS } from '../core/time.ts';
import { INTERVALS_MS, MAX_SYMBOLS } from '../external/coinalyze/schema.ts';
import type { IntervalName } from '../external/coinalyze/schema.ts';
import { coinOf } from './coins.ts';
import { funding, longShortRatio, openInterest } from './derivatives.ts';
import type { OhlcPoint } from './derivatives.ts';
import { candles } from './generator.ts';
import type { Instrument, Span } from './generator.ts';
import { liquidations } from './liquidations.ts';
import { FUTURES, SPOT_MARKETS } from './listing.ts';
import type { ListedFuture } from './listing.ts';
import { hash, worldKey } from './noise.ts';
import { EXCHANGES } from './venues.ts';

/** `calls` is what the quota is charged before `rows` are made. */
export type ApiAnswer =
  | { readonly ok: true; readonly calls: number; readonly rows: () => readonly object[] }
  | { readonly ok: false; readonly status: 400 | 404; readonly message: string };

/** Intraday buckets are kept for this many intervals, daily ones for ever; the world begins in 2020. */
const KEPT_INTERVALS = 2_000;
const WORLD_BEGINS = Date.UTC(2020, 0, 1);

const INTERVAL_NAMES = Object.keys(INTERVALS_MS) as IntervalName[];

const symbolsParameter = z
  .string({ error: 'symbols is required' })
  .transform((text) => text.split(',').map((symbol) => symbol.trim()))
  .refine((symbols) => symbols.every((symbol) => symbol !== ''), { error: 'symbols must be separated by commas' });
const usdParameter = z
  .enum(['true', 'false'], { error: 'convert_to_usd must be true or false' })
  .default('false')
  .transform((text) => text === 'true');
const secondsParameter = (name: string) =>
  z
    .string({ error: `${name} is required` })
    .regex(/^\d{1,15}$/, { error: `${name} must be a UNIX timestamp in seconds` })
    .transform((text) => Number(text) * SECOND_MS);

const currentQuery = z.object({ symbols: symbolsParameter, convert_to_usd: usdParameter });
const historyQuery = currentQuery.extend({
  interval: z.enum(INTERVAL_NAMES, { error: `interval must be one of ${INTERVAL_NAMES.join(', ')}` }),
  from: secondsParameter('from'),
  to: secondsParameter('to'),
});

/** A future's rows, or null where upstream has no such series; an empty history is absent from the answer as well. */
type History = (future: ListedFuture, span: Span, toUsd: boolean) => readonly object[] | null;

const seconds = (ms: number): number => ms / SECOND_MS;

function wireOhlc({ time, open, high, low, close }: OhlcPoint): object {
  return { t: seconds(time), o: open, h: high, l: low, c: close };
}

function ohlcvRows(instrument: Instrument, span: Span): readonly object[] {
  return candles(instrument, span).map(({ time, open, high, low, close, volume, buyVolume, trades, buyTrades }) => ({
    t: seconds(time),
    o: open,
    h: high,
    l: low,
    c: close,
    v: volume,
    bv: buyVolume,
    tx: trades,
    btx: buyTrades,
  }));
}

/** Seen upstream: the prediction exists on some venues only. */
const VENUES_WITH_PREDICTION = 'A6';

function predicted({ row, instrument }: ListedFuture, span: Span): readonly OhlcPoint[] | null {
  return row.is_perpetual && VENUES_WITH_PREDICTION.includes(row.exchange) ? funding(instrument, span, 1) : null;
}

function settled({ row, instrument }: ListedFuture, span: Span): readonly OhlcPoint[] | null {
  return row.is_perpetual ? funding(instrument, span, 0) : null;
}

function longShortRows({ row, instrument }: ListedFuture, span: Span): readonly object[] | null {
  // Upstream has no long/short ratio below 5 minutes.
  if (!row.has_long_short_ratio_data || span.interval === INTERVALS_MS['1min']) return null;
  return longShortRatio(instrument, span).map(({ time, ratio, longs, shorts }) => ({
    t: seconds(time),
    r: ratio,
    l: longs,
    s: shorts,
  }));
}

function liquidationRows(
  { instrument, hasLiquidations }: ListedFuture,
  span: Span,
  toUsd: boolean,
): readonly object[] | null {
  if (!hasLiquidations) return null;
  return liquidations(instrument, span, toUsd).map(({ time, longs, shorts }) => ({
    t: seconds(time),
    l: longs,
    s: shorts,
  }));
}

const HISTORIES: ReadonlyMap<string, History> = new Map<string, History>([
  ['open-interest-history', ({ instrument }, span, toUsd) => openInterest(instrument, span, toUsd).map(wireOhlc)],
  ['funding-rate-history', (future, span) => settled(future, span)?.map(wireOhlc) ?? null],
  ['predicted-funding-rate-history', (future, span) => predicted(future, span)?.map(wireOhlc) ?? null],
  ['long-short-ratio-history', longShortRows],
  ['liquidation-history', liquidationRows],
  ['ohlcv-history', ({ instrument }, span) => ohlcvRows(instrument, span)],
]);

/** Level now; null where there is none. */
type Current = (future: ListedFuture, span: Span, toUsd: boolean) => readonly OhlcPoint[] | null;

const CURRENT: ReadonlyMap<string, Current> = new Map<string, Current>([
  ['open-interest', ({ instrument }, span, toUsd) => openInterest(instrument, span, toUsd)],
  ['funding-rate', settled],
  ['predicted-funding-rate', predicted],
]);

const LISTS: ReadonlyMap<string, () => readonly object[]> = new Map<string, () => readonly object[]>([
  ['exchanges', () => EXCHANGES],
  ['future-markets', () => [...FUTURES.values()].map(({ row }) => row)],
  ['spot-markets', () => SPOT_MARKETS],
]);

/** `path` without the base, e.g. `open-interest-history`; `now` in ms UTC: nothing later is known. */
export function answer(path: string, parameters: URLSearchParams, now: number): ApiAnswer {
  const list = LISTS.get(path);
  if (list !== undefined) return { ok: true, calls: 1, rows: () => shuffled(path, list()) };
  const query = Object.fromEntries(parameters);
  const current = CURRENT.get(path);
  if (current !== undefined) return answerCurrent(path, current, query, now);
  const history = HISTORIES.get(path);
  if (history !== undefined) return answerHistory(path, history, query, now);
  return { ok: false, status: 404, message: `no such path: ${path}` };
}

function answerCurrent(path: string, current: Current, query: Record<string, string>, now: number): ApiAnswer {
  const parsed = currentQuery.safeParse(query);
  if (!parsed.success) return badRequest(parsed.error);
  const { symbols, convert_to_usd: toUsd } = parsed.data;
  const span = { interval: INTERVALS_MS['1min'], from: now - 2 * INTERVALS_MS['1min'], to: now, now };
  return answerSymbols(path, symbols, (symbol) => {
    const future = FUTURES.get(symbol);
    const value = future && current(future, span, toUsd)?.at(-1)?.close;
    return value === undefined ? null : { symbol, value, update: now };
  });
}

function answerHistory(path: string, read: History, query: Record<string, string>, now: number): ApiAnswer {
  const parsed = historyQuery.safeParse(query);
  if (!parsed.success) return badRequest(parsed.error);
  const { symbols, convert_to_usd: toUsd, to } = parsed.data;
  const interval = INTERVALS_MS[parsed.data.interval];
  const kept = interval === DAY_MS ? WORLD_BEGINS : Math.max(WORLD_BEGINS, now - KEPT_INTERVALS * interval);
  const span = { interval, from: Math.max(parsed.data.from, kept), to: Math.min(to, now), now };
  return answerSymbols(path, symbols, (symbol) => {
    const future = FUTURES.get(symbol);
    const history = future === undefined ? spotHistory(path, symbol, span) : read(future, span, toUsd);
    return history === null || history.length === 0 ? null : { symbol, history };
  });
}

function spotHistory(path: string, symbol: string, span: Span): readonly object[] | null {
  const spot = SPOT_MARKETS.find((row) => row.symbol === symbol);
  if (spot === undefined || path !== 'ohlcv-history') return null;
  const coin = coinOf(spot.base_asset);
  return ohlcvRows(
    { coin, venue: symbol, share: 0.1, multiplier: 1, denomination: 'BASE_ASSET', fundingHours: 8 },
    span,
  );
}

/** Every symbol asked for is charged; those beyond the 20th and those without data are left out without a word. */
function answerSymbols(path: string, symbols: readonly string[], row: (symbol: string) => object | null): ApiAnswer {
  const served = [...new Set(symbols.slice(0, MAX_SYMBOLS))];
  return {
    ok: true,
    calls: symbols.length,
    rows: () => shuffled(path, served).flatMap((symbol) => row(symbol) ?? []),
  };
}

function badRequest(error: z.ZodError): ApiAnswer {
  return { ok: false, status: 400, message: error.issues.map((issue) => issue.message).join('; ') };
}

/** The API does not keep the order of the request; ours is the same every time, and never the one asked for but by chance. */
function shuffled<T>(path: string, items: readonly T[]): readonly T[] {
  return items
    .map((item, at) => ({
      item,
      rank: typeof item === 'string' ? worldKey('order', path, item) : hash(worldKey('order', path), at),
    }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ item }) => item);
}
