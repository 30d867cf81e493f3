/** The database behind a store, which mends itself. */
import { accessSync, chmodSync, constants, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isBusy, isDamage, isWhole } from './database.ts';
import { makeFolder } from './folder.ts';
import { salvagedRows, soundRows, writeRows, type Row, type Rows } from './rows.ts';

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER, crc INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires);`;

const BUSY_TIMEOUT_MS = 5_000;

/**
 * The one connection. Damage that SQLite meets is mended, also in the middle of a run; damage that it does not meet,
 * such as an index that leads astray, shows as an entry that is missing, so the first miss has the whole file checked.
 */
export class CacheDatabase implements Rows {
  readonly #file: string;
  readonly #note: (text: string) => void;
  #connection: DatabaseSync;
  #checked = false;

  constructor(file: string, now: number, note: (text: string) => void) {
    this.#file = file;
    this.#note = note;
    this.#connection = this.#open();
    this.#sweep(now);
  }

  /** Expired entries read as absent anyway: a database that another process holds is no reason to stop. */
  #sweep(now: number): void {
    try {
      this.#healing((db) => db.prepare('DELETE FROM entries WHERE expires <= ?').run(now));
    } catch (error) {
      this.#note(`cache: expired entries of ${this.#file} were not removed (${String(error)})`);
    }
  }

  read(keys: readonly string[]): ReadonlyMap<string, string> {
    const find = (db: DatabaseSync): ReadonlyMap<string, string> => soundRows(db, keys, this.#note);
    const found = this.#healing(find);
    if (this.#checked || keys.every((key) => found.has(key))) return found;
    this.#checked = true;
    if (isWhole(this.#connection)) return found;
    this.#mend();
    return this.#healing(find);
  }

  write(rows: readonly Row[]): void {
    this.#transaction((db) => writeRows(db, rows));
  }

  /** Which of the keys were there. */
  remove(keys: readonly string[]): boolean[] {
    return this.#transaction((db) => {
      const statement = db.prepare('DELETE FROM entries WHERE key = ?');
      return keys.map((key) => statement.run(key).changes > 0);
    });
  }

  removePrefix(prefix: string): void {
    this.#healing((db) => db.prepare('DELETE FROM entries WHERE substr(key, 1, length(?)) = ?').run(prefix, prefix));
  }

  close(): void {
    this.#connection.close();
  }

  #transaction<T>(work: (db: DatabaseSync) => T): T {
    return this.#healing((db) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        const result = work(db);
        db.exec('COMMIT');
        return result;
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  #healing<T>(work: (db: DatabaseSync) => T): T {
    try {
      return work(this.#connection);
    } catch (error) {
      if (!isDamage(error) && !isWronglyReadOnly(error, this.#file)) throw error;
    }
    this.#mend();
    try {
      return work(this.#connection);
    } catch (error) {
      if (isBusy(error)) throw error;
      this.#restart();
      return work(this.#connection);
    }
  }

  /** Rows have checksums of their own: where only an index is damaged, they need not be fetched again. */
  #mend(): void {
    try {
      this.#connection.exec('REINDEX');
      if (isWhole(this.#connection)) {
        this.#note(`cache: ${this.#file} had a damaged index, which was made anew`);
        return;
      }
    } catch (error) {
      if (isBusy(error)) throw error;
    }
    this.#restart();
  }

  #restart(): void {
    const rows = salvagedRows(this.#connection);
    this.#connection.close();
    this.#moveAside(rows.length === 0 ? 'starting empty' : `starting with the ${rows.length} sound entries of it`);
    this.#connection = this.#open();
    if (rows.length > 0) this.#transaction((db) => writeRows(db, rows));
  }

  #open(): DatabaseSync {
    try {
      makeFolder(path.dirname(this.#file), 0o700);
      return connect(this.#file);
    } catch (error) {
      if (isDamage(error) || isForeign(error)) {
        this.#moveAside('starting empty');
        return connect(this.#file);
      }
      this.#note(`cache: ${this.#file} cannot be used (${String(error)}); nothing is kept beyond this run`);
      return connect(':memory:');
    }
  }

  #moveAside(then: string): void {
    const aside = `${this.#file}.corrupt`;
    this.#note(`cache: ${this.#file} is damaged; moved to ${aside}, ${then}`);
    renameSync(this.#file, aside);
    for (const suffix of ['-wal', '-shm']) rmSync(this.#file + suffix, { force: true });
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

function connect(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec(SCHEMA);
    db.prepare('SELECT key, value, expires, crc FROM entries LIMIT 0');
    if (existsSync(file)) chmodSync(file, 0o600);
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
