/** The feed that a run replaces, read from its file. */
import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { readPrevious, type FeedFile, type ParsedPrevious, type PreviousFeed } from '../feed/previous.ts';
import { describeSystemError } from '../platform/text.ts';
import type { Tell } from './events.ts';

/** Null when there is none that can be read: writing will tell what is wrong with the file. */
export function previousFeed(file: string, tell: Tell): PreviousFeed | null {
  try {
    // Reading a named pipe would wait for its writer for ever.
    if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) return null;
    const previous = readFile(file);
    if (previous.ok) return previous.feed;
    tell({
      type: 'warned',
      text: `not compared with the previous feed, in whose place this run writes a new one: ${previous.detail}`,
    });
  } catch (error) {
    const text = `not compared with the previous feed: ${file} cannot be read (${describeSystemError(error)})`;
    tell({ type: 'warned', text });
  }
  return null;
}

function readFile(file: string): ParsedPrevious {
  const descriptor = openSync(file, 'r');
  try {
    let bytes = Buffer.alloc(0);
    const read: FeedFile['read'] = (offset, length) => {
      if (bytes.length < length) bytes = Buffer.allocUnsafe(length);
      return bytes.subarray(0, readSync(descriptor, bytes, 0, length, offset));
    };
    return readPrevious({ size: fstatSync(descriptor).size, read }, file);
  } finally {
    closeSync(descriptor);
  }
}
