/** Text for people: names that are safe to print, near misses, durations, prices. */
import { DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS } from '../core/time.ts';

/** Control, format (bidi, zero width), surrogate and line-separating characters: what a terminal obeys instead of showing. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

const SHORT_ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** What the system means by the codes that a user meets. */
const SYSTEM_ERRORS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'there is no such file or folder',
  ENOTDIR: 'a part of the path is a file, not a folder',
  EISDIR: 'it is a folder',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the disk is read-only',
  EIO: 'the disk reports an error',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'the name is too long',
  ELOOP: 'it is a link that leads back to itself',
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'this machine has no such address',
};

/** Two columns wide on a terminal. */
const WIDE = /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{Emoji_Presentation}\u3000-\u303e\uff01-\uff60]/u;
const COMBINING = /\p{M}/u;

/** Significant digits that a price is shown with; digits before the point are never rounded away. */
const PRICE_DIGITS = 6;

/**
 * One line that a terminal cannot be steered with: `\n`, `\t`, else `\uXXXX` for each UTF-16 unit. Applied to JSON text,
 * which has no raw control characters outside its strings, it stays JSON of the same value.
 */
export function escapeControl(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => SHORT_ESCAPES[character] ?? escapeUnits(character));
}

function escapeUnits(character: string): string {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

/** An error of the operating system in words, else its message. */
export function describeSystemError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  return SYSTEM_ERRORS[code] ?? error.message;
}

/** Columns that `text`, without control characters, takes on a terminal. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const character of text) width += COMBINING.test(character) ? 0 : WIDE.test(character) ? 2 : 1;
  return width;
}

/** The candidate that `word` was most likely meant to be, or null when none is near: at most one edit in three letters, case ignored. */
export function closest(word: string, candidates: readonly string[]): string | null {
  const wanted = word.toLowerCase();
  let best: string | null = null;
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    // The difference in length is the least there can be; it spares the table for names that are far too long.
    if (Math.abs(candidate.length - wanted.length) >= least) continue;
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance >= least) continue;
    least = distance;
    best = candidate;
  }
  return best;
}

/** Insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b` (optimal string alignment). */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1];
      let distance = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      if (swapped) distance = Math.min(distance, beforeLast[column - 2]! + 1);
      current.push(distance);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}

/** The two largest units that matter: `850 ms`, `4.2 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`;
  if (ms > 0 && Math.round(ms) < SECOND_MS) return `${Math.round(ms)} ms`;
  if (Math.round(ms / 100) < 600) return `${Number((ms / SECOND_MS).toFixed(1))} s`;
  if (Math.round(ms / SECOND_MS) < 3_600) return inUnits(ms, MINUTE_MS, 'min', SECOND_MS, 's');
  if (Math.round(ms / MINUTE_MS) < 1_440) return inUnits(ms, HOUR_MS, 'h', MINUTE_MS, 'min');
  return inUnits(ms, DAY_MS, 'd', HOUR_MS, 'h');
}

function inUnits(ms: number, largeMs: number, large: string, smallMs: number, small: string): string {
  const smalls = Math.round(ms / smallMs);
  const perLarge = largeMs / smallMs;
  const rest = smalls % perLarge;
  return `${Math.floor(smalls / perLarge)} ${large}${rest === 0 ? '' : ` ${rest} ${small}`}`;
}

/** Six significant digits, never an exponent, no trailing zeros: `92951`, `0.00001234`, `1234567`. */
export function formatPrice(price: number): string {
  if (price === 0) return '0';
  const magnitude = Math.floor(Math.log10(Math.abs(price)));
  const decimals = Math.min(100, Math.max(0, PRICE_DIGITS - 1 - magnitude));
  const text = price.toFixed(decimals);
  return text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}
