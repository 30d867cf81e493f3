/** Files that are written whole or not at all: temp in the same folder, fsync, rename, fsync of the folder. */
import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import { open, readdir, realpath, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { makeFolder } from './folder.ts';

/** The calls that writing makes, so that a test can let each of them fail. */
export interface AtomicFileSystem {
  mkdir(folder: string): Promise<void>;
  /** The file a link leads to; rejects with ENOENT when there is nothing yet. */
  realpath(file: string): Promise<string>;
  /** True when `file` is a pipe, socket or device; false also when there is nothing. */
  isSpecial(file: string): Promise<boolean>;
  open(file: string, flags: 'wx' | 'r', mode?: number): Promise<OpenFile>;
  rename(from: string, to: string): Promise<void>;
  remove(file: string): Promise<void>;
}

interface OpenFile {
  /** May write fewer bytes than asked. */
  write(bytes: Uint8Array, offset: number, length: number): Promise<{ readonly bytesWritten: number }>;
  sync(): Promise<void>;
  stat(): Promise<{ readonly size: number }>;
  close(): Promise<void>;
}

export type AtomicWrite =
  | {
      readonly ok: true;
      readonly bytes: number;
      /** Set when the new file is in place but might not survive a power cut. */
      readonly warning: string | null;
    }
  /** Whatever was there before is untouched. `code` is an errno such as `ENOSPC`, or `not-a-file`. `detail` names file, step and remedy. */
  | { readonly ok: false; readonly code: string; readonly detail: string };

export const nodeFileSystem: AtomicFileSystem = {
  mkdir: async (folder) => makeFolder(folder),
  realpath: (file) => realpath(file),
  isSpecial: async (file) => {
    const found = statSync(file, { throwIfNoEntry: false });
    return found !== undefined && !found.isFile() && !found.isDirectory();
  },
  open: (file, flags, mode) => open(file, flags, mode),
  rename: (from, to) => rename(from, to),
  remove: (file) => rm(file, { force: true }),
};

const MODE = 0o644;

/** One write: large enough that calls cost nothing beside the disk. */
const BUFFER_BYTES = 1 << 18;
/** In UTF-8, of a UTF-16 unit. */
const MOST_BYTES_PER_UNIT = 3;

const REMEDIES: Readonly<Record<string, string>> = {
  ENOSPC: 'free some space on that disk',
  EDQUOT: 'free some space within your disk quota',
  EFBIG: 'raise the limit on the size of files (ulimit -f)',
  EACCES: 'make its folder writable or choose another place',
  EPERM: 'make its folder writable or choose another place',
  ENOENT: 'its folder cannot be made there: choose another place',
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

/**
 * Writes `text` as UTF-8, whole or in pieces, of which bytes are taken as they are; pieces are asked for one by one, so that a large text never stands in memory as a whole.
 * Missing folders are made; a link stays a link and the file it leads to is replaced. Never rejects.
 */
export async function writeFileAtomic(
  file: string,
  text: string | Iterable<string | Uint8Array>,
  fs: AtomicFileSystem = nodeFileSystem,
): Promise<AtomicWrite> {
  const progress: Progress = { step: 'making its folder', temp: null };
  try {
    await fs.mkdir(path.dirname(file));
    progress.step = 'looking where it leads';
    const target = await targetOf(file, fs);
    // The rename would put a plain file in the place of /dev/null.
    if (await fs.isSpecial(target)) throw Object.assign(new Error('no file'), { code: 'not-a-file' });
    const temp = tempName(target);
    const bytes = await writeTemp(temp, typeof text === 'string' ? [text] : text, fs, progress);
    progress.step = 'replacing the old one';
    await fs.rename(temp, target);
    return { ok: true, bytes, warning: await syncFolder(path.dirname(target), fs) };
  } catch (error) {
    const orphan = progress.temp === null ? null : await removeTemp(progress.temp, fs);
    const code = codeOf(error);
    const remedy = REMEDIES[code] ?? `the system says: ${messageOf(error)}`;
    const left = orphan === null ? '' : `; ${orphan}`;
    return { ok: false, code, detail: `${file} could not be written (${progress.step}: ${code}): ${remedy}${left}` };
  } finally {
    if (progress.temp !== null) writing.delete(path.basename(progress.temp));
  }
}

/** Names of this process's temps. One that carries its id and is not among them is of an earlier process with the same id, as in containers. */
const writing = new Set<string>();

/** How far a write has come, for the message of its failure. */
interface Progress {
  step: string;
  /** Set once it exists. */
  temp: string | null;
}

async function targetOf(file: string, fs: AtomicFileSystem): Promise<string> {
  try {
    return await fs.realpath(file);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return file;
    throw error;
  }
}

function tempName(target: string): string {
  return `${target}.${process.pid}.${randomBytes(6).toString('hex')}.tmp`;
}

/** How many bytes it has. */
async function writeTemp(
  temp: string,
  pieces: Iterable<string | Uint8Array>,
  fs: AtomicFileSystem,
  progress: Progress,
): Promise<number> {
  progress.step = 'opening a temporary file beside it';
  const handle = await fs.open(temp, 'wx', MODE);
  progress.temp = temp;
  writing.add(path.basename(temp));
  try {
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
    return length;
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
    return `the folder ${folder} could not be flushed (${codeOf(error)}): the new file may not survive a power cut`;
  }
}

/** What was left behind, or null. */
async function removeTemp(temp: string, fs: AtomicFileSystem): Promise<string | null> {
  try {
    await fs.remove(temp);
    return null;
  } catch (error) {
    return `${temp} was left behind (${codeOf(error)})`;
  }
}

/**
 * Removes temps of `file` that were left by processes which no longer run, e.g. after kill -9. Answers with the names
 * removed, and with a sentence for each that could not be. A missing folder holds none.
 */
export async function removeDeadTemps(
  file: string,
): Promise<{ readonly removed: readonly string[]; readonly problems: readonly string[] }> {
  const removed: string[] = [];
  const problems: string[] = [];
  try {
    const target = await targetOf(file, nodeFileSystem);
    const folder = path.dirname(target);
    for (const name of (await readdir(folder)).sort()) {
      const pid = writerOf(name, path.basename(target));
      if (pid === null || (pid === process.pid ? writing.has(name) : isAlive(pid))) continue;
      const problem = await removeTemp(path.join(folder, name), nodeFileSystem);
      if (problem === null) removed.push(name);
      else problems.push(problem);
    }
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') problems.push(`the folder of ${file} could not be read (${codeOf(error)})`);
  }
  return { removed, problems };
}

/** The process that wrote the temp `name` of the file `base`, or null when it is none. */
function writerOf(name: string, base: string): number | null {
  if (!name.startsWith(`${base}.`)) return null;
  const match = /^(\d{1,10})\.[0-9a-f]{12}\.tmp$/.exec(name.slice(base.length + 1));
  return match === null ? null : Number(match[1]);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it runs, as somebody else.
    return codeOf(error) !== 'ESRCH';
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : 'UNKNOWN';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
