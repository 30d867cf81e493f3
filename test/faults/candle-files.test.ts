import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readCandleFile, type ReadResult } from '../../src/candles/reader.ts';
import type { Feed } from '../../src/core/feed.ts';
import { SAMPLE_AS_OF } from '../../src/sandbox/scenarios.ts';
import { zipOf } from '../candles/zip-writer.ts';
import { runProcess, workplace } from '../support/cli.ts';
import { ROOT } from '../support/places.ts';
import { figure, rounds } from './figures.ts';
import { breachOf } from './fuzz-process.ts';
import { AS_OF, copyMarkets, READ_ANY, scanFolder } from './market-folder.ts';
import { STRATEGIES } from '../../src/strategies/index.ts';

const HOUR_MS = 3_600_000;
const MIB = 1024 * 1024;

const place = workplace();
let sound: string;
beforeAll(() => {
  const [name] = copyMarkets(place.path('one'), 1);
  sound = readFileSync(place.path('one', name!), 'utf8');
});
afterAll(() => place.remove());

function readAt(file: string): Promise<ReadResult> {
  return readCandleFile(
    { folder: path.dirname(file) + path.sep, name: path.basename(file), sampleMarker: null },
    READ_ANY,
  );
}

/** Reads `content` as the file of this name. */
function readAs(name: string, content: string | Uint8Array): Promise<ReadResult> {
  writeFileSync(place.path(name), content);
  return readAt(place.path(name));
}

const reasonOf = (result: ReadResult): string => (result.ok ? 'read' : result.skipped.reason);

/** `count` candles up to the time of the sample. */
function candles(count: number, stepMs: number): readonly string[] {
  const end = Math.floor(SAMPLE_AS_OF / stepMs) - 1;
  return Array.from({ length: count }, (_, i) => `[${(end - count + i) * stepMs},2,3,1,2,5]`);
}

describe('files that are no files', () => {
  it('four named pipes block nothing', async () => {
    const folder = place.path('pipes');
    const names = copyMarkets(folder, 2);
    for (let n = 0; n < 4; n += 1) spawnSync('mkfifo', [path.join(folder, `BINANCE_PIPE${n}USDT_4h.json`)]);
    const { summary } = await scanFolder(folder);
    expect(summary.files_skipped.map(({ reason }) => reason)).toEqual(Array.from({ length: 4 }, () => 'not-a-file'));
    expect(summary.markets).toBe(names.length + 4);
  });
});

describe('files that change while they are read', () => {
  it('are read whole, or refused by name, never half', async () => {
    const name = 'BINANCE_BTCUSDT_4h.json';
    const file = place.path(name);
    writeFileSync(file, sound);
    const writer = spawn(
      process.execPath,
      [
        '-e',
        `const fs = require('node:fs'); const [, file, sound] = process.argv;
         const text = fs.readFileSync(sound, 'utf8');
         process.stdout.write('up');
         for (;;) { fs.writeFileSync(file, text); fs.truncateSync(file, text.length >> 1); fs.appendFileSync(file, text.slice(text.length >> 1)); }`,
        file,
        path.join(place.path('one'), 'BINANCE_1000PEPEUSDT_4h.json'),
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    await once(writer.stdout, 'data');
    const rows = (JSON.parse(sound) as unknown[]).length;
    const reasons = new Map<string, number>();
    const reads = rounds(400, 20_000);
    for (let n = 0; n < reads; n += 1) {
      const result = await readAt(file);
      expect(breachOf(result)).toBeNull();
      if (result.ok) expect(result.series[0]!.findings.rows).toBe(rows);
      reasons.set(reasonOf(result), (reasons.get(reasonOf(result)) ?? 0) + 1);
    }
    writer.kill('SIGKILL');
    const seen = [...reasons].map(([reason, count]) => `${count} ${reason}`).join(', ');
    figure('C', `a file rewritten while it is read: ${reads} reads, ${seen}, 0 half`);
    const known = new Set(['read', 'changed-while-reading', 'truncated-json', 'empty-file']);
    expect([...reasons.keys()].filter((reason) => !known.has(reason))).toEqual([]);
    expect(reasons.size).toBeGreaterThan(1);
  });
});

describe('files that may not be read', () => {
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'];
  // Who is root may have the project where nobody else can look.
  const canNobody = (...command: string[]): boolean =>
    spawnSync(asNobody[0]!, [...asNobody.slice(1), ...command]).status === 0;
  const mayDropRights =
    process.getuid?.() === 0 &&
    canNobody('test', '-r', path.join(ROOT, 'bin', 'scan.cjs')) &&
    canNobody('test', '-x', process.execPath);

  it.skipIf(process.getuid?.() === 0 && !mayDropRights)(
    'are named, also by the doctor; the others are scanned',
    async () => {
      const folder = place.path('locked');
      const names = copyMarkets(folder, 3);
      chmodSync(path.join(folder, names[1]!), 0);
      mkdirSync(path.join(folder, 'closed'), { mode: 0 });
      const output = place.path('for-all');
      mkdirSync(output);
      for (const open of [place.folder, folder, output]) chmodSync(open, 0o777);
      const scan = ['locked', '--provider', 'none', '--as-of', AS_OF, '--output', 'for-all/feed.json', '--quiet'];
      const drop = mayDropRights ? asNobody : ['env'];
      const [program, ...args] = [...drop, process.execPath, path.join(ROOT, 'bin', 'scan.cjs')];
      const env = { PATH: '/usr/bin:/bin', HOME: output, SCAN_CACHE_DIR: path.join(output, 'cache') };
      const { code, stderr } = await runProcess(program, [...args, ...scan], place.folder, env);
      const doctor = await runProcess(program, [...args, 'doctor', 'locked'], place.folder, env);
      expect(doctor.stdout).toMatch(/Files that cannot be read: 2 \(unreadable\)/);
      expect(doctor.stdout).toContain('it may not be read by this user: check its permissions');
      for (const name of [names[1]!, 'closed']) expect(doctor.stdout).toContain(name);
      chmodSync(path.join(folder, 'closed'), 0o700);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const feed = JSON.parse(readFileSync(path.join(output, 'feed.json'), 'utf8')) as Feed;
      expect(feed.summary.files_skipped.map(({ file, reason }) => [file, reason])).toEqual([
        [names[1], 'unreadable'],
        [`closed${path.sep}`, 'unreadable'],
      ]);
      expect(feed.summary.signals.total).toBe(3 * STRATEGIES.length);
    },
  );
});

describe('files that are too much', () => {
  it('a million rows are read, all of them', async () => {
    const count = rounds(100_000, 1_000_000);
    const content = `[${candles(count, HOUR_MS / 12).join(',')}]`;
    const result = await readAs('BINANCE_MANYUSDT_5m.json', content);
    expect(result.ok && result.series[0]!.series.length).toBe(count);
  });

  it.each([
    ['a gzip of 65 MiB of blanks', 'BINANCE_AUSDT_1h.json.gz', gzipSync(Buffer.alloc(65 * MIB, ' '))],
    ['a gzip in a CSV’s name', 'BINANCE_BUSDT_1h.csv.gz', gzipSync(Buffer.alloc(65 * MIB, '1,'))],
    [
      'a zip that says what it unpacks to',
      'BTCUSDT-1h.zip',
      zipOf([{ name: 'BTCUSDT-1h.csv', content: Buffer.alloc(65 * MIB, '1,') }]),
    ],
  ])('%s is refused as too large', async (_, name, content) => {
    const before = process.memoryUsage().rss;
    expect(reasonOf(await readAs(name, content))).toBe('too-large');
    expect(process.memoryUsage().rss - before).toBeLessThan(200 * MIB);
  });

  it('a zip that lies about it is refused all the same', async () => {
    const content = Buffer.alloc(65 * MIB, '1,');
    const lying = zipOf([{ name: 'BTCUSDT-1h.csv', content, claims: { bytes: 1_000 } }]);
    expect(reasonOf(await readAs('BINANCE_LIARUSDT_1h.zip', lying))).toMatch(/^(?:too-large|invalid-zip)$/);
  });
});

describe('CSV that is none', () => {
  const header = 'time,open,high,low,close,volume\n';
  const lines = candles(200, HOUR_MS).map((row) => row.slice(1, -1));
  const whole = header + lines.join('\n');

  it.each([
    ['nothing', '', 'empty-file'],
    ['a header alone', header, 'no-candles'],
    ['zeroes', Buffer.alloc(4_096), 'unsupported-format'],
    ['UTF-16', Buffer.from(`\uFEFF${whole}`, 'utf16le'), 'unsupported-format'],
    ['a page of HTML', '<!doctype html><p>404</p>', 'not-candles'],
    ['one line without an end', 'a'.repeat(5 * MIB), 'not-candles'],
    ['a quote that is never closed', `"${whole}`, 'not-candles'],
    ['a million empty fields', ','.repeat(1e6), 'not-candles'],
    ['times of day and month', `${header}13/01/2026 00:00,2,3,1,2,5\n`, 'bad-series'],
  ])('%s is refused', async (_, content, reason) => {
    const result = await readAs('BINANCE_CSVUSDT_1h.csv', content);
    expect(breachOf(result)).toBeNull();
    expect(reasonOf(result)).toBe(reason);
  });

  it('half a line at its end is dropped or half a number is not believed', async () => {
    for (const cut of [1, 3, 5, 8, 20]) {
      const result = await readAs('BINANCE_CSVUSDT_1h.csv', whole.slice(0, -cut));
      expect(breachOf(result)).toBeNull();
      if (result.ok) expect(result.series[0]!.series.length).toBeGreaterThanOrEqual(lines.length - 2);
    }
  });
});
