/** How the text of a setting is read. */
import { TIMEFRAMES, isTimeframe, type Timeframe } from './core/time.ts';

/** What a text means, or what it should have been: `expected` completes "expected ...". */
export type Reading<T> = { readonly value: T } | { readonly expected: string };

/** A timer counts no further than 24.8 days. */
const LONGEST_DURATION_MS = 24 * 3_600_000;
const DURATION_MS = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds. */
export function duration(text: string): Reading<number> {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  if (amount === undefined || unit === undefined) return { expected: 'a duration such as 90s, 5m or 1h' };
  const ms = Math.round(Number.parseFloat(amount) * DURATION_MS[unit as keyof typeof DURATION_MS]);
  return ms <= LONGEST_DURATION_MS ? { value: ms } : { expected: 'at most 24h' };
}

export function count(text: string): Reading<number> {
  return /^[1-9]\d{0,8}$/.test(text) ? { value: Number(text) } : { expected: 'a whole number from 1 on' };
}

export function countFromZero(text: string): Reading<number> {
  return /^\d{1,9}$/.test(text) ? { value: Number(text) } : { expected: 'a whole number' };
}

export function list(text: string): Reading<readonly string[]> {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return parts.length > 0 ? { value: parts } : { expected: 'at least one name; several are separated by commas' };
}

export function timeframe(text: string): Reading<Timeframe | 'auto'> {
  if (text === 'auto' || isTimeframe(text)) return { value: text };
  return { expected: `auto or one of ${TIMEFRAMES.join(' ')}` };
}

/** One spelling for one address: cache and ledger are named by it. */
export function baseUrl(text: string): Reading<string> {
  const plain = 'an https:// address (http:// only on this machine itself) without user, query or fragment';
  if (!isSafeBaseUrl(text)) return { expected: plain };
  return { value: new URL(text).href.replace(/\/+$/, '') };
}

/** Without signs that a URL parser moves or drops, so that the host is the one that a reader sees, and one place has one spelling. */
function isSafeBaseUrl(text: string): boolean {
  if (!/^https?:\/\/[^\s@?#\\%/]+(\/[^\s@?#\\%/]+)*\/*$/i.test(text) || !URL.canParse(text)) return false;
  const { hostname, protocol } = new URL(text);
  // With a dot at its end it would be the same host with a quota counted anew.
  if (hostname.endsWith('.')) return false;
  return protocol === 'https:' || ['127.0.0.1', 'localhost', '[::1]'].includes(hostname);
}

/** Empty: none, so that a run can do without the one that is set elsewhere. */
export function pingUrl(text: string): Reading<string> {
  const url = URL.parse(text);
  const isFit = url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '';
  return isFit || text === ''
    ? { value: text }
    : { expected: 'an http:// or https:// address without a password in it' };
}

export function anyText(text: string): Reading<string> {
  return { value: text };
}

export function pathText(text: string): Reading<string> {
  if (text === '') return { expected: 'not empty' };
  // A folder called $HOME or ~name is nobody's wish.
  if (/^(~[^/]|\$)/.test(text)) return { expected: 'a path, in which only ~/ at its start stands for a folder' };
  return text.includes('\0') ? { expected: 'a path' } : { value: text };
}

export function oneOf<const T extends string>(choices: readonly T[], expected: string): (text: string) => Reading<T> {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    return found === undefined ? { expected } : { value: found };
  };
}
