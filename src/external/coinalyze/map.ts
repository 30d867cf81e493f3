/** From rows on the wire to what the rest of the project means by a series and a market. */
import type { CoinalyzeSymbol, FutureMarketRow, UnreadableRow, VenueRow } from '../../core/market.ts';
import type { Outcome } from '../../core/outcome.ts';
import { hasNoHoles, isFinalFor, SERIES_INTERVAL_MS } from '../../core/series.ts';
import type { Series, SeriesKind, Window } from '../../core/series.ts';
import { SECOND_MS } from '../../core/time.ts';
import { completeTo } from '../publication.ts';
import { fundingRow, goodRows, liquidationRow, longShortRow, openInterestRow } from './schema.ts';
import type { WireExchange, WireFutureMarket, WireUnreadable } from './schema.ts';

/** One bucket: start in ms, and its values (open interest, rate, ratio; or longs and shorts). */
interface Bucket {
  readonly time: number;
  readonly values: readonly [number] | readonly [number, number];
}

/** What one symbol's rows became, and how many of them were unusable. */
export interface MappedHistory {
  readonly outcome: Outcome<Series>;
  readonly droppedRows: number;
}

/**
 * Closed buckets of `window`, oldest first. Two rows for one bucket are one when they agree, and none when they do not.
 * `fetchedAt` is ms UTC of the data clock, `upstreamAt` what upstream's own clock says at least where it is known to be behind.
 */
export function mapHistory(
  kind: SeriesKind,
  rows: readonly unknown[],
  window: Window,
  fetchedAt: number,
  upstreamAt = fetchedAt,
): MappedHistory {
  const interval = SERIES_INTERVAL_MS[kind];
  const { good, bad } = READ_BUCKETS[kind](rows);
  const onGrid = good.filter(({ time }) => time % interval === 0);
  const closed = onGrid.filter(({ time }) => time + interval <= fetchedAt && time >= window.from && time <= window.to);
  const { buckets, conflicting } = agreeing(closed);
  const droppedRows = bad + (good.length - onGrid.length) + conflicting;
  if (buckets.length === 0) {
    if (rows.length > 0 && droppedRows === rows.length) {
      return { outcome: { ok: false, code: 'bad-payload', detail: 'no row of the answer could be used' }, droppedRows };
    }
    return { outcome: noData(), droppedRows };
  }
  const newestEnd = buckets.at(-1)!.time + interval;
  // A bucket grows where it is: that the newest one is whole only a later one tells, or that later ones were not asked for.
  const begun = onGrid.reduce((latest, { time }) => (time <= fetchedAt ? Math.max(latest, time) : latest), 0);
  const known = completeTo(kind, window, upstreamAt, newestEnd);
  const reach = { coveredFrom: window.from, completeTo: hasNoHoles(kind) ? Math.min(known, begun) : known, fetchedAt };
  const series = toSeries(kind, buckets, reach);
  const stale = !isFinalFor(series, window.closedBy);
  return { outcome: { ok: true, value: series, asOf: newestEnd, fetchedAt, stale, origin: 'fetched' }, droppedRows };
}

export function noData(): Outcome<never> {
  return { ok: false, code: 'no-data', detail: 'Coinalyze answered without data for this symbol' };
}

export function mapExchange({ code, name }: WireExchange): VenueRow {
  return { code, name };
}

export function mapFutureMarket(row: WireFutureMarket): FutureMarketRow {
  return {
    symbol: row.symbol as CoinalyzeSymbol,
    venueCode: row.exchange,
    symbolOnExchange: row.symbol_on_exchange,
    baseAsset: row.base_asset,
    quoteAsset: row.quote_asset,
    perpetual: row.is_perpetual,
    // Not a time: 0 is how lists in other languages write that there is none.
    expireAt: row.expire_at || null,
    margined: row.margined,
    denomination: row.oi_lq_vol_denominated_in,
    hasLongShortRatio: row.has_long_short_ratio_data,
  };
}

export function mapUnreadable(row: WireUnreadable): UnreadableRow {
  return {
    symbol: row.symbol,
    venueCode: row.exchange,
    symbolOnExchange: row.symbol_on_exchange,
    baseAsset: row.base_asset,
    quoteAsset: row.quote_asset,
  };
}

type Readable = { readonly good: Bucket[]; readonly bad: number };

const READ_BUCKETS: Readonly<Record<SeriesKind, (rows: readonly unknown[]) => Readable>> = {
  open_interest: (rows) => bucketsOf(goodRows(rows, openInterestRow), (row) => [row.c]),
  funding_rate: (rows) => bucketsOf(goodRows(rows, fundingRow), (row) => [row.c]),
  long_short_ratio: (rows) => bucketsOf(goodRows(rows, longShortRow), (row) => [row.r]),
  liquidations: (rows) => bucketsOf(goodRows(rows, liquidationRow), (row) => [row.l, row.s]),
};

function bucketsOf<T extends { readonly t: number }>(
  { good, bad }: { readonly good: readonly T[]; readonly bad: number },
  valuesOf: (row: T) => Bucket['values'],
): Readable {
  return { good: good.map((row) => ({ time: row.t * SECOND_MS, values: valuesOf(row) })), bad };
}

function agreeing(rows: readonly Bucket[]): { readonly buckets: readonly Bucket[]; readonly conflicting: number } {
  const byTime = new Map<number, Bucket>();
  const disputed = new Set<number>();
  for (const row of rows) {
    const known = byTime.get(row.time);
    if (known === undefined) byTime.set(row.time, row);
    else if (known.values.some((value, i) => value !== row.values[i])) disputed.add(row.time);
  }
  const conflicting = rows.filter((row) => disputed.has(row.time)).length;
  const buckets = [...byTime.values()].filter((row) => !disputed.has(row.time));
  return { buckets: buckets.sort((a, b) => a.time - b.time), conflicting };
}

function toSeries(
  kind: SeriesKind,
  buckets: readonly Bucket[],
  reach: Pick<Series, 'coveredFrom' | 'completeTo' | 'fetchedAt'>,
): Series {
  const base = {
    length: buckets.length,
    time: Float64Array.from(buckets, ({ time }) => time),
    ...reach,
  };
  const first = Float64Array.from(buckets, ({ values }) => values[0]);
  if (kind !== 'liquidations') return { kind, ...base, value: first };
  return { kind, ...base, long: first, short: Float64Array.from(buckets, ({ values }) => values[1] ?? 0) };
}
