/** Text by key that outlives the process: what every cache in `cache/` is made of. */
import { Keyv, keyvStorageCapability } from 'keyv';
import type { KeyvStorageCapability, KeyvStorageEntry } from 'keyv';
import { CacheDatabase } from './cache-database.ts';
import type { Clock } from './clock.ts';
import { inspectDatabase, type DatabaseState } from './database.ts';
import { KeptRows, type Rows } from './rows.ts';

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

/** The store of a cache folder. */
export const CACHE_FILE = 'perpscan.sqlite';

/**
 * Opens the store in `file`; its folder is made (0700) when missing. A damaged file is mended, or moved to
 * `<file>.corrupt` and started anew with what is sound in it; where no file can be kept at all, the store lives in
 * memory. All of it is noted.
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
