/** A lock that the kernel frees when its holder dies, however it dies: an exclusive transaction on an empty file. */
import { accessSync, constants, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, isDamage } from './database.ts';
import { errnoOf } from './folder.ts';

export type FileLock =
  | {
      readonly state: 'locked';
      readonly db: DatabaseSync;
      /** Set when the lock file had to be mended: what was done, in one sentence. */
      readonly note: string | null;
    }
  | { readonly state: 'busy' }
  /** No lock can be taken of it; `detail` names file and reason. */
  | { readonly state: 'failed'; readonly detail: string };

/** Makes the file when it is missing, and mends it in its place when it is damaged. `busyMs`: how long to wait for who holds it. */
export function lockFile(file: string, busyMs: number): FileLock {
  const first = connect(file, busyMs);
  if (first.state === 'busy') return keepsLocks(file) ? first : noLocks(file);
  if (first.state !== 'damaged') return first;
  try {
    const note = empty(file);
    const second = connect(file, busyMs);
    if (second.state === 'locked') return { ...second, note };
    return second.state === 'damaged' ? { state: 'failed', detail: second.detail } : second;
  } catch (error) {
    return { state: 'failed', detail: `${file} is damaged and cannot be mended (${errnoOf(error)})` };
  }
}

/** SQLite calls a disk that knows no locks (ENOLCK, EACCES) busy. A file that nobody else knows tells them apart. */
function keepsLocks(file: string): boolean {
  const probe = `${file}.${process.pid}`;
  const lock = connect(probe, 0);
  if (lock.state === 'locked') lock.db.close();
  rmSync(probe, { force: true });
  return lock.state !== 'busy';
}

function noLocks(file: string): FileLock {
  return { state: 'failed', detail: `${file} cannot be locked: its disk keeps no locks` };
}

function connect(file: string, busyMs: number): FileLock | { readonly state: 'damaged'; readonly detail: string } {
  let db: DatabaseSync | null = null;
  try {
    db = new DatabaseSync(file, { timeout: busyMs });
    // Of a file that cannot be written SQLite takes a reader's lock without a word.
    accessSync(file, constants.W_OK);
    db.exec('BEGIN EXCLUSIVE');
    return { state: 'locked', db, note: null };
  } catch (error) {
    db?.close();
    if (isBusy(error)) return { state: 'busy' };
    const reason = error instanceof Error ? error.message : String(error);
    return { state: isDamage(error) ? 'damaged' : 'failed', detail: `${file} cannot be used (${reason})` };
  }
}

/**
 * A lock file is empty; what else it holds is kept beside it. The file stays the same one: were it moved or made anew, two
 * processes could each hold a lock of a file of that name. Emptied under a process that has taken the lock meanwhile it does no
 * harm, for that one neither reads nor writes it. What was done, in one sentence; null when there was nothing to do.
 */
function empty(file: string): string | null {
  const aside = `${file}.corrupt`;
  // Not copyFileSync: it never comes back when another process empties the file under it (libuv 1.52).
  const content = readFileSync(file);
  // Another process was faster: what there was is kept already.
  if (content.length === 0) return null;
  writeFileSync(aside, content, { mode: 0o600 });
  truncateSync(file);
  return `${file} was damaged; what it held is in ${aside}, and it locks again`;
}

/** Names a file apart from its path, which may be another's by now; null when there is none, or no way to look. */
export function identityOf(file: string): string | null {
  try {
    const { dev, ino } = statSync(file, { bigint: true });
    return `${dev}:${ino}`;
  } catch {
    return null;
  }
}
