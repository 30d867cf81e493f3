/** Folders: made without hanging, the user's own ones, and what can be said of one before it is needed. */
import {
  accessSync,
  constants,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import path from 'node:path';
import { ConfigError } from '../core/config-error.ts';

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
function absoluteOf(text: string | undefined): string | null {
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
  /** Nothing can be written there: `nearest` is in the way or refuses it, `code` is an errno; `ENOENT` for a link that leads nowhere. */
  | { readonly ok: false; readonly nearest: string; readonly code: string };

/** Whether files could be written in `folder`, or a missing one be made. Writes nothing; never throws. */
export function inspectFolder(folder: string): FolderState {
  let level = path.resolve(folder);
  try {
    while (!exists(level)) {
      if (isLink(level)) return { ok: false, nearest: level, code: 'ENOENT' };
      level = path.dirname(level);
    }
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

/** Whether there is anything of this name, also a link that leads nowhere or in a circle. */
export function hasEntry(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A folder above it that may not be looked into holds nothing for this user.
    return false;
  }
}

function isLink(file: string): boolean {
  return lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink() === true;
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

/**
 * `~` and `~/...` as a shell understands them; any other text as it is.
 * @throws ConfigError for a user without a home
 */
export function expandHome(text: string, env: Readonly<Record<string, string | undefined>>): string {
  if (text !== '~' && !text.startsWith('~/')) return text;
  const home = homeFolder(env);
  if (home === null) throw new ConfigError(`${text}: HOME is not set, and the system knows no home for this user`, 78);
  return path.join(home, text.slice(1));
}

/** By what it is for: the variable that names its parent, where that is in the home, and where in systemd's folder for a unit. */
const USER_FOLDERS = {
  config: ['XDG_CONFIG_HOME', '.config', null],
  cache: ['XDG_CACHE_HOME', '.cache', 'cache'],
  state: ['XDG_STATE_HOME', '.local/state', ''],
} as const;

/**
 * The folder that this user has for perpscan, the same from wherever it is started; null when nothing names one. A relative
 * XDG path is ignored, as the XDG specification says.
 */
export function userFolder(
  env: Readonly<Record<string, string | undefined>>,
  purpose: keyof typeof USER_FOLDERS,
): string | null {
  const [variable, inHome, inUnit] = USER_FOLDERS[purpose];
  const base = absoluteOf(env[variable]);
  if (base !== null) return path.join(base, 'perpscan');
  const home = homeFolder(env);
  if (home !== null) return path.join(home, inHome, 'perpscan');
  // It may be several, with a colon between.
  const unit = absoluteOf(env['STATE_DIRECTORY']?.split(':')[0]);
  return unit === null || inUnit === null ? null : path.join(unit, inUnit);
}

/** Whether `file`, which may be missing, is in `folder` or is it, once links are followed. What cannot be followed is not. */
export function liesIn(file: string, folder: string): boolean {
  try {
    const way = path.relative(leadsTo(folder), leadsTo(file));
    return way !== '..' && !way.startsWith(`..${path.sep}`) && !path.isAbsolute(way);
  } catch {
    return false;
  }
}

function leadsTo(file: string): string {
  try {
    return realpathSync.native(file);
  } catch (error) {
    // A link to something missing has an entry of its own.
    if (errnoOf(error) !== 'ENOENT' || lstatSync(file, { throwIfNoEntry: false }) !== undefined) throw error;
    return path.join(leadsTo(path.dirname(file)), path.basename(file));
  }
}

/**
 * The file that `file` leads to over links, also where there is nothing yet.
 * @throws the system's error, with its `code`
 */
export function followLinks(file: string): string {
  try {
    return realpathSync(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error;
  }
  if (!isLink(file)) return file;
  return followLinks(path.resolve(realpathSync(path.dirname(file)), readlinkSync(file)));
}

/** Whether something is mounted exactly here, as a container does with a single file; false where the system does not tell. */
export function isMountPoint(place: string): boolean {
  try {
    const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
    return mounts.some((line) => unescaped(line.split(' ')[4] ?? '') === place);
  } catch {
    // Not Linux: there a single file cannot be mounted.
    return false;
  }
}

/** Blanks stand in it as `\040`. */
function unescaped(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** The system's name of an error, e.g. `EACCES`; `UNKNOWN` for what is none of its errors. */
export function errnoOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}
