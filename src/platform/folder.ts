/** Folders: made without hanging, and what can be said of one before it is needed. */
import { accessSync, constants, mkdirSync, statfsSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';

/**
 * Makes `folder` and what is missing above it, the new ones with `mode`. One level at a time: the recursive mkdir of Node
 * never returns where a folder exists but refuses members as if it did not, as /proc does.
 *
 * @throws the system's error, with its `code`
 */
export function makeFolder(folder: string, mode = 0o777): void {
  const missing: string[] = [];
  let level = path.resolve(folder);
  while (!isFolder(level)) {
    missing.push(level);
    const parent = path.dirname(level);
    if (parent === level) break;
    level = parent;
  }
  for (const one of missing.reverse()) makeOne(one, mode);
}

function makeOne(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (errnoOf(error) !== 'EEXIST' || !isFolder(folder)) throw error;
  }
}

/** The user's home: HOME, or without it what the system has written down. Null without either, and never a relative path. */
export function homeFolder(
  env: Readonly<Record<string, string | undefined>>,
  writtenDown: () => string = () => userInfo().homedir,
): string | null {
  const home = absoluteOf(env['HOME']);
  if (home !== null) return home;
  try {
    return absoluteOf(writtenDown());
  } catch {
    // A user without an entry, as in containers.
    return null;
  }
}

/** A variable that names a folder, which may not depend on the current one; null for what is not set or relative. */
export function absoluteOf(text: string | undefined): string | null {
  return text !== undefined && path.isAbsolute(text.trim()) ? text.trim() : null;
}

/** A path that cannot be looked at counts as missing: making it tells why. */
function isFolder(folder: string): boolean {
  try {
    return statSync(folder).isDirectory();
  } catch {
    return false;
  }
}

/** What can be said of a place where files are to be written. */
export type FolderState =
  | {
      readonly ok: true;
      /** True: it is there. False: it would be made in `nearest`. */
      readonly exists: boolean;
      /** The folder itself, or the nearest one above it that exists. */
      readonly nearest: string;
      /** Bytes that this user may still write there; null when the system does not say. */
      readonly freeBytes: number | null;
    }
  /** Nothing can be written there: `nearest` is in the way or refuses it, `code` is an errno. */
  | { readonly ok: false; readonly nearest: string; readonly code: string };

/** Whether files could be written in `folder`, or a missing one be made. Writes nothing; never throws. */
export function inspectFolder(folder: string): FolderState {
  let level = path.resolve(folder);
  try {
    while (!exists(level)) level = path.dirname(level);
    if (!statSync(level).isDirectory()) return { ok: false, nearest: level, code: 'ENOTDIR' };
    // The superuser passes this check anywhere, also where the file system takes no files at all.
    accessSync(level, constants.W_OK | constants.X_OK);
    const freeBytes = freeBytesOf(level);
    if (freeBytes.total === 0 && level !== path.resolve(folder)) return { ok: false, nearest: level, code: 'EPERM' };
    return { ok: true, exists: level === path.resolve(folder), nearest: level, freeBytes: freeBytes.available };
  } catch (error) {
    return { ok: false, nearest: level, code: errnoOf(error) };
  }
}

function exists(file: string): boolean {
  try {
    statSync(file);
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return false;
    throw error;
  }
}

function freeBytesOf(folder: string): { readonly available: number | null; readonly total: number | null } {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { available: bavail * bsize, total: blocks * bsize };
  } catch {
    // Some file systems do not tell; that is no fault of theirs.
    return { available: null, total: null };
  }
}

/** The system's name of an error, e.g. `EACCES`; `UNKNOWN` for what is none of its errors. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
