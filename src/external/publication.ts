/** When an answer can be believed to be upstream's last word on a bucket. */
import { hasNoHoles, SERIES_INTERVAL_MS } from '../core/series.ts';
import type { SeriesKind, Window } from '../core/series.ts';
import { floorTo, MINUTE_MS } from '../core/time.ts';

/**
 * How long after a bucket's end its value, or its absence, is believed, ms. Measured at the API: open interest and
 * funding 58 s, liquidations 118 s, long/short 1,034 s at 30min and above; with room to spare, because what is believed
 * too early is never asked for again: a close that lacks its last minute, a flush that had not arrived yet.
 */
const PUBLICATION_LAG_MS: Readonly<Record<SeriesKind, number>> = {
  open_interest: 2 * MINUTE_MS,
  funding_rate: 2 * MINUTE_MS,
  long_short_ratio: 30 * MINUTE_MS,
  liquidations: 3 * MINUTE_MS,
};

/** End of the last bucket whose value or absence an answer received at `time` (ms UTC) settles by itself. */
export function settledBy(kind: SeriesKind, time: number): number {
  return floorTo(time - PUBLICATION_LAG_MS[kind], SERIES_INTERVAL_MS[kind]);
}

/**
 * Every bucket of `kind` that ends by this time (ms UTC) is in an answer received at `fetchedAt`, or will never be.
 * `newestEnd` is the end of the newest bucket it held, null when it was empty. Long/short buckets appear late and whole, so
 * one that is there counts at once; the others are already there while they still grow.
 */
export function completeTo(kind: SeriesKind, window: Window, fetchedAt: number, newestEnd: number | null): number {
  const interval = SERIES_INTERVAL_MS[kind];
  const asked = floorTo(window.to, interval) + interval;
  const settled = Math.min(settledBy(kind, fetchedAt), asked);
  if (newestEnd === null || kind === 'liquidations') return settled;
  return hasNoHoles(kind) ? Math.min(newestEnd, settled) : Math.min(Math.max(newestEnd, settled), asked);
}

/** Long/short buckets appear whole, 1,034 s after their end as measured at the API; a minute late costs nothing. */
const LONG_SHORT_APPEARS_MS = 18 * MINUTE_MS;

/**
 * True while asking is too soon: the last bucket before `closedBy` is not there yet, and what is kept meanwhile would put off by
 * its age the asking that brings it. The other kinds grow where they are, and are there within minutes.
 */
export function isTooSoon(kind: SeriesKind, closedBy: number, now: number): boolean {
  if (kind !== 'long_short_ratio') return false;
  return now < floorTo(closedBy, SERIES_INTERVAL_MS[kind]) + LONG_SHORT_APPEARS_MS;
}
