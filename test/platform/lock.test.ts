import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/platform/clock.ts';
import { takeRunLock, whoRuns, type LockResult } from '../../src/platform/lock.ts';
import { FakeClock } from '../support/fake-clock.ts';

const NEVER = new AbortController().signal;
const DAMAGE = 'no database, but long enough to be looked at as one'.repeat(40);

describe('run lock', () => {
  let folder: string;
  const held: LockResult[] = [];

  beforeEach(() => {
    folder = path.join(mkdtempSync(path.join(tmpdir(), 'perpscan-lock-')), 'cache');
  });
  afterEach(() => {
    for (const lock of held.splice(0)) if (lock.state === 'held') lock.release();
    rmSync(path.dirname(folder), { recursive: true, force: true });
  });

  async function take(
    waitMs = 0,
    abort = NEVER,
    onWait: (holder: unknown) => void = () => undefined,
  ): Promise<LockResult> {
    const lock = await takeRunLock(folder, { clock: systemClock, waitMs, abort, onWait });
    held.push(lock);
    return lock;
  }

  it('is taken once, and tells the loser who has it', async () => {
    const before = Date.now();
    expect((await take()).state).toBe('held');
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    const loser = await take();
    expect(loser).toMatchObject({ state: 'taken', file: path.join(folder, 'run.lock'), holder: { pid: process.pid } });
    const since = loser.state === 'taken' ? loser.holder!.since : 0;
    expect(since).toBeGreaterThanOrEqual(before);
    expect(since).toBeLessThanOrEqual(Date.now());
  });

  it('is free again after its release, and leaves no name behind', async () => {
    const first = await take();
    if (first.state === 'held') first.release();
    expect(readdirSync(folder)).toEqual(['run.lock']);
    expect((await take()).state).toBe('held');
    if (first.state === 'held') first.release();
    expect((await take()).state, 'a second release of the first must not free the lock of the second').toBe('taken');
  });

  it('a name that was left behind, or is no name at all, locks nobody out', async () => {
    mkdirSync(folder);
    for (const text of ['{"pid":1,"since":1}', '', '{"pid":"x"}', '[]', 'null']) {
      writeFileSync(path.join(folder, 'run.lock.json'), text);
      const lock = await take();
      expect(lock.state).toBe('held');
      if (lock.state === 'held') lock.release();
    }
  });

  it('a holder that is not named is still a holder', async () => {
    await take();
    for (const text of ['{"pid":-1,"since":5}', 'null']) {
      writeFileSync(path.join(folder, 'run.lock.json'), text);
      expect(await take()).toMatchObject({ state: 'taken', holder: null });
    }
  });

  it('who waits gets it when it is free, is told once, and gives up at the end or when told to', async () => {
    const first = await take();
    const told: unknown[] = [];
    const waiting = take(10_000, NEVER, (holder) => {
      told.push(holder);
      if (first.state === 'held') first.release();
    });
    expect((await waiting).state).toBe('held');
    expect(told).toMatchObject([{ pid: process.pid }]);
    expect((await take(150)).state).toBe('taken');
    const abort = new AbortController();
    const aborted = take(60_000, abort.signal, () => setImmediate(() => abort.abort()));
    expect((await aborted).state).toBe('aborted');
  });

  it('waits as long as it was told by a clock that cannot be set', async () => {
    await take();
    const clock = new FakeClock();
    const waiting = takeRunLock(folder, { clock, waitMs: 2_000, abort: NEVER, onWait: () => clock.setWall(0) });
    expect((await clock.until(waiting)).state).toBe('taken');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(2_000);
    expect(clock.monotonic()).toBeLessThan(2_500);
  });

  it('a folder that cannot hold a lock is told apart from a lock that is taken', async () => {
    writeFileSync(folder, 'a file in the way');
    expect(await take()).toMatchObject({ state: 'impossible', detail: expect.stringContaining(folder) as string });
    rmSync(folder);
    mkdirSync(path.join(folder, 'run.lock'), { recursive: true });
    expect(await take()).toMatchObject({ state: 'impossible', detail: expect.stringContaining('run.lock') as string });
    rmSync(path.join(folder, 'run.lock'), { recursive: true });
    writeFileSync(path.join(folder, 'run.lock'), DAMAGE);
    mkdirSync(path.join(folder, 'run.lock.corrupt'));
    expect(await take()).toMatchObject({
      state: 'impossible',
      detail: expect.stringContaining('cannot be mended') as string,
    });
  });

  it('a lock file that is damaged is mended in its place, once, and what it held is kept', async () => {
    mkdirSync(folder);
    const file = path.join(folder, 'run.lock');
    writeFileSync(file, DAMAGE);
    const before = statSync(file).ino;
    const first = await take();
    expect(first).toMatchObject({ state: 'held', note: expect.stringContaining('run.lock.corrupt') as string });
    expect(statSync(file).ino, 'another file would be another lock').toBe(before);
    expect(readFileSync(`${file}.corrupt`, 'utf8')).toBe(DAMAGE);
    expect((await take()).state).toBe('taken');
    if (first.state === 'held') first.release();
    expect(await take()).toMatchObject({ state: 'held', note: null });
  });

  it('a lock file that is damaged while it is held is left alone', async () => {
    await take();
    const file = path.join(folder, 'run.lock');
    // Another process: this one would lose its lock by closing the file.
    execFileSync('sh', ['-c', 'cat > "$0"', file], { input: DAMAGE });
    expect((await take()).state).toBe('taken');
    expect(readFileSync(file, 'utf8')).toBe(DAMAGE);
  });

  it.skipIf(process.getuid?.() === 0)(
    'nor can a lock file that may only be read (a superuser may always write)',
    async () => {
      mkdirSync(folder);
      writeFileSync(path.join(folder, 'run.lock'), '');
      chmodSync(path.join(folder, 'run.lock'), 0o444);
      expect((await take()).state).toBe('impossible');
    },
  );

  it('who runs can be asked without making anything', async () => {
    expect(await whoRuns(folder, systemClock)).toBeNull();
    expect(() => readdirSync(folder)).toThrow('ENOENT');
    const lock = await take();
    expect(await whoRuns(folder, systemClock)).toMatchObject({ holder: { pid: process.pid } });
    expect(readFileSync(path.join(folder, 'run.lock'), 'utf8')).toBe('');
    if (lock.state === 'held') lock.release();
    expect(await whoRuns(folder, systemClock)).toBeNull();
    expect((await take()).state).toBe('held');
  });
});
