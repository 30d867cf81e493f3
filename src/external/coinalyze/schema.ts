/** Coinalyze REST API v1 as it is on the wire, https://api.coinalyze.net/v1/doc/. Times in seconds, except `expire_at`. */
import { z } from 'zod';
import { isInRange } from '../../core/range.ts';
import type { SeriesKind } from '../../core/series.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/time.ts';

export { MAX_SYMBOLS } from './max-symbols.ts';

/** Every `interval` the histories know, with its length in ms. */
export const INTERVALS_MS = {
  '1min': MINUTE_MS,
  '5min': 5 * MINUTE_MS,
  '15min': 15 * MINUTE_MS,
  '30min': 30 * MINUTE_MS,
  '1hour': HOUR_MS,
  '2hour': 2 * HOUR_MS,
  '4hour': 4 * HOUR_MS,
  '6hour': 6 * HOUR_MS,
  '12hour': 12 * HOUR_MS,
  daily: DAY_MS,
} as const;

export type IntervalName = keyof typeof INTERVALS_MS;

/** What each series is asked with; the lengths are core's `SERIES_INTERVAL_MS`. */
export const SERIES_INTERVAL: Readonly<Record<SeriesKind, IntervalName>> = {
  open_interest: '1hour',
  funding_rate: '4hour',
  long_short_ratio: '1hour',
  liquidations: '1hour',
};

/** Path of each history below the base URL. */
export const HISTORY_PATH: Readonly<Record<SeriesKind, string>> = {
  open_interest: 'open-interest-history',
  funding_rate: 'funding-rate-history',
  long_short_ratio: 'long-short-ratio-history',
  liquidations: 'liquidation-history',
};

export const EXCHANGES_PATH = 'exchanges';
export const FUTURE_MARKETS_PATH = 'future-markets';
export const KEY_HEADER = 'api_key';

const DECIMAL = /^-?\d+(\.\d+)?([eE][-+]?\d+)?$/;

/** A number in range. The API sends numbers; a plain decimal in quotes is read as well, `1e999` and `NaN` are not. */
const inRange = z.union([z.number(), z.string().regex(DECIMAL).transform(Number)]).refine(isInRange);
const notNegative = inRange.refine((value) => value >= 0);

/** Start of a bucket, seconds UTC; from 2015 on, so that ms are noticed. */
const bucketStart = z.int().min(1_420_070_400).max(4_102_444_800);

/** A name that cannot be read leaves the code, so that its markets do not count as unlisted. */
export const exchangeRow = z.object({ name: z.string().catch(''), code: z.string().min(1) });
export type WireExchange = z.infer<typeof exchangeRow>;

/** One of `words`; whatever else it says is new to us, and no reason to do without the row. */
function wordOf<const Word extends string>(words: readonly Word[]): z.ZodType<Word | 'unknown'> {
  const known = new Map<string, Word>(words.map((word) => [word, word]));
  return z.string().transform((text) => known.get(text) ?? 'unknown');
}

/** Only what is used is demanded. */
export const futureMarketRow = z.object({
  symbol: z.string().min(1),
  /** Code of the exchange, without a dot. */
  exchange: z.string().min(1),
  symbol_on_exchange: z.string(),
  base_asset: z.string().min(1),
  quote_asset: z.string().min(1),
  /** ms UTC; null for perpetuals. */
  expire_at: z.number().nullish(),
  is_perpetual: z.boolean(),
  margined: wordOf(['STABLE', 'COIN']),
  oi_lq_vol_denominated_in: wordOf(['BASE_ASSET', 'QUOTE_ASSET', 'CONTRACTS']),
  has_long_short_ratio_data: z.boolean(),
});

const legible = z.string().min(1).nullable().catch(null);
/** What tells whose row it is, of a row that cannot be read as a whole. */
export const unreadableRow = z
  .object({
    symbol: legible,
    exchange: legible,
    symbol_on_exchange: legible,
    base_asset: legible,
    quote_asset: legible,
  })
  .catch({ symbol: null, exchange: null, symbol_on_exchange: null, base_asset: null, quote_asset: null });
export type WireUnreadable = z.infer<typeof unreadableRow>;
export type WireFutureMarket = z.infer<typeof futureMarketRow>;

/** Open interest in the market's own denomination. */
export const openInterestRow = z.object({
  t: bucketStart,
  o: notNegative,
  h: notNegative,
  l: notNegative,
  c: notNegative,
});
/** Percent per native funding interval: 0.01 is 0.01 %. Beyond 100 % it is an error, not a rate. */
const percent = inRange.refine((value) => Math.abs(value) <= 100);
export const fundingRow = z.object({ t: bucketStart, o: percent, h: percent, l: percent, c: percent });
/** `r` = longs / shorts by account; `l` and `s` are their percentages and may be missing. */
export const longShortRow = z.object({
  t: bucketStart,
  r: notNegative,
  l: inRange.nullish(),
  s: inRange.nullish(),
});
/** `l`: longs liquidated, `s`: shorts. Buckets without liquidations do not exist. */
export const liquidationRow = z.object({ t: bucketStart, l: notNegative, s: notNegative });

/** One symbol's history; its rows are checked one by one, so that a bad one costs only itself. */
export const historyEntry = z.object({ symbol: z.string(), history: z.array(z.unknown()) });

/** Top level of every good answer. */
export const page = z.array(z.unknown());

/** Body of 400, 401, 429 and 500. */
export const errorBody = z.object({ message: z.string() });

/** The rows that fit the schema, and how many did not. */
export function goodRows<T>(rows: readonly unknown[], row: z.ZodType<T>): { readonly good: T[]; readonly bad: number } {
  const { good, bad } = sortedRows(rows, row);
  return { good, bad: bad.length };
}

/** The rows that fit the schema, and those that do not as they came. */
export function sortedRows<T>(
  rows: readonly unknown[],
  row: z.ZodType<T>,
): { readonly good: T[]; readonly bad: readonly unknown[] } {
  const good: T[] = [];
  const bad: unknown[] = [];
  for (const candidate of rows) {
    const parsed = row.safeParse(candidate);
    if (parsed.success) good.push(parsed.data);
    else bad.push(candidate);
  }
  return { good, bad };
}
