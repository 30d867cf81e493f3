/** Text by key that outlives the process: what every cache in `cache/` is made of. */
import { Keyv, keyvStorageCapability } from 'keyv';
import type { KeyvStorageCapability, KeyvStorageEntry } from 'keyv';
import { CacheDatabase, rowsToLookAt, type Row, type Rows } from './cache-database.ts';
import type { Clock } from './clock.ts';
import { inspectDatabase, type DatabaseState } from './database.ts';

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
 * Opens the store in `file`; its folder is made (0700) when missing. A damaged file is moved to `<file>.corrupt` (the last one
 * stays) and a new one started, also in the middle of a run; where no file can be kept at all, the store lives in memory. All of
 * it is noted.
 */
export function openStore(file: string, { clock, note }: StoreOptions): Store {
  const database = new CacheDatabase(file, note);
  const failures = new Set<string>();
  // A full disk fails every call in the same words.
  const onFailure = (reason: string): void => {
    if (failures.has(reason)) return;
    failures.add(reason);
    note(`cache: ${file} failed (${reason}); what it could not keep is fetched again by the next run`);
  };
  return {
    cache: (namespace) => jsonCache(namespace, database, clock, onFailure),
    close: () => database.close(),
  };
}

/** The store in `file` as it is, for reading alone: nothing is made, mended or removed. Empty where none can be read. */
export function readStore(file: string, { clock, note }: StoreOptions): Store {
  const rows = rowsToLookAt(file, note);
  return {
    cache: (namespace) =>
      jsonCache(namespace, rows, clock, (reason) => note(`cache: ${file} cannot be read (${reason})`)),
    close: () => rows.close(),
  };
}

/** How many entries the store in `file` has, expired ones included, without making, mending or changing it. */
export function inspectStore(file: string): DatabaseState<number> {
  return inspectDatabase(file, (db) => Number(db.prepare('SELECT count(*) AS n FROM kept').get()?.['n']));
}

function jsonCache(namespace: string, rows: Rows, clock: Clock, onFailure: (reason: string) => void): JsonCache {
  // The database keeps text and its expiry as they are: nothing has to be turned into JSON once more.
  const store = new SqliteAdapter(rows, clock);
  const keyv = new Keyv<string>({ store, namespace, serialization: false });
  keyv.on('error', (error: unknown) => onFailure(error instanceof Error ? error.message : String(error)));
  return {
    get: (key) => keyv.get(key),
    getMany: (keys) => keyv.getMany([...keys]),
    set: async (key, value, ttlMs) => void (await keyv.set(key, value, ttlMs)),
    setMany: async (entries) =>
      void (await keyv.setMany(entries.map(({ key, value, ttlMs }) => ({ key, value, ttl: ttlMs })))),
  };
}

/** What Keyv hands over and expects back. */
type Kept = Pick<Row, 'value'> & { readonly expires?: number | undefined };

/** Keyv's side of the database: one per namespace. */
class SqliteAdapter {
  /** Set by Keyv. */
  namespace: string | undefined;
  readonly #rows: Rows;
  readonly #clock: Clock;

  constructor(rows: Rows, clock: Clock) {
    this.#rows = rows;
    this.#clock = clock;
  }

  get capabilities(): KeyvStorageCapability {
    return keyvStorageCapability(this);
  }

  async get(key: string): Promise<Kept | undefined> {
    return (await this.getMany([key]))[0];
  }

  async getMany(keys: readonly string[]): Promise<(Kept | undefined)[]> {
    const paths = keys.map((key) => this.#path(key));
    const found = this.#rows.read(paths, this.#clock.now());
    return paths.map((path) => {
      const row = found.get(path);
      return row === undefined ? undefined : { value: row.value, expires: row.expires ?? undefined };
    });
  }

  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined;
  }

  async hasMany(keys: readonly string[]): Promise<boolean[]> {
    return (await this.getMany(keys)).map((value) => value !== undefined);
  }

  async set(key: string, value: Kept): Promise<boolean> {
    return (await this.setMany([{ key, value }]))[0]!;
  }

  async setMany(entries: readonly KeyvStorageEntry<Kept>[]): Promise<boolean[]> {
    this.#rows.write(
      entries.map(({ key, value: { value, expires } }) => ({ key: this.#path(key), value, expires: expires ?? null })),
      this.#clock.now(),
    );
    return entries.map(() => true);
  }

  /** What has expired is not read, and goes with the next write. Nothing else is ever deleted. */
  async delete(): Promise<boolean> {
    return false;
  }

  async deleteMany(keys: readonly string[]): Promise<boolean[]> {
    return keys.map(() => false);
  }

  async clear(): Promise<void> {
    throw new Error('a cache is not cleared but deleted, with its file');
  }

  #path(key: string): string {
    return `${this.namespace ?? ''}::${key}`;
  }
}
