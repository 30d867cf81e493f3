import { spawn } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, readdirSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LAUNCHER, workplace, type Workplace } from '../support/cli.ts';
import { canStartAsNobody } from '../support/places.ts';
import { largestWindow } from './counting-server.ts';
import { figure } from './figures.ts';
import { AS_OF, copyMarkets } from './market-folder.ts';
import { startWorldServer, type WorldServer } from './world-server.ts';

/** A user that the system has no home for, as in containers. */
const NOBODY = 54_321;
const FOLDERS = ['a', 'b', 'c', 'd'];
const CALLS = 40;
const WINDOW_MS = 60_000;

describe.runIf(canStartAsNobody())('without HOME, for a user that the system does not know', () => {
  let place: Workplace;
  let server: WorldServer;

  beforeEach(async () => {
    place = workplace();
    chmodSync(place.folder, 0o755);
    copyMarkets(place.path('candles'), 12);
    for (const name of [...FOLDERS, 'given']) {
      mkdirSync(place.path(name));
      chownSync(place.path(name), NOBODY, NOBODY);
    }
    server = await startWorldServer();
  });
  afterEach(async () => {
    await server.close();
    place.remove();
  });

  async function scanIn(folder: string, given: Readonly<Record<string, string>>): Promise<readonly [number, string]> {
    const env = {
      PATH: '/usr/bin:/bin',
      COINALYZE_API_KEY: 'CANARY-home-5a1c',
      COINALYZE_BASE_URL: server.url,
      SCAN_CACHE_DIR: place.path(folder, 'cache'),
      SCAN_QUOTA_MIN_SPACING_MS: '0',
      ...given,
    };
    place.guard(env);
    const args = [LAUNCHER, place.path('candles'), '--as-of', AS_OF, '--deadline', '20s', '--budget', '20s'];
    const child = spawn(process.execPath, [...args, '--output', 'feed.json'], {
      cwd: place.path(folder),
      env,
      uid: NOBODY,
      gid: NOBODY,
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    const ended = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
    const stderr = await text(child.stderr);
    return [await ended, stderr];
  }

  it('all working folders share the ledger in the folder that systemd gives', async () => {
    const ends = await Promise.all(FOLDERS.map((name) => scanIn(name, { STATE_DIRECTORY: place.path('given') })));
    for (const [code, stderr] of ends) expect([0, 3], stderr).toContain(code);
    expect(readdirSync(place.path('given')).filter((name) => name.endsWith('.sqlite'))).toHaveLength(1);
    for (const name of FOLDERS) expect(readdirSync(place.path(name)).sort()).toEqual(['cache', 'feed.json']);
    const arrivals = server.asked.map(({ at, symbols }) => ({ at, calls: Math.max(1, symbols.length), from: '' }));
    const peak = largestWindow(arrivals, WINDOW_MS);
    expect(peak).toBeLessThanOrEqual(CALLS);
    expect(peak).toBeGreaterThan(CALLS / 2);
    figure('A14', `HOME unset: ${FOLDERS.length} working folders, largest window ${peak} of ${CALLS}`);
  });

  it('and without such a folder nothing is sent, and the setting that helps is named', async () => {
    const [code, stderr] = await scanIn('a', {});
    expect(code).toBe(78);
    expect(stderr).toMatch(/^scan: .*HOME is not set.*SCAN_STATE_DIR/m);
    expect(server.asked).toEqual([]);
    expect(readdirSync(place.path('a'))).toEqual([]);
  });
});
