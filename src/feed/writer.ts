/** Writing the feed: checked first, then whole or not at all. */
import type { Feed } from '../core/feed.ts';
import { writeFileAtomic, type AtomicWrite } from '../platform/atomic-file.ts';
import { escapeControl } from '../platform/text.ts';
import { firstIssue } from './parse.ts';
import { isSoundSignal } from './sound-signal.ts';

/**
 * Writes `feed` to `file`. A feed that breaks its own schema is a bug and is not written: code `invalid-feed`, and the detail
 * names the path in the feed. On every failure an older feed stays as it was.
 */
export async function writeFeed(
  file: string,
  feed: Feed,
  write: (file: string, text: string) => Promise<AtomicWrite> = writeFileAtomic,
): Promise<AtomicWrite> {
  const isSound =
    Array.isArray(feed.signals) &&
    feed.signals.every(isSoundSignal) &&
    firstIssue({ ...feed, signals: [] }, 'refuse-added') === null;
  const issue = isSound ? null : firstIssue(feed, 'refuse-added');
  if (issue !== null) {
    const detail = `${file} was not written, because the feed breaks its schema at ${issue}. This is a bug in perpscan`;
    return { ok: false, code: 'invalid-feed', detail };
  }
  return write(file, feedText(feed));
}

/**
 * JSON with one signal per line, so that two feeds can be compared line by line, and a newline at the end. Control characters in
 * names are escaped, so that `cat` is safe.
 */
export function feedText({ signals, ...head }: Pick<Feed, 'signals'>): string {
  const lines = [
    '{',
    ...Object.entries(head).map(([name, value]) => `${jsonOf(name)}:${jsonOf(value)},`),
    '"signals":[',
    signals.map(jsonOf).join(',\n'),
    ']}',
    '',
  ];
  return lines.join('\n');
}

function jsonOf(value: unknown): string {
  return escapeControl(JSON.stringify(value));
}
