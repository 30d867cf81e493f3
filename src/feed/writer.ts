/** Writing the feed: whole or not at all, and only finite numbers. */
import type { FeedContent } from '../core/feed.ts';
import { writeFileAtomic, type AtomicWrite } from '../platform/atomic-file.ts';
import { escapeControl } from '../platform/text.ts';
import { jqPath } from './problem.ts';

/** The feed holds something that JSON cannot say, e.g. NaN, which it would silently turn into null. */
export class InvalidFeed extends Error {
  readonly code = 'invalid-feed';
  /** As jq writes it. */
  readonly path: string;
  constructor(path: string, value: unknown) {
    super(`${path} is ${String(value)}`);
    this.name = 'InvalidFeed';
    this.path = path;
  }
}

/**
 * Writes `feed` to `file`. A feed with a number that is not finite is a bug and is not written: code `invalid-feed`, and the detail
 * names the path in the feed. On every failure an older feed stays as it was.
 */
export async function writeFeed(
  file: string,
  feed: FeedContent,
  write: (file: string, text: Iterable<string | Uint8Array>) => Promise<AtomicWrite> = writeFileAtomic,
): Promise<AtomicWrite> {
  const invalid: InvalidFeed[] = [];
  const result = await write(file, noting(feedPieces(feed), invalid));
  const [first] = invalid;
  if (first === undefined) return result;
  return {
    ok: false,
    code: first.code,
    detail: `${file} was not written: ${first.message}. This is a bug in perpscan`,
  };
}

/** Writing answers with a failure whatever was thrown; what made the feed invalid is noted for the one who asked. */
function* noting(pieces: Iterable<string>, invalid: InvalidFeed[]): Generator<string> {
  try {
    yield* pieces;
  } catch (error) {
    if (error instanceof InvalidFeed) invalid.push(error);
    throw error;
  }
}

/**
 * The text of `feedPieces` as a whole.
 * @throws InvalidFeed
 */
export function feedText(feed: FeedContent): string {
  return [...feedPieces(feed)].join('');
}

/**
 * JSON with one market and one signal per line, so that two feeds can be compared line by line, and a newline at the end; in pieces
 * that make the whole one after the other. Rows are asked for one by one. Control characters in names are escaped, so that `cat` is safe.
 * @throws InvalidFeed
 */
export function* feedPieces(feed: FeedContent): Generator<string> {
  let before = '{\n';
  for (const name of ['schema_version', 'last_updated', 'run', 'summary'] as const) {
    yield `${before}"${name}":`;
    yield jsonOf(feed[name], [name]);
    before = ',\n';
  }
  for (const name of ['markets', 'recent', 'signals'] as const) {
    yield `,\n"${name}":[`;
    let index = 0;
    for (const row of rowsOf(feed, name)) {
      yield index === 0 ? '\n' : ',\n';
      yield jsonOf(row, [name, index]);
      index += 1;
    }
    yield '\n]';
  }
  yield '}\n';
}

/** @throws InvalidFeed for what holds no rows: it would end the write with no word of where it stands */
function rowsOf(feed: FeedContent, name: 'markets' | 'recent' | 'signals'): Iterable<unknown> {
  const rows: unknown = feed[name];
  if (typeof rows === 'object' && rows !== null && Symbol.iterator in rows) return feed[name];
  throw new InvalidFeed(jqPath([name]), rows);
}

function jsonOf(value: unknown, at: readonly PropertyKey[]): string {
  if (!isJson(value)) throw invalidIn(value, at);
  return printable(JSON.stringify(value));
}

/** Whether JSON says all of `value`. Objects are walked with `in`, which is the fastest: they are plain data. */
function isJson(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object') return typeof value === 'string' || typeof value === 'boolean';
  if (value === null) return true;
  if (Array.isArray(value)) {
    // By index: the methods of arrays pass over holes, which JSON fills with null.
    for (let index = 0; index < value.length; index += 1) if (!isJson(value[index])) return false;
    return true;
  }
  // A date, for one, says itself what it is in JSON, and an invalid one says null.
  if ('toJSON' in value) return false;
  for (const name in value) if (!isJson((value as Readonly<Record<string, unknown>>)[name])) return false;
  return true;
}

/** Where the first thing is that JSON cannot say. */
function invalidIn(value: unknown, at: readonly PropertyKey[]): InvalidFeed {
  if (typeof value !== 'object' || value === null) return new InvalidFeed(jqPath(at), value);
  const members: readonly (readonly [PropertyKey, unknown])[] = Array.isArray(value)
    ? [...(value as readonly unknown[]).entries()]
    : Object.entries(value);
  const bad = members.find(([, member]) => !isJson(member));
  return bad === undefined ? new InvalidFeed(jqPath(at), value) : invalidIn(bad[1], [...at, bad[0]]);
}

/** Escapes what a terminal would obey. Nearly all text is plain, which counting its bytes shows faster than any expression. */
function printable(text: string): string {
  const isPlain = Buffer.byteLength(text) === text.length && !text.includes('\x7f');
  return isPlain ? text : escapeControl(text);
}
