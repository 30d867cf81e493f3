/** The file of a ledger: opened, made and replaced by one process at a time, so that no two count in different ones. */
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { identityOf, lockFile } from './file-lock.ts';
import { makeFolder } from './folder.ts';
import { makeTables, openTables } from './ledger-rows.ts';

export interface LedgerFile {
  readonly db: DatabaseSync;
  /** Whether the path still leads to this file: it may have been removed, or replaced. */
  isCurrent(): boolean;
  /** What was wrong with the file; null when nothing was. */
  readonly fault: 'damaged' | 'removed' | null;
}

const IN_MEMORY = ':memory:';
const LOCK_WAIT_MS = 5_000;
/** Files that belong to a database. */
const PARTS = ['', '-wal', '-shm'];

/**
 * A file that was never there is an empty ledger. One that is damaged or cut, or is gone though it `wasHere`, is made anew
 * and handed to `fill` before anybody else sees it.
 *
 * @throws Error when the file or its lock cannot be had
 */
export function openLedgerFile(file: string, fill: (db: DatabaseSync) => void, wasHere = false): LedgerFile {
  if (file === IN_MEMORY) return { db: makeTables(file), isCurrent: () => true, fault: null };
  makeFolder(path.dirname(file), 0o700);
  return underLock(file, (isMarked) => {
    const isThere = existsSync(file);
    const sound = isThere ? openTables(file) : null;
    if (sound !== null) return opened(file, sound, null);
    const fault = isThere ? 'damaged' : isMarked || wasHere ? 'removed' : null;
    if (isThere) writeFileSync(`${file}.corrupt`, readFileSync(file), { mode: 0o600 });
    makeAnew(file, fault === null ? () => undefined : fill);
    return opened(file, openTables(file)!, fault);
  });
}

function opened(file: string, db: DatabaseSync, fault: LedgerFile['fault']): LedgerFile {
  const identity = identityOf(file);
  return { db, isCurrent: () => identityOf(file) === identity, fault };
}

/** A new file takes the place of the old one at once and whole: a process that is killed leaves either. */
function makeAnew(file: string, fill: (db: DatabaseSync) => void): void {
  const fresh = `${file}.new`;
  for (const part of PARTS) rmSync(fresh + part, { force: true });
  const db = makeTables(fresh);
  fill(db);
  db.close();
  // A log that belongs to the old file would be taken for the new one's. Who still has it open keeps it without a name.
  for (const part of PARTS.slice(1)) rmSync(file + part, { force: true });
  renameSync(fresh, file);
}

/** Does `work` while no other process opens the ledger. The lock file remembers that there was one. */
function underLock<T>(file: string, work: (isMarked: boolean) => T): T {
  const lockPath = lockOf(file);
  const lock = lockFile(lockPath, LOCK_WAIT_MS);
  if (lock.state === 'failed') throw new Error(lock.detail);
  if (lock.state === 'busy') throw Object.assign(new Error(`${lockPath} is busy`), { errcode: SQLITE_BUSY });
  const { db } = lock;
  try {
    const isMarked = db.prepare('PRAGMA user_version').get()?.['user_version'] !== 0;
    const result = work(isMarked || lock.note !== null);
    if (!isMarked) db.exec('PRAGMA user_version = 1; COMMIT');
    return result;
  } finally {
    db.close();
  }
}

/** Whether there was a ledger, as far as anybody can tell. */
export function wasRemoved(file: string): boolean {
  return !existsSync(file) && existsSync(lockOf(file));
}

function lockOf(file: string): string {
  const { dir, name } = path.parse(file);
  return path.join(dir, `${name}.lock`);
}

const SQLITE_BUSY = 5;
