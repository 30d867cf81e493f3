import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { feedText } from '../../src/feed/writer.ts';
import { workplace } from '../support/cli.ts';
import { generationOf, startReader } from './feed-reader.ts';
import { figure, rounds } from './figures.ts';
import { AS_OF, copyMarkets, scanFolder } from './market-folder.ts';

const READERS = 4;
const SCANS_PER_SHOW = 2;

const place = workplace();
const feed = place.path('feed.json');
const scanArgs = (folder: string, output: string): readonly string[] => {
  const fixed = ['--provider', 'none', '--as-of', AS_OF];
  return [folder, ...fixed, '--output', output, '--quiet'];
};

beforeAll(() => {
  copyMarkets(place.path('large'), 50);
  const [first] = copyMarkets(place.path('small'), 50);
  rmSync(path.join(place.folder, 'small', first!));
});
afterAll(() => place.remove());

describe('readers of a feed while it is written', () => {
  it('see a whole feed of one run, always; so does scan show', async () => {
    const expected = await Promise.all([
      generationFrom('large', feed),
      generationFrom('small', place.path('other.json')),
    ]);
    const readers = Array.from({ length: READERS }, () => startReader(feed));
    await Promise.all(readers.map(({ started }) => started));

    const scans = rounds(3, 200);
    let shown = 0;
    for (let n = 0; n < scans; n += 1) {
      const scanning = place.scan(scanArgs(n % 2 === 0 ? 'small' : 'large', feed));
      if (n % SCANS_PER_SHOW === 0) {
        const { code, stdout, stderr } = await place.scan(['show', feed, '--limit', '1']);
        expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
        expect(stdout).toContain('squeeze-break');
        shown += 1;
      }
      expect(await scanning).toMatchObject({ code: 0, stderr: '' });
    }
    const reports = await Promise.all(readers.map((reader) => reader.stop()));

    const reads = reports.reduce((sum, report) => sum + report.reads, 0);
    const failures = reports.reduce((sum, report) => sum + report.failures, 0);
    const mixed = reports.flatMap(({ generations }) => generations.filter((one) => !expected.includes(one)));
    figure(
      'A1',
      `a reader sees a whole feed: ${READERS} readers, ${scans} scans, ${reads} reads, ${failures} failed parses, ${mixed.length} mixed generations; ${shown} times scan show`,
    );
    expect(failures).toBe(0);
    expect(mixed).toEqual([]);
    // Readers that saw one generation only have proven nothing.
    expect(Math.max(...reports.map(({ runs }) => runs))).toBeGreaterThan(2);
    expect(reads).toBeGreaterThan(READERS * scans);
  });

  it('would notice a feed that is written in place', async () => {
    const texts = [];
    for (const folder of ['large', 'small']) texts.push(feedText(await scanFolder(place.path(folder))));
    const file = place.path('in-place.json');
    writeFileSync(file, texts[0]!);
    const reader = startReader(file);
    await reader.started;
    for (let n = 0; n < 20_000 && !reader.hasFailed(); n += 1) {
      writeFileSync(file, texts[n % 2]!);
      await setImmediate();
    }
    const { failures } = await reader.stop();
    expect(failures).toBeGreaterThan(0);
  });
});

/** With a cache of its own: runs on one cache would wait for each other. */
async function generationFrom(folder: string, output: string): Promise<string> {
  const env = { SCAN_CACHE_DIR: place.path(`cache-of-${folder}`) };
  expect((await place.scan(scanArgs(folder, output), { env })).code).toBe(0);
  return generationOf(readFileSync(output, 'utf8')).generation;
}
