/** What cache and ledger, both SQLite files, have in common: when one is damaged, and a look at one that changes nothing. */
import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** SQLITE_CORRUPT and SQLITE_NOTADB, https://www.sqlite.org/rescode.html */
const CORRUPT = 11;
const NOT_A_DATABASE = 26;
/** A look does not wait for a run that writes. */
const BUSY_TIMEOUT_MS = 500;

const BUSY = 5;

/** True when another process holds the database and did not let go in time. */
export function isBusy(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && (Number(error.errcode) & 0xff) === BUSY;
}

/** Whether a process holds `file` for writing now, and for longer than a write takes. Nothing is written. */
export function isHeld(file: string): boolean {
  if (sizeOf(file) === null) return false;
  try {
    const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
    try {
      db.exec('BEGIN IMMEDIATE; ROLLBACK');
      return false;
    } finally {
      db.close();
    }
  } catch (error) {
    return isBusy(error);
  }
}

/** True when SQLite says that the file is no sound database. */
export function isDamage(error: unknown): boolean {
  return (
    error instanceof Error && 'errcode' in error && [CORRUPT, NOT_A_DATABASE].includes(Number(error.errcode) & 0xff)
  );
}

/** What SQLite would have thrown, had it seen the damage itself. */
export function damageOf(reason: string): Error {
  return Object.assign(new Error(reason), { errcode: CORRUPT });
}

/** True when every page, row and index of the database fits the others. Reads all of it: 1 ms for each 1.5 MB or so. */
export function isWhole(db: DatabaseSync): boolean {
  try {
    return db.prepare('PRAGMA integrity_check(1)').get()?.['integrity_check'] === 'ok';
  } catch (error) {
    if (isDamage(error)) return false;
    throw error;
  }
}

export type DatabaseState<T> =
  | { readonly kind: 'missing' }
  /** `bytes` with what has not been moved into the main file yet. */
  | { readonly kind: 'sound'; readonly bytes: number; readonly value: T }
  | { readonly kind: 'damaged'; readonly bytes: number }
  /** It may be sound, but this process cannot tell; `detail` is the system's or SQLite's reason. */
  | { readonly kind: 'unknown'; readonly detail: string };

/**
 * Opens `file` for reading, checks it and reads from it. Never throws, and never makes, repairs or moves a database; SQLite may
 * leave its own empty `-wal` and `-shm` beside it.
 */
export function inspectDatabase<T>(file: string, read: (db: DatabaseSync) => T): DatabaseState<T> {
  const bytes = sizeOf(file);
  if (bytes === null) return { kind: 'missing' };
  try {
    const db = new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
    try {
      if (db.prepare('PRAGMA quick_check(1)').get()?.['quick_check'] !== 'ok') return { kind: 'damaged', bytes };
      return { kind: 'sound', bytes: bytes + (sizeOf(`${file}-wal`) ?? 0), value: read(db) };
    } finally {
      db.close();
    }
  } catch (error) {
    return isDamage(error) ? { kind: 'damaged', bytes } : { kind: 'unknown', detail: String(error) };
  }
}

/** Null when there is no such file, or no way to look. */
function sizeOf(file: string): number | null {
  try {
    return statSync(file).size;
  } catch {
    return null;
  }
}
