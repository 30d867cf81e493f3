/** The rows of a store, and a look at them that changes nothing. */
import { existsSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { crc32 } from 'node:zlib';

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
export function checksum(key: string, value: string): number {
  return crc32(value, crc32(key));
}

export function soundRows(
  db: DatabaseSync,
  keys: readonly string[],
  note: (text: string) => void,
): ReadonlyMap<string, string> {
  const rows = db
    .prepare('SELECT key, value, crc FROM entries WHERE key IN (SELECT value FROM json_each(?))')
    .all(JSON.stringify(keys));
  const found = new Map<string, string>();
  for (const { key, value, crc } of rows as unknown as { key: string; value: string; crc: number }[]) {
    if (checksum(key, value) === crc) found.set(key, value);
    else note(`cache: the entry ${key} is damaged and will be fetched again`);
  }
  return found;
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
