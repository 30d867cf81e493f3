/** The rows of a store, and a look at them that changes nothing. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';
import { damageOf } from './database.ts';

export interface Row {
  readonly key: string;
  readonly value: string;
  /** ms UTC; null for never. */
  readonly expires: number | null;
}

export interface Rows {
  /** What is there and sound. */
  read(keys: readonly string[]): ReadonlyMap<string, string>;
  write(rows: readonly Row[]): void;
  /** Which of the keys were there. */
  remove(keys: readonly string[]): boolean[];
  removePrefix(prefix: string): void;
  close(): void;
}

/** Of the key as well: a value under another's key is as wrong as a wrong value. */
function checksum(key: string, value: string): number {
  return crc32(value, crc32(key));
}

/** A damaged row may hold any type in any column, and integers that JavaScript has no number for. */
const COLUMNS = `key,
  iif(typeof(value) = 'text', value, '') AS value,
  iif(typeof(expires) = 'integer' AND expires BETWEEN 0 AND ${Number.MAX_SAFE_INTEGER}, expires, NULL) AS expires,
  iif(crc BETWEEN 0 AND ${2 ** 32 - 1}, crc, -1) AS crc`;

type KeptRow = Row & { readonly crc: number };

export function soundRows(
  db: DatabaseSync,
  keys: readonly string[],
  note: (text: string) => void,
): ReadonlyMap<string, string> {
  const rows = db
    .prepare(`SELECT ${COLUMNS} FROM entries WHERE key IN (SELECT value FROM json_each(?))`)
    .all(JSON.stringify(keys));
  const found = new Map<string, string>();
  for (const { key, value, crc } of rows as unknown as KeptRow[]) {
    if (checksum(key, value) === crc) found.set(key, value);
    else note(`cache: the entry ${key} is damaged and will be fetched again`);
  }
  return found;
}

/** @throws Error that is a damage of the database when a row just written is not found where a reader looks for it */
export function writeRows(db: DatabaseSync, rows: readonly Row[]): void {
  const insert = db.prepare('INSERT OR REPLACE INTO entries (key, value, expires, crc) VALUES (?, ?, ?, ?)');
  const written = new Set<unknown>();
  for (const { key, value, expires } of rows) {
    const crc = checksum(key, value);
    insert.run(key, value, expires, crc);
    written.add(crc);
  }
  const look = db.prepare('SELECT crc FROM entries WHERE key = ?');
  const lost = rows.find(({ key }) => !written.has(look.get(key)?.['crc']));
  if (lost !== undefined) throw damageOf(`the entry ${lost.key} was written and is not found`);
}

/** Every sound row that can still be reached, without the help of an index. */
export function salvagedRows(db: DatabaseSync): readonly Row[] {
  const found = new Map<string, Row>();
  // A page that cannot be read ends the way: what lies behind it is reached from the other end.
  for (const order of ['ASC', 'DESC']) {
    try {
      const rows = db.prepare(`SELECT ${COLUMNS} FROM entries NOT INDEXED ORDER BY rowid ${order}`).iterate();
      for (const { key, value, expires, crc } of rows as Iterable<unknown> as Iterable<KeptRow>) {
        if (typeof key !== 'string' || checksum(key, value) !== crc) continue;
        if (order === 'ASC' || !found.has(key)) found.set(key, { key, value, expires });
      }
    } catch (error) {
      if (!(error instanceof Error && 'errcode' in error)) throw error;
    }
  }
  return [...found.values()];
}

/** A look does not wait for a run that writes. */
const BUSY_TIMEOUT_MS = 500;

/** For reading: what would be written or removed is left as it is. */
export class KeptRows implements Rows {
  readonly #db: DatabaseSync | null;
  readonly #note: (text: string) => void;

  constructor(file: string, note: (text: string) => void) {
    this.#note = note;
    this.#db = existsSync(file) ? open(file, note) : null;
  }

  read(keys: readonly string[]): ReadonlyMap<string, string> {
    return this.#db === null ? new Map() : soundRows(this.#db, keys, this.#note);
  }

  write(): void {
    return undefined;
  }

  remove(keys: readonly string[]): boolean[] {
    return keys.map(() => false);
  }

  removePrefix(): void {
    return undefined;
  }

  close(): void {
    this.#db?.close();
  }
}

function open(file: string, note: (text: string) => void): DatabaseSync | null {
  try {
    return new DatabaseSync(file, { readOnly: true, timeout: BUSY_TIMEOUT_MS });
  } catch (error) {
    note(`cache: ${file} cannot be read (${String(error)}); it counts as empty`);
    return null;
  }
}
