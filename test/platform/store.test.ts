import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { openStore, readStore } from '../../src/platform/store.ts';
import type { Store } from '../../src/platform/store.ts';

const HOUR = 3_600_000;

describe('store', () => {
  let folder: string;
  let notes: string[];

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-store-'));
    notes = [];
  });
  afterEach(() => {
    vi.useRealTimers();
    rmSync(folder, { recursive: true, force: true });
  });

  const file = (): string => path.join(folder, 'cache', 'store.sqlite');
  const open = (at = file()): Store => openStore(at, { clock: systemClock, note: (text) => notes.push(text) });

  it('values outlive the process, each in its namespace', async () => {
    const first = open();
    await first.cache('series').setMany([
      { key: 'a', value: '{"x":1}', ttlMs: HOUR },
      { key: 'b', value: '"', ttlMs: HOUR },
    ]);
    await first.cache('index').set('a', 'other', HOUR);
    first.close();
    const second = open();
    expect(await second.cache('series').getMany(['b', 'missing', 'a', 'b'])).toEqual(['"', undefined, '{"x":1}', '"']);
    expect(await second.cache('index').get('a')).toBe('other');
    expect(await second.cache('index').get('b')).toBeUndefined();
    second.close();
    expect(notes).toEqual([]);
  });

  it('an entry is gone when its time is over', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const store = open();
    const cache = store.cache('series');
    await cache.set('a', 'v', 1_000);
    vi.setSystemTime(Date.now() + 999);
    expect(await cache.get('a')).toBe('v');
    vi.setSystemTime(Date.now() + 2);
    expect(await cache.get('a')).toBeUndefined();
    store.close();
  });

  it('expired entries are swept by the first write, and read as absent before it', async () => {
    vi.useFakeTimers({ toFake: ['Date'] });
    const store = open();
    await store.cache('series').setMany([
      { key: 'short', value: 'v', ttlMs: 1_000 },
      { key: 'long', value: 'v', ttlMs: HOUR },
    ]);
    store.close();
    vi.setSystemTime(Date.now() + 2_000);
    const later = open();
    expect(await later.cache('series').getMany(['short', 'long'])).toEqual([undefined, 'v']);
    await later.cache('series').set('new', 'v', HOUR);
    later.close();
    const db = new DatabaseSync(file());
    expect(db.prepare('SELECT key FROM kept ORDER BY key').all()).toEqual([
      { key: 'series::long' },
      { key: 'series::new' },
    ]);
    db.close();
  });

  it('the folder and the file are for this user only', () => {
    open().close();
    expect(statSync(path.dirname(file())).mode & 0o777).toBe(0o700);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
  });

  it('a file that is no database is moved aside and noted', async () => {
    open().close();
    writeFileSync(file(), 'this is not a database, and long enough to be read as one '.repeat(100));
    const store = open();
    await store.cache('series').set('a', 'v', HOUR);
    expect(await store.cache('series').get('a')).toBe('v');
    store.close();
    expect(notes).toHaveLength(1);
    expect(notes[0]).toMatch(/is damaged \(file is not a database\); moved to .*store\.sqlite\.corrupt/);
    expect(readdirSync(path.dirname(file()))).toContain('store.sqlite.corrupt');
  });

  it('a store that is opened where no folder can be keeps its entries in memory and says so', async () => {
    writeFileSync(path.join(folder, 'blocker'), '');
    const store = open(path.join(folder, 'blocker', 'store.sqlite'));
    await store.cache('series').set('a', 'v', HOUR);
    expect(await store.cache('series').get('a')).toBe('v');
    store.close();
    expect(notes).toEqual([expect.stringContaining('nothing is kept beyond this run')]);
  });

  it('a value whose bits were flipped is never read: all are fetched again, once', async () => {
    const first = open();
    await first.cache('series').setMany([
      { key: 'a', value: '"price 92951"', ttlMs: HOUR },
      { key: 'b', value: '"untouched"', ttlMs: HOUR },
    ]);
    first.close();
    const bytes = readFileSync(file());
    const at = bytes.indexOf('92951');
    bytes[at] = '8'.charCodeAt(0);
    writeFileSync(file(), bytes);
    const store = open();
    expect(await store.cache('series').getMany(['a', 'b'])).toEqual([undefined, undefined]);
    await store.cache('series').set('a', '"price 92951"', HOUR);
    store.close();
    expect(notes).toEqual([
      expect.stringMatching(/an entry is not as it was written\); moved to .*store\.sqlite\.corrupt/),
    ]);
    const next = open();
    expect(await next.cache('series').get('a')).toBe('"price 92951"');
    next.close();
    expect(notes).toHaveLength(1);
  });

  it('the last damaged file is kept, and no more', async () => {
    for (const content of ['no database, first '.repeat(100), 'no database, second '.repeat(100)]) {
      open().close();
      for (const suffix of ['-wal', '-shm']) rmSync(file() + suffix, { force: true });
      writeFileSync(file(), content);
      open().close();
      expect(readFileSync(`${file()}.corrupt`, 'utf8')).toBe(content);
    }
    expect(readdirSync(path.dirname(file())).filter((name) => name.includes('corrupt'))).toEqual([
      'store.sqlite.corrupt',
    ]);
    expect(notes).toHaveLength(2);
  });

  it('a cache of an earlier version gives way to a new one', async () => {
    open().close();
    const db = new DatabaseSync(file());
    db.exec('DROP TABLE kept; CREATE TABLE entries (key TEXT PRIMARY KEY, value TEXT, expires INTEGER, crc INTEGER)');
    db.close();
    const store = open();
    await store.cache('series').set('a', 'v', HOUR);
    expect(await store.cache('series').get('a')).toBe('v');
    store.close();
    expect(notes).toEqual([expect.stringContaining('an earlier version wrote it')]);
    open().close();
    expect(notes).toHaveLength(1);
  });

  it('whatever byte of the file is damaged, the store opens and never gives a wrong value', async () => {
    const first = open();
    const entries = Array.from({ length: 40 }, (_, i) => ({
      key: `k${i}`,
      value: `${i}:${'v'.repeat(300)}`,
      ttlMs: HOUR,
    }));
    await first.cache('series').setMany(entries);
    first.close();
    const sound = readFileSync(file());
    for (let n = 0; n < 40; n += 1) {
      const offset = Math.floor((n / 40) * sound.length);
      const bytes = Buffer.from(sound);
      bytes[offset] = bytes[offset]! ^ (1 << (n % 8));
      writeFileSync(file(), bytes);
      const store = open();
      const found = await store.cache('series').getMany(entries.map(({ key }) => key));
      expect(found.filter((value, i) => value !== undefined && value !== entries[i]!.value)).toEqual([]);
      await store.cache('series').set('new', 'v', HOUR);
      store.close();
    }
  });

  it('damage that no entry shows is found with the first entry that is missing', async () => {
    const first = open();
    const entries = Array.from({ length: 40 }, (_, i) => ({ key: `k${i}`, value: `${i}`.repeat(300), ttlMs: HOUR }));
    await first.cache('series').setMany(entries);
    first.close();
    const bytes = readFileSync(file());
    // How many pages are free.
    bytes.writeUInt32BE(7, 36);
    writeFileSync(file(), bytes);
    const store = open();
    expect(await store.cache('series').get('k1')).toBe(entries[1]!.value);
    expect(await store.cache('series').getMany(['missing', 'k1'])).toEqual([undefined, undefined]);
    store.close();
    expect(notes).toEqual([expect.stringMatching(/its pages do not fit together\); moved to .*corrupt/)]);
  });

  it('a header that forbids writing does not forbid it for ever', async () => {
    const first = open();
    await first.cache('series').set('a', 'v', HOUR);
    first.close();
    const bytes = readFileSync(file());
    // The version that a program must know to write.
    bytes[18] = 77;
    writeFileSync(file(), bytes);
    const store = open();
    await store.cache('series').set('b', 'w', HOUR);
    store.close();
    const next = open();
    expect(await next.cache('series').getMany(['a', 'b'])).toEqual([undefined, 'w']);
    next.close();
    expect(notes).toEqual([expect.stringContaining('moved to')]);
  });

  it('a look changes nothing, also where the file is damaged or there is none', async () => {
    const look = (): Store => readStore(file(), { clock: systemClock, note: (text) => notes.push(text) });
    expect(await look().cache('series').get('a')).toBeUndefined();
    expect(existsSync(file())).toBe(false);
    const store = open();
    await store.cache('series').set('a', 'v', HOUR);
    store.close();
    const looked = look();
    expect(await looked.cache('series').getMany(['a', 'b'])).toEqual(['v', undefined]);
    await looked.cache('series').set('b', 'w', HOUR);
    expect(await looked.cache('series').get('b')).toBeUndefined();
    looked.close();
    expect(notes).toEqual([]);
    const junk = 'this is not a database, and long enough to be read as one '.repeat(100);
    writeFileSync(file(), junk);
    expect(await look().cache('series').get('a')).toBeUndefined();
    expect(readFileSync(file(), 'utf8')).toBe(junk);
    expect(notes).toEqual([expect.stringContaining('cannot be read')]);
  });

  it('a truncated file costs its entries and nothing else', async () => {
    const first = open();
    await first.cache('series').set('a', 'v'.repeat(50_000), HOUR);
    first.close();
    truncateSync(file(), 9_000);
    const store = open();
    await store.cache('series').get('a');
    await store.cache('series').set('b', 'w', HOUR);
    expect(await store.cache('series').get('b')).toBe('w');
    store.close();
  });

  it('two connections write to one file without losing an entry', async () => {
    const stores = [open(), open()];
    const keys = Array.from({ length: 200 }, (_, i) => `k${i}`);
    await Promise.all(keys.map((key, i) => stores[i % 2]!.cache('series').set(key, key, HOUR)));
    expect(await stores[0]!.cache('series').getMany(keys)).toEqual(keys);
    for (const store of stores) store.close();
  });
});
