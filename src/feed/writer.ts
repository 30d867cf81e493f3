/** Writing the feed: checked first, then whole or not at all. */
import type { Feed } from '../core/feed.ts';
import type { Signal } from '../core/signal.ts';
import { writeFileAtomic, type AtomicWrite } from '../platform/atomic-file.ts';
import { escapeControl } from '../platform/text.ts';
import { firstIssue } from './parse.ts';
import { isSealed, openSignal, sealedPieces, signalText, type SealedSignal } from './sealed-signal.ts';
import { isSoundSignal } from './sound-signal.ts';

type AnyFeed = Feed<Signal | SealedSignal>;

/**
 * Writes `feed` to `file`. A feed that breaks its own schema is a bug and is not written: code `invalid-feed`, and the detail
 * names the path in the feed. On every failure an older feed stays as it was.
 */
export async function writeFeed(
  file: string,
  feed: AnyFeed,
  write: (file: string, text: Iterable<string | Uint8Array>) => Promise<AtomicWrite> = writeFileAtomic,
): Promise<AtomicWrite> {
  const issue = issueIn(feed);
  if (issue !== null) {
    const detail = `${file} was not written, because the feed breaks its schema at ${issue}. This is a bug in perpscan`;
    return { ok: false, code: 'invalid-feed', detail };
  }
  return write(file, feedPieces(feed));
}

function issueIn({ signals, ...head }: AnyFeed): string | null {
  const isList: boolean = Array.isArray(signals);
  const isSound =
    isList && signals.every(isPlainlyRight) && firstIssue({ ...head, signals: [] }, 'refuse-added') === null;
  if (isSound) return null;
  const opened = isList ? signals.map((signal) => (isSealed(signal) ? openSignal(signal) : signal)) : signals;
  return firstIssue({ ...head, signals: opened }, 'refuse-added');
}

function isPlainlyRight(signal: Signal | SealedSignal): boolean {
  return isSealed(signal) ? signal.doubtful === null : isSoundSignal(signal);
}

/** The text of `feedPieces` as a whole. */
export function feedText(feed: Pick<AnyFeed, 'signals'>): string {
  return [...feedPieces(feed)].join('');
}

/**
 * JSON with one signal per line, so that two feeds can be compared line by line, and a newline at the end; in pieces that make the
 * whole one after the other. Control characters in names are escaped, so that `cat` is safe.
 */
export function* feedPieces({ signals, ...head }: Pick<AnyFeed, 'signals'>): Generator<string | Buffer> {
  const names = Object.entries(head).map(([name, value]) => `${jsonOf(name)}:${jsonOf(value)},\n`);
  yield `{\n${names.join('')}"signals":[\n`;
  let separator = '';
  for (const signal of signals) {
    yield separator;
    if (isSealed(signal)) yield* sealedPieces(signal);
    else yield signalText(signal);
    separator = ',\n';
  }
  yield '\n]}\n';
}

function jsonOf(value: unknown): string {
  return escapeControl(JSON.stringify(value));
}
