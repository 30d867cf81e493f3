/** Text by key that outlives the process: what every cache in `cache/` is made of. */
import { chmodSync, existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Keyv, keyvStorageCapability } from 'keyv';
import type { KeyvStorageCapability, KeyvStorageEntry } from 'keyv';
import type { Clock } from './clock.ts';
import { inspectDatabase, isBusy, isDamage, type DatabaseState } from './database.ts';
import { makeFolder } from './folder.ts';
import { checksum, KeptRows, soundRows, type Row, type Rows } from './rows.ts';

/** One value to keep. */
export interface CacheEntry {
  readonly key: string;
  readonly value: string;
  /** How long the entry is kept, ms; afterwards it reads as absent. */
  readonly ttlMs: number;
}

/**
 * A namespace of the store. Values are text (compact JSON); undefined means absent, expired or damaged. Never rejects:
 * a cache that fails costs a refetch, and the store's `note` says so.
 */
export interface JsonCache {
  get(key: string): Promise<string | undefined>;
  /** Same length and order as `keys`. */
  getMany(keys: readonly string[]): Promise<readonly (string | undefined)[]>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  /** All or none of the entries are written. */
  setMany(entries: readonly CacheEntry[]): Promise<void>;
}

export interface Store {
  cache(namespace: string): JsonCache;
  close(): void;
}

export interface StoreOptions {
  readonly clock: Clock;
  /** Hears, in one sentence each, of damage and failures that cost nothing but a refetch. */
  readonly note: (text: string) => void;
}

const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS entries (key TEXT PRIMARY KEY, value TEXT NOT NULL, expires INTEGER, crc INTEGER NOT NULL);
  CREATE INDEX IF NOT EXISTS entries_by_expiry ON entries (expires);`;

/** The store of a cache folder. */
export const CACHE_FILE = 'perpscan.sqlite';

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the store in `file`; its folder is made (0700) when missing. A damaged file is moved to `<file>.corrupt` and
 * started anew; where no file can be kept at all, the store lives in memory. Both are noted.
 */
export function openStore(file: string, { clock, note }: StoreOptions): Store {
  const database = new CacheDatabase(file, clock.now(), note);
  const failures = new Set<string>();
  // A full disk fails every call in the same words.
  const onFailure = (reason: string): void => {
    if (failures.has(reason)) return;
    failures.add(reason);
    note(`cache: ${file} failed (${reason}); what it could not keep is fetched again by the next run`);
  };
  return {
    cache: (namespace) => jsonCache(namespace, database, onFailure),
    close: () => database.close(),
  };
}

/** The store in `file` as it is, for reading alone: nothing is made, mended or removed. Empty where none can be read. */
export function readStore(file: string, note: StoreOptions['note']): Store {
  const rows = new KeptRows(file, note);
  return {
    cache: (namespace) => jsonCache(namespace, rows, (reason) => note(`cache: ${file} cannot be read (${reason})`)),
    close: () => rows.close(),
  };
}

/** How many entries the store in `file` has, expired ones included, without making, mending or changing it. */
export function inspectStore(file: string): DatabaseState<number> {
  return inspectDatabase(file, (db) => Number(db.prepare('SELECT count(*) AS n FROM entries').get()?.['n']));
}

function jsonCache(namespace: string, database: Rows, onFailure: (reason: string) => void): JsonCache {
  const keyv = new Keyv<string>({ store: new SqliteAdapter(database), namespace });
  keyv.on('error', (error: unknown) => onFailure(error instanceof Error ? error.message : String(error)));
  return {
    get: (key) => keyv.get(key),
    getMany: (keys) => keyv.getMany([...keys]),
    set: async (key, value, ttlMs) => void (await keyv.set(key, value, ttlMs)),
    setMany: async (entries) =>
      void (await keyv.setMany(entries.map(({ key, value, ttlMs }) => ({ key, value, ttl: ttlMs })))),
  };
}

/** Keyv's side of the database: one per namespace. Expiry on reading is Keyv's, which keeps it in the value as well. */
class SqliteAdapter {
  /** Set by Keyv. */
  namespace: string | undefined;
  readonly #database: Rows;

  constructor(database: Rows) {
    this.#database = database;
  }

  get capabilities(): KeyvStorageCapability {
    return keyvStorageCapability(this);
  }

  async get(key: string): Promise<string | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<(string | undefined)[]> {
    const found = this.#database.read(keys.map((key) => this.#path(key)));
    return keys.map((key) => found.get(this.#path(key)));
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return (await this.getMany(keys)).map((value) => value !== undefined);
  }

  async set(key: string, value: string, expires?: number): Promise<boolean> {
    return (await this.setMany([{ key, value, ...(expires === undefined ? {} : { expires }) }]))[0]!;
  }

  async setMany(entries: readonly KeyvStorageEntry<string>[]): Promise<boolean[]> {
    this.#database.write(
      entries.map(({ key, value, expires }) => ({ key: this.#path(key), value, expires: expires ?? null })),
    );
    return entries.map(() => true);
  }

  async delete(key: string): Promise<boolean> {
    return (await this.deleteMany([key]))[0]!;
  }

  async deleteMany(keys: readonly string[]): Promise<boolean[]> {
    return this.#database.remove(keys.map((key) => this.#path(key)));
  }

  async clear(): Promise<void> {
    this.#database.removePrefix(this.#path(''));
  }

  #path(key: string): string {
    return `${this.namespace ?? ''}::${key}`;
  }
}

/** The one connection. Starts anew when SQLite finds the file damaged, also in the middle of a run. */
class CacheDatabase implements Rows {
  readonly #file: string;
  readonly #note: (text: string) => void;
  #connection: DatabaseSync;

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
    return this.#healing((db) => soundRows(db, keys, this.#note));
  }

  write(rows: readonly Row[]): void {
    this.#transaction((db) => {
      const insert = db.prepare('INSERT OR REPLACE INTO entries (key, value, expires, crc) VALUES (?, ?, ?, ?)');
      for (const { key, value, expires } of rows) insert.run(key, value, expires, checksum(key, value));
    });
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
      if (!isDamage(error)) throw error;
    }
    try {
      // Rows have checksums of their own: where only an index is damaged, they need not be fetched again.
      this.#connection.exec('REINDEX');
      return work(this.#connection);
    } catch (error) {
      if (isBusy(error)) throw error;
      this.#connection.close();
      this.#moveAside();
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
        this.#moveAside();
        return connect(this.#file);
      }
      this.#note(`cache: ${this.#file} cannot be used (${String(error)}); nothing is kept beyond this run`);
      return connect(':memory:');
    }
  }

  #moveAside(): void {
    const aside = `${this.#file}.corrupt`;
    this.#note(`cache: ${this.#file} is damaged; moved to ${aside}, starting empty`);
    renameSync(this.#file, aside);
    for (const suffix of ['-wal', '-shm']) rmSync(this.#file + suffix, { force: true });
  }
}

/** SQLITE_ERROR while connecting: a database whose tables are not ours, or not any more. */
function isForeign(error: unknown): boolean {
  return error instanceof Error && 'errcode' in error && error.errcode === 1;
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
