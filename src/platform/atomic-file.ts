/** Files that are written whole or not at all: temp in the same folder, fsync, rename, fsync of the folder. */
import { statSync } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { SECOND_MS } from '../core/time.ts';
import { systemClock, type Clock } from './clock.ts';
import { errnoOf, followLinks, makeFolder } from './folder.ts';
import { holdTemp, releaseTemp, removeTemp, tempName } from './temps.ts';

/** The calls that writing makes, so that a test can let each of them fail. */
export interface AtomicFileSystem {
  mkdir(folder: string): Promise<void>;
  /** The file that `file` leads to over links, also where there is nothing yet. */
  followLinks(file: string): Promise<string>;
  /** Null when there is nothing. */
  look(file: string): Promise<Standing | null>;
  open(file: string, flags: 'wx' | 'r', mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
}

/** What stands in the place of the new file. */
interface Standing {
  /** A pipe, socket or device. */
  readonly isSpecial: boolean;
  readonly mode: number;
  readonly gid: number;
}

interface OpenFile {
  /** May write fewer bytes than asked. */
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  stat(): Promise<{ readonly size: number; readonly mode: number; readonly gid: number }>;
  chmod(mode: number): Promise<void>;
  chown(uid: number, gid: number): Promise<void>;
  close(): Promise<void>;
}

export type AtomicWrite =
  | {
      readonly ok: true;
      readonly bytes: number;
      /** Set when the new file is in place but might not survive a power cut, or may be read by others than the old one. */
      readonly warning: string | null;
    }
  /** Whatever was there before is untouched. `code` is an errno such as `ENOSPC`, or `not-a-file`. `detail` names file, step and remedy. */
  | { readonly ok: false; readonly code: string; readonly detail: string };

export const nodeFileSystem: AtomicFileSystem = {
  mkdir: async (folder) => makeFolder(folder),
  followLinks: async (file) => followLinks(file),
  look: async (file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    if (found === undefined) return null;
    return { isSpecial: !found.isFile() && !found.isDirectory(), mode: found.mode & PERMISSIONS, gid: found.gid };
  },
  open: (file, flags, mode) => open(file, flags, mode),
  rename: (from, to) => rename(from, to),
  remove: (file) => rm(file, { force: true }),
};

const PERMISSIONS = 0o777;
const SAME_USER = -1;
/** Less the umask. */
const NEW_MODE = 0o666;

/** A virus scanner or a reader on Windows holds a file for a moment: so long a rename is tried again. */
const PATIENCE_MS = 2 * SECOND_MS;
const PAUSE_MS = 100;
const HELD: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EBUSY']);

/** One write: large enough that calls cost nothing beside the disk. */
const BUFFER_BYTES = 1 << 18;
/** In UTF-8, of a UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;

export const MOUNT_ITS_FOLDER = 'mount the folder that it stands in, not the file alone';

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space on that disk',
  EDQUOT: 'free some space within your disk quota',
  EFBIG: 'raise the limit on the size of files (ulimit -f)',
  EACCES: 'make its folder writable or choose another place',
  EPERM: 'make its folder writable or choose another place',
  ENOENT: 'its folder cannot be made there: choose another place',
  EBUSY: `another program holds it, or it is a mount of its own: ${MOUNT_ITS_FOLDER}`,
  EROFS: 'that disk is read-only: choose another place',
  EISDIR: 'it is a folder: name a file',
  'not-a-file': 'it is a pipe, socket or device: name a file',
  ENOTDIR: 'a part of the path is a file: choose another place',
  EEXIST: 'a part of the path is a file: choose another place',
  ENAMETOOLONG: 'choose a shorter name',
  ELOOP: 'the link leads in a circle: remove it',
  EMFILE: 'too many open files: raise the limit (ulimit -n)',
  EIO: 'the disk reports errors: check it before you trust it again',
};

/** Codes of failures that every later write of the same run would meet, too. */
export const LASTING_FAILURES: ReadonlySet<string> = new Set(
  'EACCES EPERM EBUSY EROFS EISDIR ENOTDIR ENOENT EEXIST ELOOP ENAMETOOLONG not-a-file'.split(' '),
);

/**
 * Writes `text` as UTF-8, whole or in pieces, of which bytes are taken as they are; pieces are asked for one by one, so that a large text never stands in memory as a whole.
 * Missing folders are made; a link stays a link and the file it leads to is replaced, with the mode and, where the system allows it, the
 * group of the old one. Never rejects.
 */
export async function writeFileAtomic(
  file: string,
  text: string | Iterable<string | Uint8Array>,
  fs: AtomicFileSystem = nodeFileSystem,
  clock: Pick<Clock, 'monotonic' | 'sleep'> = systemClock,
): Promise<AtomicWrite> {
  const progress: Progress = { step: 'looking where it leads', temp: null };
  try {
    const target = await fs.followLinks(file);
    progress.step = 'making its folder';
    await fs.mkdir(path.dirname(target));
    const old = await fs.look(target);
    // The rename would put a plain file in the place of /dev/null.
    if (old?.isSpecial === true) throw Object.assign(new Error('no file'), { code: 'not-a-file' });
    const temp = tempName(target);
    const { bytes, warning } = await writeTemp(temp, typeof text === 'string' ? [text] : text, old, fs, progress);
    progress.step = 'replacing the old one';
    await renamePatiently(temp, target, fs, clock);
    const warnings = [warning, await syncFolder(path.dirname(target), fs)].filter((one) => one !== null);
    return { ok: true, bytes, warning: warnings.length === 0 ? null : warnings.join('; ') };
  } catch (error) {
    const orphan = progress.temp === null ? null : await removeTemp(progress.temp, (temp) => fs.remove(temp));
    const code = errnoOf(error);
    const remedy = REMEDIES[code] ?? `the system says: ${messageOf(error)}`;
    const left = orphan === null ? '' : `; ${orphan}`;
    return { ok: false, code, detail: `${file} could not be written (${progress.step}: ${code}): ${remedy}${left}` };
  } finally {
    if (progress.temp !== null) releaseTemp(progress.temp);
  }
}

/** How far a write has come, for the message of its failure. */
interface Progress {
  step: string;
  /** Set once it exists. */
  temp: string | null;
}

async function renamePatiently(
  temp: string,
  target: string,
  fs: AtomicFileSystem,
  clock: Pick<Clock, 'monotonic' | 'sleep'>,
): Promise<void> {
  const until = clock.monotonic() + PATIENCE_MS;
  for (;;) {
    try {
      return await fs.rename(temp, target);
    } catch (error) {
      if (!HELD.has(errnoOf(error)) || clock.monotonic() >= until) throw error;
    }
    await clock.sleep(PAUSE_MS);
  }
}

/** Mode and group of the old file. Some disks have none, and nobody may give a file to a group that they are not in. */
async function takeAfter(old: Standing, handle: OpenFile): Promise<string | null> {
  const now = await handle.stat();
  const failed: string[] = [];
  const attempt = async (what: string, change: () => Promise<void>): Promise<void> => {
    try {
      await change();
    } catch (error) {
      failed.push(`the ${what} of the old file could not be kept (${errnoOf(error)}): others may read the new one`);
    }
  };
  if (now.gid !== old.gid) await attempt('group', () => handle.chown(SAME_USER, old.gid));
  if ((now.mode & PERMISSIONS) !== old.mode) await attempt('mode', () => handle.chmod(old.mode));
  return failed.length === 0 ? null : failed.join('; ');
}

async function writeTemp(
  temp: string,
  pieces: Iterable<string | Uint8Array>,
  old: Standing | null,
  fs: AtomicFileSystem,
  progress: Progress,
): Promise<{ readonly bytes: number; readonly warning: string | null }> {
  progress.step = 'opening a temporary file beside it';
  const handle = await fs.open(temp, 'wx', old?.mode ?? NEW_MODE);
  progress.temp = temp;
  holdTemp(temp);
  try {
    progress.step = 'giving it the mode of the old one';
    const warning = old === null ? null : await takeAfter(old, handle);
    progress.step = 'writing';
    let length = 0;
    for (const bytes of encoded(pieces)) {
      for (let offset = 0; offset < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, offset, bytes.length - offset);
        // A full disk may answer with a short count instead of an error.
        if (bytesWritten <= 0) throw Object.assign(new Error('the disk took no more bytes'), { code: 'ENOSPC' });
        offset += bytesWritten;
      }
      length += bytes.length;
    }
    progress.step = 'flushing to disk';
    await handle.sync();
    const { size } = await handle.stat();
    if (size !== length) throw Object.assign(new Error(`${size} of ${length} bytes arrived`), { code: 'EIO' });
    return { bytes: length, warning };
  } finally {
    await handle.close();
  }
}

/** As UTF-8, many pieces in one; each stands until the next is asked for. */
function* encoded(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  const buffer = Buffer.allocUnsafe(BUFFER_BYTES);
  let filled = 0;
  for (const piece of pieces) {
    const isText = typeof piece === 'string';
    const most = isText ? MOST_BYTES_PER_UNIT * piece.length : piece.length;
    if (filled + most > buffer.length) {
      yield buffer.subarray(0, filled);
      filled = 0;
    }
    if (most > buffer.length) yield isText ? Buffer.from(piece, 'utf8') : piece;
    else if (isText) filled += buffer.write(piece, filled, 'utf8');
    else {
      buffer.set(piece, filled);
      filled += piece.length;
    }
  }
  yield buffer.subarray(0, filled);
}

/** The rename is done, so a failure here is no failure of the write. */
async function syncFolder(folder: string, fs: AtomicFileSystem): Promise<string | null> {
  // Windows cannot open a folder, and needs no flush of it.
  if (process.platform === 'win32') return null;
  try {
    const handle = await fs.open(folder, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    return null;
  } catch (error) {
    return `the folder ${folder} could not be flushed (${errnoOf(error)}): the new file may not survive a power cut`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
