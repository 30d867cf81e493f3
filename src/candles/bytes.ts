/** The bytes of a candle file, read so that no file can block or flood the process. */
import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { FileSkipReason } from '../core/candles.ts';

/** The limit of a file, before and after unpacking. */
export const LARGEST_FILE_BYTES = 64 * 1024 * 1024;

export interface Failure {
  readonly ok: false;
  readonly reason: FileSkipReason;
  /** What is wrong and what helps. */
  readonly detail: string;
}

/** `modifiedAt` in ms UTC. */
export type BytesReading = { readonly ok: true; readonly bytes: Buffer; readonly modifiedAt: number } | Failure;

export const TOO_LARGE = `it is larger than ${LARGEST_FILE_BYTES / 1024 / 1024} MiB: keep the newest candles only`;

export const NOT_A_FILE = 'it is a pipe, socket, device or folder, not a file';

/** Room behind the bytes of a file in the same memory, a zero first: who scans in words need not look for the end. */
export const END_BYTES = 16;

/** Without O_NONBLOCK, opening a named pipe would wait for its writer for ever. */
const FLAGS = constants.O_RDONLY | constants.O_NONBLOCK;

/** Most files fit; one buffer for each of thousands would be most of what reading costs. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);

/** A file written less than this long ago may still be written to. File systems keep times as coarse as that. */
const QUIET_MS = 2_000;

/**
 * The file's content as it is on disk. A file that changes meanwhile is read once more. The bytes may be overwritten by the next
 * call: what has to last is copied.
 *
 * @param now wall clock, ms UTC
 */
export function readBytes(file: string, now: number): BytesReading {
  const quiet = readQuiet(file, now);
  if (quiet !== null) return quiet;
  try {
    const reading = readStable(file) ?? readStable(file);
    if (reading === null) {
      return failed('changed-while-reading', 'it changed while it was read: write it to another name and rename it');
    }
    return reading;
  } catch (error) {
    return failed(errorCode(error) === 'ENXIO' ? 'not-a-file' : 'unreadable', describeErrno(error));
  }
}

/**
 * Most files were written long before the run and fit into the shared memory: one look at their state, behind the reading, says
 * that nobody wrote to them meanwhile. Null for every other file.
 */
function readQuiet(file: string, now: number): BytesReading | null {
  let descriptor: number | null = null;
  try {
    descriptor = openSync(file, FLAGS);
    const length = readSync(descriptor, shared, 0, shared.length - END_BYTES, null);
    const stats = fstatSync(descriptor);
    if (!stats.isFile() || stats.size !== length || !(stats.mtimeMs < now - QUIET_MS)) return null;
    shared[length] = 0;
    return { ok: true, bytes: shared.subarray(0, length), modifiedAt: Math.floor(stats.mtimeMs) };
  } catch {
    // The careful reading meets the same error and says what it means.
    return null;
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** Null when the file changed meanwhile. Synchronous: measured faster than promises for many small files. */
function readStable(file: string): BytesReading | null {
  const descriptor = openSync(file, FLAGS);
  try {
    const before = fstatSync(descriptor);
    if (!before.isFile()) return failed('not-a-file', NOT_A_FILE);
    if (before.size > LARGEST_FILE_BYTES) return failed('too-large', TOO_LARGE);
    const memory = before.size + END_BYTES <= shared.length ? shared : Buffer.allocUnsafeSlow(before.size + END_BYTES);
    const bytes = memory.subarray(0, before.size);
    let length = 0;
    while (length < before.size) {
      const read = readSync(descriptor, bytes, length, before.size - length, length);
      if (read === 0) break;
      length += read;
    }
    if (length !== before.size || !isSame(before, fstatSync(descriptor))) return null;
    memory[length] = 0;
    return { ok: true, bytes, modifiedAt: Math.floor(before.mtimeMs) };
  } finally {
    closeSync(descriptor);
  }
}

function isSame(before: Stats, after: Stats): boolean {
  return before.size === after.size && before.mtimeMs === after.mtimeMs;
}

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export function readGzip(bytes: Buffer): { readonly ok: true; readonly bytes: Buffer } | Failure {
  try {
    return { ok: true, bytes: gunzipSync(bytes, { maxOutputLength: LARGEST_FILE_BYTES }) };
  } catch (error) {
    switch (errorCode(error)) {
      case 'ERR_BUFFER_TOO_LARGE':
        return failed('too-large', `unpacked, ${TOO_LARGE}`);
      case 'Z_BUF_ERROR':
        return failed('truncated-gzip', `its gzip stream ends early, after ${bytes.length} bytes: download it again`);
      default:
        return failed('invalid-gzip', 'its gzip stream is damaged: download it again');
    }
  }
}

export function failed(reason: FileSkipReason, detail: string): Failure {
  return { ok: false, reason, detail };
}

/** One sentence for an error of the file system. */
export function describeErrno(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return 'it may not be read by this user: check its permissions';
    case 'ENOENT':
    case 'ENOTDIR':
      return 'no such file or folder';
    case 'ELOOP':
      return 'it is a link that leads back to itself';
    case 'ENAMETOOLONG':
      return 'its name is longer than the system allows: shorten it';
    case 'EIO':
    case 'ESTALE':
      return `its disk does not answer (${code}): look at the disk or the network share`;
    case 'ENXIO':
      return 'it is a socket or device, not a file';
    default:
      return `the system refused to read it (${code})`;
  }
}

/** True when the path, or the target of the link, does not exist. */
export function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR'].includes(errorCode(error));
}

export function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'unknown error';
}
