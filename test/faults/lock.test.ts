import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LockHolder } from '../../src/platform/lock.ts';
import { figure, rounds } from './figures.ts';

const PROCESS = path.join(import.meta.dirname, 'lock-process.ts');

interface Note {
  readonly pid: number;
  readonly what: 'asks' | 'in' | 'out';
  /** ms since 1970. */
  readonly at: number;
}

interface Ended {
  readonly state: string;
  readonly holder?: LockHolder | null;
  readonly ms: number;
}

describe('run lock over processes', () => {
  let folder: string;
  const children = new Set<ChildProcess>();

  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'perpscan-lock-'));
  });
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });

  const log = (): string => path.join(folder, 'log');

  function notes(): readonly Note[] {
    if (!existsSync(log())) return [];
    const lines = readFileSync(log(), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Note);
  }

  function start(holdMs: number, waitMs = 0): { readonly child: ChildProcess; readonly ended: Promise<Ended> } {
    const begun = performance.now();
    const args = [PROCESS, path.join(folder, 'cache'), log(), String(holdMs), String(waitMs)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', () => {
        children.delete(child);
        const result = text === '' ? { state: 'killed' } : (JSON.parse(text) as Omit<Ended, 'ms'>);
        resolve({ ...result, ms: performance.now() - begun });
      });
    });
    return { child, ended };
  }

  const turns = (): readonly Note[] => notes().filter(({ what }) => what !== 'asks');

  /** When the process did it, as soon as it has. */
  async function noted(pid: number, what: Note['what']): Promise<number> {
    for (;;) {
      const note = notes().find((one) => one.pid === pid && one.what === what);
      if (note !== undefined) return note.at;
      await sleep(5);
    }
  }

  /** The `count` that end first. */
  function firstOf(all: readonly Promise<Ended>[], count: number): Promise<readonly Ended[]> {
    return new Promise((resolve) => {
      const ended: Ended[] = [];
      const add = (one: Ended): void => {
        ended.push(one);
        if (ended.length === count) resolve(ended);
      };
      for (const one of all) void one.then(add);
    });
  }

  /** The most processes that were in at the same time: kills are ends that nobody noted. */
  function mostAtOnce(all: readonly Pick<Note, 'pid' | 'what'>[]): number {
    const inside = new Set<number>();
    return all.reduce((most, { pid, what }) => {
      if (what === 'in') inside.add(pid);
      else inside.delete(pid);
      return Math.max(most, inside.size);
    }, 0);
  }

  it.each([
    ['of many that start at once exactly one runs, and every other is told who it is', null],
    ['and the same where the lock file is damaged', 'no lock file, and long enough to be looked at as one'.repeat(40)],
  ])('%s', async (_, text) => {
    const count = rounds(5, 20);
    mkdirSync(path.join(folder, 'cache'));
    if (text !== null) writeFileSync(path.join(folder, 'cache', 'run.lock'), text);
    // It holds until the last of the others has ended, however long a busy machine takes to start them.
    const started = Array.from({ length: count }, () => start(600_000).ended);
    const losers = await firstOf(started, count - 1);
    const winner = turns()[0]!.pid;
    expect(turns()).toHaveLength(1);
    expect(losers.map(({ state }) => state)).toEqual(losers.map(() => 'taken'));
    expect(losers.map(({ holder }) => holder?.pid)).toEqual(losers.map(() => winner));
    figure(
      'A11',
      `two runs never overlap: of ${count} started at once${text === null ? '' : ' at a damaged lock'} ${count - losers.length} ran, ${losers.length} were told who`,
    );
  });

  it('those that wait run one after the other', async () => {
    const count = rounds(3, 20);
    const ended = await Promise.all(Array.from({ length: count }, () => start(20, 60_000).ended));
    expect(ended.map(({ state }) => state)).toEqual(ended.map(() => 'held'));
    expect(turns()).toHaveLength(2 * count);
    expect(mostAtOnce(turns())).toBe(1);
    figure('A11', `of ${count} that waited all ran, at most ${mostAtOnce(turns())} at a time`);
  });

  it('a holder that is killed frees the lock at once', async () => {
    const kills = rounds(1, 20);
    const waits: number[] = [];
    for (let kill = 0; kill < kills; kill += 1) {
      const holder = start(60_000);
      await noted(holder.child.pid!, 'in');
      const next = start(0, 10_000);
      await sleep(Math.random() * 300);
      const killed = performance.timeOrigin + performance.now();
      holder.child.kill('SIGKILL');
      expect(await holder.ended).toMatchObject({ state: 'killed' });
      const entered = await noted(next.child.pid!, 'in');
      // It may have asked only after the kill: what it took to start is not the lock's.
      waits.push(entered - Math.max(killed, await noted(next.child.pid!, 'asks')));
      expect(await next.ended).toMatchObject({ state: 'held' });
    }
    const longest = Math.max(...waits);
    expect(longest).toBeLessThan(1_000);
    figure('A11', `after ${kills} kill -9 of the holder the next one ran within ${Math.round(longest)} ms`);
  });

  it('a damaged lock file that another run empties meanwhile holds nobody up', async () => {
    const count = rounds(200, 5_000);
    const script = path.join(import.meta.dirname, 'lock-emptied-process.ts');
    const child = spawn(process.execPath, [script, folder, String(count)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.add(child);
    expect(await text(child.stdout)).toBe(String(count));
  });

  it('the count of those inside finds an overlap', () => {
    const [a, b] = [1, 2];
    expect(
      mostAtOnce([
        { pid: a, what: 'in' },
        { pid: b, what: 'in' },
        { pid: a, what: 'out' },
      ]),
    ).toBe(2);
    expect(
      mostAtOnce([
        { pid: a, what: 'in' },
        { pid: a, what: 'out' },
        { pid: b, what: 'in' },
      ]),
    ).toBe(1);
  });
});
