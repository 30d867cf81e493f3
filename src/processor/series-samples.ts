/**
 * From a series to the one number that is ranked, and what it is ranked among.
 * Only buckets that lie wholly within the 30 days before the candle's close are looked at, whatever else a series holds.
 */
import type { LiquidationSeries, Series, SeriesKind, ValueSeries } from '../core/series.ts';
import { OUT_OF_RANGE } from '../core/range.ts';
import { SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../core/series.ts';
import { HOUR_MS, floorTo } from '../core/time.ts';
import { digits } from '../strategies/texts.ts';

/** How many values the current one is ranked among at most. */
const HISTORY_BUCKETS: Readonly<Record<SeriesKind, number>> = {
  open_interest: 500,
  funding_rate: 180,
  long_short_ratio: 720,
  liquidations: 500,
};
/** Beyond this many intervals a value is no longer the current one, and a hole is no longer bridged. */
const MAX_AGE_INTERVALS = 2;
/** In a loop over every value the name of another module would cost as much as all else. */
const LIMIT = OUT_OF_RANGE;

export type Sample =
  | { readonly kind: 'none'; readonly cause: 'too-old' | 'short-history'; readonly detail: string }
  | {
      readonly kind: 'current';
      readonly value: number;
      /** What is ranked; NaN when it reaches back into a hole, not in range when no number says it. For open interest the relative change, as a fraction. */
      readonly statistic: number;
      readonly history: Float64Array;
      /** End of the bucket that `value` comes from, ms UTC. */
      readonly asOf: number;
    };

/** `spanMs`: the stretch over which the change of open interest is measured. */
export function sampleOf(series: Series, closeTime: number, spanMs: number): Sample {
  return series.kind === 'liquidations' ? netLiquidations(series, closeTime) : valueSample(series, closeTime, spanMs);
}

function valueSample(series: ValueSeries, closeTime: number, spanMs: number): Sample {
  const interval = SERIES_INTERVAL_MS[series.kind];
  const end = floorTo(closeTime, interval);
  const values = bySlot(series, windowStart(closeTime, interval), end, interval);
  let newest = values.length - 1;
  while (newest >= 0 && Number.isNaN(values[newest]!)) newest -= 1;
  if (newest < 0) {
    return { kind: 'none', cause: 'too-old', detail: "no bucket in the 30 days before the candle's close" };
  }
  const asOf = end - (values.length - 1 - newest) * interval;
  if (closeTime - asOf > MAX_AGE_INTERVALS * interval) return tooOld(closeTime, asOf);

  // Funding is taken as it stands; open interest and long/short bridge short holes.
  const level = series.kind === 'funding_rate' ? values : carriedForward(values);
  const changing = series.kind === 'open_interest';
  const most = HISTORY_BUCKETS[series.kind];
  const ranked = changing ? changesOf(level, Math.floor(spanMs / interval), newest - most) : level;
  return {
    kind: 'current',
    value: values[newest]!,
    statistic: changing ? ranked[ranked.length - 1]! : values[newest]!,
    history: historyBefore(ranked, newest, most),
    asOf,
  };
}

/** Long minus short over three hours; an hour without a bucket is an hour without liquidations. */
function netLiquidations(series: LiquidationSeries, closeTime: number): Sample {
  const interval = SERIES_INTERVAL_MS.liquidations;
  const end = floorTo(Math.min(closeTime, series.completeTo), interval);
  if (closeTime - end > MAX_AGE_INTERVALS * interval) return tooOld(closeTime, end);
  const from = Math.max(windowStart(closeTime, interval), Math.ceil(series.coveredFrom / interval) * interval);
  const net = new Float64Array(Math.max(0, (end - from) / interval));
  const { time, long, short, length } = series;
  for (let point = 0; point < length; point += 1) {
    const slot = (time[point]! - from) / interval;
    if (slot >= 0 && slot < net.length) net[slot] = long[point]! - short[point]!;
  }
  const last = net.length - 1;
  if (last < 2) return { kind: 'none', cause: 'short-history', detail: 'less than 3 h are known' };
  const sums = new Float64Array(net.length).fill(Number.NaN);
  const most = HISTORY_BUCKETS.liquidations;
  for (let slot = Math.max(2, last - most); slot <= last; slot += 1)
    sums[slot] = net[slot - 2]! + net[slot - 1]! + net[slot]!;
  const current = sums[last]!;
  const history = historyBefore(sums, last, most);
  return { kind: 'current', value: current, statistic: current, history, asOf: end };
}

function tooOld(closeTime: number, newestEnd: number): Sample {
  const age = digits((closeTime - newestEnd) / HOUR_MS);
  return { kind: 'none', cause: 'too-old', detail: `the newest bucket ended ${age} h before the candle's close` };
}

function windowStart(closeTime: number, interval: number): number {
  return Math.ceil((closeTime - SERIES_WINDOW_MS) / interval) * interval;
}

/** One value for each bucket start in [from, to), NaN where the series has none. To be read only: it may be the series itself. */
function bySlot(series: ValueSeries, from: number, to: number, interval: number): Float64Array {
  const slots = (to - from) / interval;
  const { time, value, length } = series;
  const first = (time[0]! - from) / interval;
  const isWhole = Number.isInteger(first) && (time[length - 1]! - time[0]!) / interval === length - 1;
  // Nearly all are without a gap and reach over the whole window.
  if (isWhole && first <= 0 && first + length >= slots) return value.subarray(-first, slots - first);
  const values = new Float64Array(slots).fill(Number.NaN);
  for (let point = 0; point < length; point += 1) {
    const slot = (time[point]! - from) / interval;
    if (slot >= 0 && slot < values.length) values[slot] = value[point]!;
  }
  return values;
}

function hasHoles(values: Float64Array): boolean {
  for (let slot = 0; slot < values.length; slot += 1) if (!(values[slot]! < LIMIT)) return true;
  return false;
}

function carriedForward(values: Float64Array): Float64Array {
  if (!hasHoles(values)) return values;
  const carried = values.slice();
  let newest = Number.NEGATIVE_INFINITY;
  for (let slot = 0; slot < values.length; slot += 1) {
    if (!Number.isNaN(values[slot]!)) newest = slot;
    else if (slot - newest <= MAX_AGE_INTERVALS) carried[slot] = values[newest]!;
  }
  return carried;
}

/**
 * Relative change against `lag` slots before, as a fraction, from slot `from` on; NaN where either end is missing or the base is not
 * positive.
 */
function changesOf(values: Float64Array, lag: number, from: number): Float64Array {
  const changes = new Float64Array(values.length).fill(Number.NaN);
  for (let slot = Math.max(lag, from); slot < values.length; slot += 1) {
    const base = values[slot - lag]!;
    if (base > 0) changes[slot] = values[slot]! / base - 1;
  }
  return changes;
}

/** The known ones of the `most` values before `index`: the current value is not ranked against itself. */
function historyBefore(values: Float64Array, index: number, most: number): Float64Array {
  const before = values.subarray(Math.max(0, index - most), index);
  return hasHoles(before) ? before.filter((value) => value < LIMIT) : before;
}
