import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Feed } from '../../src/core/feed.ts';
import { feedText, writeFeed } from '../../src/feed/writer.ts';
import { writeFileAtomic, type AtomicFileSystem } from '../../src/platform/atomic-file.ts';
import { LAUNCHER, runProcess, workplace } from '../support/cli.ts';
import { MAY_MOUNT, mountDisk, makeReadOnly, unmountDisk } from '../support/small-disk.ts';
import { json, startScriptedServer, type ScriptedServer } from '../support/scripted-server.ts';
import { failingFileSystem, fullFileSystem } from './fault-fs.ts';
import { figure, rounds } from './figures.ts';
import { AS_OF, copyMarkets, scanFolder } from './market-folder.ts';

const place = workplace();
const OLD = '{"schema_version":"old"}\n';
const PAGE = 4_096;
let feed: Feed;
let bytes: number;

beforeAll(async () => {
  copyMarkets(place.path('candles'), 12);
  feed = await scanFolder(place.path('candles'));
  bytes = Buffer.byteLength(feedText(feed));
});
afterAll(() => place.remove());

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'perpscan-disk-'));
  file = path.join(folder, 'feed.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function writeOn(fs: AtomicFileSystem): ReturnType<typeof writeFeed> {
  return writeFeed(file, feed, (target, text) => writeFileAtomic(target, text, fs));
}

const isNew = (text: string): boolean => text === feedText(feed);

describe('a disk that fails', () => {
  it('at any call leaves the old feed or the new one, and no temp', async () => {
    const writeBytes = Math.ceil(bytes / 8);
    const whole = failingFileSystem(Infinity, Infinity, writeBytes);
    await writeOn(whole.fs);
    const codes = ['EIO', 'ENOSPC', 'EACCES'];
    const results = { old: 0, new: 0 };
    for (const { code, call, last } of failures(codes, whole.calls.length)) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      writeFileSync(file, OLD);
      const { fs } = failingFileSystem(call, last, writeBytes, code);
      const written = await writeOn(fs);
      const text = readFileSync(file, 'utf8');
      const where = `${code} at call ${call} (${whole.calls[call - 1]})`;
      expect(written.ok ? isNew(text) : text === OLD, where).toBe(true);
      // A disk that stays broken cannot remove either; the message says what is left.
      const left = readdirSync(folder).filter((name) => name.endsWith('.tmp'));
      expect(left.length, where).toBeLessThanOrEqual(last === call ? 0 : 1);
      for (const name of left) expect(written.ok ? '' : written.detail, where).toContain(name);
      results[written.ok ? 'new' : 'old'] += 1;
    }
    figure(
      'A5',
      `any failing call leaves old or new: ${whole.calls.length} calls x ${codes.length} errors, once and from then on: ${results.old} old, ${results.new} new, 0 half`,
    );
    expect(results.old).toBeGreaterThan(results.new);
  });

  it('with room for any number of bytes short of the feed keeps the old one', async () => {
    const step = rounds(Math.ceil(bytes / 40), 509);
    let tried = 0;
    for (let room = 0; room < bytes; room += step) {
      writeFileSync(file, OLD);
      const written = await writeOn(fullFileSystem(room));
      expect(written, `${room} bytes`).toMatchObject({ ok: false, code: 'ENOSPC' });
      expect(readFileSync(file, 'utf8')).toBe(OLD);
      expect(readdirSync(folder)).toEqual(['feed.json']);
      tried += 1;
    }
    expect(await writeOn(fullFileSystem(bytes))).toMatchObject({ ok: true });
    figure('A4', `disk full at byte 0, ${step}, ... of ${bytes}: ${tried} times the old feed, no temp`);
  });

  it('a limit on the size of files keeps the old feed: exit 4, one line', async () => {
    writeFileSync(file, OLD);
    const scan = [LAUNCHER, place.path('candles'), '--provider', 'none', '--as-of', AS_OF, '--output', file, '--quiet'];
    const { code, stderr } = await runProcess(
      'bash',
      ['-c', 'ulimit -f 8; exec "$0" "$@"', process.execPath, ...scan],
      place.folder,
      { PATH: '/usr/bin:/bin', HOME: place.folder, SCAN_CACHE_DIR: place.path('cache') },
    );
    expect(code).toBe(4);
    expect(stderr).toMatch(/^\[ERROR\] scan: .*EFBIG.*ulimit -f.*\n$/);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(folder)).toEqual(['feed.json']);
  });
});

/** Every call fails with every code, once and from then on. */
function failures(
  codes: readonly string[],
  calls: number,
): readonly { readonly code: string; readonly call: number; readonly last: number }[] {
  return codes.flatMap((code) =>
    Array.from({ length: calls }, (_, index) => index + 1).flatMap((call) =>
      [call, Infinity].map((last) => ({ code, call, last })),
    ),
  );
}

/** Leaves room for `room` bytes, rounded down to pages. */
function fill(disk: string, room: number): void {
  const filler = path.join(disk, 'filler');
  rmSync(filler, { force: true });
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - Math.floor(room / PAGE) * PAGE)));
}

describe.skipIf(!MAY_MOUNT)('a full disk (needs the right to mount one)', () => {
  let disk: string;
  let server: ScriptedServer;
  beforeAll(async () => {
    server = await startScriptedServer();
  });
  afterAll(() => server.close());
  beforeEach(() => {
    disk = place.path('disk');
    mountDisk(disk, 4_096);
  });
  afterEach(() => unmountDisk(disk));

  it('of any size keeps the old feed and no temp', async () => {
    file = path.join(disk, 'feed.json');
    writeFileSync(file, OLD);
    const step = rounds(8 * PAGE, PAGE);
    let full = 0;
    let sizes = 0;
    for (let room = 0; room < bytes + 64 * 1_024; room += step) {
      writeFileSync(file, OLD);
      fill(disk, room);
      const written = await writeFeed(file, feed);
      const text = readFileSync(file, 'utf8');
      expect(written.ok ? isNew(text) : text === OLD, `${room} bytes free`).toBe(true);
      expect(readdirSync(disk).sort(), `${room} bytes free`).toEqual(['feed.json', 'filler']);
      sizes += 1;
      if (!written.ok) full += 1;
    }
    expect(full).toBeGreaterThan(0);
    expect(full).toBeLessThan(sizes);
    figure('A4', `a full disk of ${sizes} sizes: ${full} times the old feed, ${sizes - full} times the new one`);
  });

  it('for the feed: exit 4, one line, the old feed stays', async () => {
    file = path.join(disk, 'feed.json');
    writeFileSync(file, OLD);
    fill(disk, 16 * PAGE);
    const args = ['candles', '--provider', 'none', '--as-of', AS_OF, '--output', file, '--quiet'];
    const { code, stderr } = await place.scan(args);
    expect(code).toBe(4);
    expect(stderr).toMatch(/^\[ERROR\] scan: .*ENOSPC.*free some space on that disk\n$/);
    expect(readFileSync(file, 'utf8')).toBe(OLD);
    expect(readdirSync(disk).sort()).toEqual(['feed.json', 'filler']);
  });

  it.each([
    ['before the first run', 0],
    ['in the middle of a run', 40 * PAGE],
  ])('for the cache, %s: the run goes on and says so once', async (_, room) => {
    fill(disk, room);
    const args = ['candles', '--provider', 'sandbox', '--as-of', AS_OF, '--output', 'sandbox.json'];
    const { code, stderr } = await place.scan(args, { env: { SCAN_CACHE_DIR: path.join(disk, 'cache') } });
    expect(code, stderr).toBe(0);
    expect(
      stderr.split('\n').filter((line) => line.startsWith('[WARN] cache:')),
      stderr,
    ).toHaveLength(1);
    expect(stderr).toContain('[SUCCESS]');
  });

  it('that is read-only, under a ledger: candles only, exit 3, with the remedy', async () => {
    server.play(json([]));
    const env = {
      SCAN_STATE_DIR: path.join(disk, 'state'),
      COINALYZE_API_KEY: 'key-of-a-read-only-disk',
      COINALYZE_BASE_URL: server.url,
    };
    const args = ['candles', '--provider', 'coinalyze', '--as-of', AS_OF, '--output', 'real.json', '--quiet'];
    await place.scan(args, { env });
    const before = server.requests.length;
    expect(before).toBeGreaterThan(0);
    makeReadOnly(disk);
    const { code, stderr } = await place.scan(args, { env });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/the quota ledger .* make its folder writable, or set SCAN_STATE_DIR/);
    expect(server.requests).toHaveLength(before);
    expect(external('real.json').requests).toBe(0);
  });

  it('for the quota ledger: nothing is sent that is not written down', async () => {
    server.play(json([]));
    const rooms = rounds(2, 8);
    let sentInAll = 0;
    let remedies = 0;
    for (let n = 0; n < rooms; n += 1) {
      unmountDisk(disk);
      mountDisk(disk, 4_096);
      fill(disk, n * Math.floor(48 / rooms) * PAGE);
      const before = server.requests.length;
      const { code, stderr } = await place.scan(
        ['candles', '--provider', 'coinalyze', '--as-of', AS_OF, '--output', 'real.json', '--quiet'],
        {
          env: {
            SCAN_STATE_DIR: path.join(disk, 'state'),
            COINALYZE_API_KEY: 'key-of-a-full-disk',
            COINALYZE_BASE_URL: server.url,
          },
        },
      );
      const sent = server.requests.length - before;
      // The first answer of this server holds nothing and ends the rest.
      expect(code, stderr).toBe(3);
      const told = /the quota ledger .* free some space on that disk, or set SCAN_STATE_DIR/.test(stderr);
      if (sent === 0) expect(told, stderr).toBe(true);
      remedies += Number(told);
      expect(sent, stderr).toBe(external('real.json').requests);
      sentInAll += sent;
    }
    expect(remedies).toBeGreaterThan(0);
    figure(
      'A4',
      `a full disk under the quota ledger, ${rooms} sizes: ${sentInAll} requests sent, all of them written down`,
    );
  });
});

function external(name: string): Feed['summary']['external'] {
  return (JSON.parse(readFileSync(place.path(name), 'utf8')) as Feed).summary.external;
}
