import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock } from '../../src/platform/lock.ts';
import { workplace, type Workplace } from '../support/cli.ts';
import { figure } from './figures.ts';
import { AS_OF, copyMarkets } from './market-folder.ts';
import { startScan, type ScanProcess } from './scan-process.ts';
import { startWorldServer, type WorldServer } from './world-server.ts';

const NO_LOCKS = path.join(import.meta.dirname, 'no-locks-process.ts');
const NEVER = new AbortController().signal;
/** A run looks at its lock file every second. */
const LOOKED_MS = 1_500;

let place: Workplace;
let server: WorldServer;
const running = new Set<ScanProcess>();

beforeEach(async () => {
  place = workplace();
  copyMarkets(place.path('candles'), 6);
  mkdirSync(place.path('out'));
  server = await startWorldServer();
});
afterEach(async () => {
  for (const { child } of running) child.kill('SIGKILL');
  running.clear();
  await server.close();
  place.remove();
});

function start(name: string): ScanProcess {
  const scan = startScan(place, { url: server.url, args: ['--output', `out/${name}.json`] });
  running.add(scan);
  return scan;
}

/** A scan whose third request waits until it is let go. */
async function heldScan(): Promise<{ readonly scan: ScanProcess; readonly letGo: () => void }> {
  const held = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  server.hold(() => {
    if (server.asked.length < 3) return Promise.resolve();
    arrived.resolve();
    return held.promise;
  });
  const scan = start('first');
  await arrived.promise;
  return { scan, letGo: () => held.resolve() };
}

const stageOf = (name: string): string =>
  /"stage":"(\w+)"/.exec(readFileSync(place.path('out', `${name}.json`), 'utf8'))?.[1] ?? 'none';

describe('a run lock that is removed while a run holds it', () => {
  it.each([
    ['the file alone', ['run.lock']],
    ['with its folder', []],
  ])('%s: the run takes the one in its place, and the next run is told who runs', async (name, parts) => {
    const { scan, letGo } = await heldScan();
    rmSync(place.path('cache', ...parts), { recursive: true });
    await sleep(LOOKED_MS);
    const second = await start('second').ended;
    expect(second).toMatchObject({
      code: 75,
      stderr: expect.stringContaining(`another scan runs (pid ${scan.child.pid}`) as string,
    });
    letGo();
    const { code, stderr } = await scan.ended;
    expect(code, stderr).toBe(0);
    expect(stageOf('first')).toBe('complete');
    figure('A11', `a lock removed (${name}) under a run: the next one ended with ${second.code}`);
  });

  it('and has been taken by another run before it looked: it ends with 75 and writes no further feed', async () => {
    const { scan, letGo } = await heldScan();
    rmSync(place.path('cache', 'run.lock'));
    const options = { clock: systemClock, waitMs: 0, abort: NEVER, onWait: () => undefined };
    const other = await takeRunLock(place.path('cache'), options);
    expect(other.state).toBe('held');
    const { code, stderr } = await scan.ended;
    letGo();
    if (other.state === 'held') other.release();
    expect(code, stderr).toBe(75);
    expect(stderr).toContain('was removed while this run held it');
    expect(stageOf('first')).toBe('price');
    figure(
      'A11',
      `a lock removed and taken by another run: the first one ended with ${code}, its last stage not written`,
    );
  });
});

describe('a disk that keeps no locks', () => {
  const env = { NODE_OPTIONS: `--import=${NO_LOCKS}` };

  it('for the cache: the run goes on, and says what that means', async () => {
    const args = ['candles', '--provider', 'none', '--as-of', AS_OF, '--output', 'out/feed.json'];
    const { code, stderr } = await place.scan(args, { env });
    expect(code, stderr).toBe(0);
    expect(stderr).toMatch(
      /no run lock: .*run\.lock cannot be locked: its disk keeps no locks; nothing keeps a second/,
    );
    expect(stderr).not.toContain('another scan runs');
    expect(stageOf('feed')).toBe('complete');
  });

  it('for the ledger: candles only, exit 3, with the remedy', async () => {
    const { code, stderr } = await startScan(place, { url: server.url, args: ['--output', 'out/feed.json'], env })
      .ended;
    expect(code, stderr).toBe(3);
    expect(server.asked).toEqual([]);
    expect(readFileSync(place.path('out', 'feed.json'), 'utf8')).toMatch(
      /the quota ledger [^"]*its disk keeps no locks[^"]*set SCAN_STATE_DIR/,
    );
    figure('A14', 'a ledger that cannot be locked: 0 requests');
  });
});
