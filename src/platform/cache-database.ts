/** The database behind a store. It is disposable: when it is damaged, a new one takes its place. */
import { accessSync, chmodSync, constants, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { damageOf, isBusy, isDamage, isWhole } from './database.ts';
import { makeFolder } from './folder.ts';

export interface Row {
  readonly key: string;
  readonly value: string;
  /** ms UTC; null for never. */
  readonly expires: number | null;
}

export interface Rows {
  /** What is there and has not expired at `now`. */
  read(keys: readonly string[], now: number): ReadonlyMap<string, Row>;
  /** All or none. Removes what has expired at `now`. */
  write(rows: readonly Row[], now: number): void;
  close(): void;
}

/** The value stands last, so that expired rows are found without reading values. */
const SCHEMA = `
  PRAGMA page_size = 16384;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS kept (key TEXT PRIMARY KEY, expires INTEGER, crc INTEGER NOT NULL, value TEXT NOT NULL);`;
/** What the table was called when values had another form. */
const EARLIER = `SELECT 1 FROM sqlite_schema WHERE name = 'entries'`;
const SELECT = 'SELECT key, value, expires, crc FROM kept WHERE key IN (SELECT value FROM json_each(?))';

const BUSY_TIMEOUT_MS = 5_000;
/** A look does not wait for a run that writes. */
const LOOK_TIMEOUT_MS = 500;

/**
 * The one connection. Rows have checksums; damage that neither those nor SQLite meet, such as an index that leads astray, shows
 * as a row that is missing, so the first miss has the whole file checked.
 */
export class CacheDatabase implements Rows {
  readonly #file: string;
  readonly #note: (text: string) => void;
  #connection: DatabaseSync;
  #checked = false;
  #swept = false;

  constructor(file: string, note: (text: string) => void) {
    this.#file = file;
    this.#note = note;
    this.#connection = this.#open();
  }

  read(keys: readonly string[], now: number): ReadonlyMap<string, Row> {
    // A cache that cannot be read is of no use, whatever the reason; one that is held by another process will be.
    return this.#restarting(
      (db) => {
        const found = readRows(db, keys, now);
        if (this.#checked || keys.every((key) => found.has(key))) return found;
        this.#checked = true;
        if (!isWhole(db)) throw damageOf('its pages do not fit together');
        return found;
      },
      (error) => !isBusy(error),
    );
  }

  write(rows: readonly Row[], now: number): void {
    this.#restarting(
      (db) =>
        inTransaction(db, () => {
          if (!this.#swept) db.prepare('DELETE FROM kept WHERE expires <= ?').run(now);
          this.#swept = true;
          const insert = db.prepare('INSERT OR REPLACE INTO kept (key, expires, crc, value) VALUES (?, ?, ?, ?)');
          for (const row of rows) insert.run(row.key, row.expires, checksum(row), row.value);
        }),
      (error) => isDamage(error) || isWronglyReadOnly(error, this.#file),
    );
  }

  close(): void {
    this.#connection.close();
  }

  /** Does `work`, in a new database when it fails in the old one for a reason that is `damage`. */
  #restarting<T>(work: (db: DatabaseSync) => T, damage: (error: unknown) => boolean): T {
    try {
      return work(this.#connection);
    } catch (error) {
      if (!damage(error)) throw error;
      this.#connection.close();
      this.#moveAside(error);
      this.#connection = this.#open();
      return work(this.#connection);
    }
  }

  #open(): DatabaseSync {
    try {
      makeFolder(path.dirname(this.#file), 0o700);
      return connect(this.#file);
    } catch (error) {
      if (isDamage(error) || isForeign(error)) {
        this.#moveAside(error);
        return connect(this.#file);
      }
      this.#note(`cache: ${this.#file} cannot be used (${textOf(error)}); nothing is kept beyond this run`);
      return connect(':memory:');
    }
  }

  #moveAside(reason: unknown): void {
    const aside = `${this.#file}.corrupt`;
    this.#note(`cache: ${this.#file} is damaged (${textOf(reason)}); moved to ${aside}, series are fetched again`);
    renameSync(this.#file, aside);
    for (const suffix of ['-wal', '-shm']) rmSync(this.#file + suffix, { force: true });
  }
}

/** Those of `file` as it is, for a look that makes, mends and removes nothing. None where nothing can be read. */
export function rowsToLookAt(file: string, note: (text: string) => void): Rows {
  const db = existsSync(file) ? openToLook(file, note) : null;
  return {
    read: (keys, now) => (db === null ? new Map() : readRows(db, keys, now)),
    write: () => undefined,
    close: () => db?.close(),
  };
}

function openToLook(file: string, note: (text: string) => void): DatabaseSync | null {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: LOOK_TIMEOUT_MS });
  } catch (error) {
    note(`cache: ${file} cannot be read (${textOf(error)}); it counts as empty`);
    return null;
  }
}

/** @throws Error that is damage when a row is not as it was written */
function readRows(db: DatabaseSync, keys: readonly string[], now: number): ReadonlyMap<string, Row> {
  const found = new Map<string, Row>();
  for (const row of db.prepare(SELECT).all(JSON.stringify(keys))) {
    const { key, value, expires, crc } = row;
    if (typeof key !== 'string' || typeof value !== 'string' || (expires !== null && typeof expires !== 'number')) {
      throw damageOf('an entry is of another type');
    }
    const entry = { key, value, expires };
    if (checksum(entry) !== crc) throw damageOf('an entry is not as it was written');
    if (expires === null || expires > now) found.set(key, entry);
  }
  return found;
}

/** Of the key as well: a value under another's key is as wrong as a wrong value. */
function checksum({ key, value, expires }: Row): number {
  return crc32(value, crc32(`${key} ${expires}`));
}

function inTransaction(db: DatabaseSync, work: () => void): void {
  db.exec('BEGIN IMMEDIATE');
  try {
    work();
    db.exec('COMMIT');
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

function connect(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec(SCHEMA);
    db.prepare(SELECT);
    if (db.prepare(EARLIER).get() !== undefined) throw damageOf('an earlier version wrote it');
    if (existsSync(file)) chmodSync(file, 0o600);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

/** SQLITE_ERROR while connecting: a database whose tables are not ours, or not any more. */
function isForeign(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 1;
}

/** SQLITE_READONLY for a file that this process may write: its header, damaged, says that the format is a later one. */
function isWronglyReadOnly(error: unknown, file: string): boolean {
  if (!(error instanceof Error && 'errcode' in error && error.errcode === 8)) return false;
  try {
    for (const place of [file, path.dirname(file)]) accessSync(place, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
