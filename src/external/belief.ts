/** What is believed of an answer that leaves something out. Open interest and funding have no holes, so one answer alone is not enough. */
import { hasNoHoles, isFinalFor, SERIES_INTERVAL_MS, SERIES_WINDOW_MS } from '../core/series.ts';
import type { Series, SeriesKind, Window } from '../core/series.ts';
import { MINUTE_MS } from '../core/time.ts';
import type { Entry } from './entry.ts';
import type { Reply } from './provider.ts';

/** Younger than this, an answer that is not final is not asked for again; a second one as late says what the first one says. */
export const SOFT_AGE_MS = 15 * MINUTE_MS;

/** `reply` with as much of it believed as `earlier`, what an answer before it left, bears out. */
export function believed(
  kind: SeriesKind,
  reply: Reply<Series>,
  earlier: Entry | undefined,
  window: Window,
  now: number,
): Reply<Series> {
  if (!hasNoHoles(kind)) return reply;
  if (reply.ok) {
    const lacked = (start: number): boolean =>
      earlier !== undefined && now - timeOf(earlier) >= SOFT_AGE_MS && lacks(earlier, start);
    const value = { ...reply.value, completeTo: wholeTo(reply.value, window, lacked) };
    return { ...reply, value, stale: !isFinalFor(value, window.closedBy) };
  }
  if (reply.code !== 'no-data' || isAgain(earlier, now)) return reply;
  return { ...reply, code: 'absent-once', detail: 'Coinalyze left it out, and is asked again after 15 minutes' };
}

/** A series that is known stands in for an absence anyway. */
function isAgain(earlier: Entry | undefined, now: number): boolean {
  if (earlier?.kind !== 'empty') return earlier !== undefined;
  return earlier.code === 'no-data' || now - earlier.fetchedAt >= SOFT_AGE_MS;
}

/** Up to where every bucket of the 30 days that scores look at is there, or was missing before. */
function wholeTo(series: Series, { from, closedBy }: Window, lacked: (start: number) => boolean): number {
  const interval = SERIES_INTERVAL_MS[series.kind];
  const first = Math.max(from, closedBy - SERIES_WINDOW_MS);
  let expected = Math.ceil(first / interval) * interval;
  for (const start of series.time) {
    for (; expected < start; expected += interval) if (!lacked(expected)) return Math.min(expected, series.completeTo);
    if (start === expected) expected += interval;
  }
  return series.completeTo;
}

/** Whether the earlier answer was asked for the bucket, and had none although it had later ones, or none at all. */
function lacks(earlier: Entry, start: number): boolean {
  if (earlier.kind === 'empty') return earlier.coveredFrom <= start && start < earlier.completeTo;
  const { coveredFrom, time } = earlier.series;
  return coveredFrom <= start && start < time.at(-1)! && !time.includes(start);
}

function timeOf(entry: Entry): number {
  return entry.kind === 'series' ? entry.series.fetchedAt : entry.fetchedAt;
}
