/** How long a server wants to be left alone. */
import { HOUR_MS, SECOND_MS } from '../../core/time.ts';

const DECIMAL_SECONDS = /^\d+(\.\d+)?$/;
/** The one form that RFC 9110 5.6.7 lets a server send. `Date.parse` alone finds a year in `try 2050`. */
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;
/** The server's window and ours are not read off the same clock. */
const MARGIN_MS = 100;
/** Beyond this a value is a mistake; the key is asked again after it. */
const LONGEST_MS = HOUR_MS;

/**
 * `Retry-After` in ms, rounded up. Coinalyze sends decimal seconds ("49.119"); the HTTP date of RFC 9110 10.2.3 is
 * measured against the answer's own `Date`, not against our clock. Null when missing, unreadable or past.
 */
export function retryAfterMs(header: string | null, date: string | null): number | null {
  const text = header?.trim() ?? '';
  const asked = DECIMAL_SECONDS.test(text) ? Number(text) * SECOND_MS : httpTime(text) - httpTime(date?.trim() ?? '');
  if (!(asked > 0)) return null;
  return Math.min(Math.ceil(asked) + MARGIN_MS, LONGEST_MS);
}

/** ms UTC, NaN when it is no HTTP date. */
function httpTime(text: string): number {
  return HTTP_DATE.test(text) ? Date.parse(text) : Number.NaN;
}
