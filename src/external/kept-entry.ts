/** What a reply is kept as. */
import type { FailureCode } from '../core/outcome.ts';
import type { Series, SeriesKind, Window } from '../core/series.ts';
import type { Entry } from './entry.ts';
import type { Reply } from './provider.ts';
import { completeTo, settledBy } from './publication.ts';

/** Null for failures. */
export function toEntry(kind: SeriesKind, reply: Reply<Series>, window: Window, now: number): Entry | null {
  const known = completeTo(kind, window, now, null);
  if (reply.ok) {
    const lacks = reply.value.completeTo < known && reachesNow(kind, window, now);
    return { kind: 'series', series: reply.value, emptyAt: lacks ? now : null };
  }
  if (!isEmptyAnswer(reply.code)) return null;
  return {
    kind: 'empty',
    code: reply.code,
    detail: reply.detail,
    coveredFrom: window.from,
    completeTo: known,
    fetchedAt: now,
  };
}

/** An answer that adds nothing does not wipe out a series, but is not asked for again at once either; null for failures. */
export function besideEmpty(series: Series, reply: Reply<Series>, window: Window, now: number): Entry | null {
  const addsNothing = reply.ok ? reachesNow(series.kind, window, now) : isEmptyAnswer(reply.code);
  return addsNothing ? { kind: 'series', series, emptyAt: now } : null;
}

/** False for a question about an earlier time, whose answer says nothing of what came later. */
function reachesNow(kind: SeriesKind, window: Window, now: number): boolean {
  return completeTo(kind, window, now, null) >= settledBy(kind, now);
}

type EmptyCode = Extract<Entry, { readonly kind: 'empty' }>['code'];

function isEmptyAnswer(code: FailureCode): code is EmptyCode {
  return code === 'no-data' || code === 'absent-once' || code === 'not-listed';
}
