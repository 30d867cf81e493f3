/** One run at a time per cache folder. The kernel frees the lock when its process dies, however it dies. */
import { accessSync, constants, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from './clock.ts';
import { identityOf, lockFile, type FileLock } from './file-lock.ts';
import { errnoOf, makeFolder } from './folder.ts';
import { isAlive } from './is-alive.ts';

/** Who holds the lock, for people to read: whether it is held is never judged by this. */
export interface LockHolder {
  readonly pid: number;
  /** ms UTC when it took the lock. */
  readonly since: number;
}

export type LockResult =
  | {
      readonly state: 'held';
      /** Set when the lock file had to be mended: what was done, in one sentence. */
      readonly note: string | null;
      /**
       * Looks at the file again. One that was removed locks nobody out: the one in its place is taken too. False when
       * another run has that one.
       */
      keep(): boolean;
      /** Safe to call twice. */
      release(): void;
    }
  /** Another process has it. `holder` is null when it has not said who it is. */
  | { readonly state: 'taken'; readonly file: string; readonly holder: LockHolder | null }
  /** No lock can be kept in that folder: two runs may overlap. `detail` names file and reason. */
  | { readonly state: 'impossible'; readonly detail: string }
  /** Given up while waiting. */
  | { readonly state: 'aborted' };

export interface LockOptions {
  readonly clock: Clock;
  /** How long to wait for a lock that is taken, ms; 0 gives up at once. */
  readonly waitMs: number;
  readonly abort: AbortSignal;
  /** Called once when the waiting begins. */
  readonly onWait: (holder: LockHolder | null) => void;
}

/** The lock of a cache folder. */
export const LOCK_FILE = 'run.lock';
/** Contenders that start in the same instant look at each other's attempts; one of them must come through. */
const CONTENTION_MS = 250;
const POLL_MS = 100;
/** For a holder that has the lock and is about to say who it is. */
const ANSWERS = 5;
const ANSWER_MS = 40;

/** Takes the lock of `folder`, which is made (0700) when missing. Never rejects. */
export async function takeRunLock(folder: string, options: LockOptions): Promise<LockResult> {
  const { clock, waitMs, abort, onWait } = options;
  const file = path.join(folder, LOCK_FILE);
  const end = clock.monotonic() + waitMs;
  for (let attempt = 1; ; attempt += 1) {
    const taken = tryLock(folder, file, clock.now(), attempt === 1 ? CONTENTION_MS : 0);
    if (taken !== null) return taken;
    if (clock.monotonic() >= end) return { state: 'taken', file, holder: await holderOf(file, clock) };
    if (attempt === 1) onWait(await holderOf(file, clock));
    await clock.sleep(Math.min(POLL_MS, end - clock.monotonic()), abort);
    if (abort.aborted) return { state: 'aborted' };
  }
}

/** Who holds the lock of `folder` now; null when nobody does. Takes it for an instant to find out; makes nothing. */
export async function whoRuns(
  folder: string,
  clock: Clock,
): Promise<{ readonly file: string; readonly holder: LockHolder | null } | null> {
  const file = path.join(folder, LOCK_FILE);
  try {
    accessSync(file, constants.W_OK);
  } catch {
    // Never used, or not ours to use: nobody runs as far as can be told.
    return null;
  }
  const lock = lockFile(file, 0);
  if (lock.state === 'locked') lock.db.close();
  return lock.state === 'busy' ? { file, holder: await holderOf(file, clock) } : null;
}

/** Null when another process has it. */
function tryLock(folder: string, file: string, now: number, busyMs: number): LockResult | null {
  try {
    makeFolder(folder, 0o700);
  } catch (error) {
    return { state: 'impossible', detail: `${folder} cannot be made (${errnoOf(error)})` };
  }
  const lock = lockFile(file, busyMs);
  if (lock.state === 'busy') return null;
  if (lock.state === 'failed') return { state: 'impossible', detail: lock.detail };
  return held(file, lock, { pid: process.pid, since: now });
}

type Locked = Extract<FileLock, { state: 'locked' }>;

function held(file: string, first: Locked, holder: LockHolder): LockResult {
  const locks = [first.db];
  let said = sayWho(file, holder);
  let identity = identityOf(file);
  return {
    state: 'held',
    note: first.note,
    keep: () => {
      if (identityOf(file) === identity) return true;
      const next = inPlace(file);
      if (next.state === 'busy') return false;
      if (next.state === 'locked') {
        locks.push(next.db);
        identity = identityOf(file);
        said = sayWho(file, holder);
      }
      return true;
    },
    release: () => {
      // Before the lock is free: afterwards it may be the next holder's.
      if (said) rmSync(holderFile(file), { force: true });
      said = false;
      for (const db of locks.splice(0)) db.close();
    },
  };
}

/** Of the file that has taken the place of a lock file that was removed, perhaps with its folder. */
function inPlace(file: string): FileLock {
  try {
    makeFolder(path.dirname(file), 0o700);
    return lockFile(file, 0);
  } catch (error) {
    return { state: 'failed', detail: `${file} cannot be made (${errnoOf(error)})` };
  }
}

function holderFile(file: string): string {
  return `${file}.json`;
}

/** The lock holds without it: only the loser's message is poorer. */
function sayWho(file: string, holder: LockHolder): boolean {
  try {
    writeFileSync(holderFile(file), `${JSON.stringify(holder)}\n`, { mode: 0o644 });
    return true;
  } catch {
    return false;
  }
}

/** A process that was killed leaves its name behind, and its successor may not have written yet. */
async function holderOf(file: string, clock: Clock): Promise<LockHolder | null> {
  let holder: LockHolder | null = null;
  for (let answer = 1; answer <= ANSWERS; answer += 1) {
    holder = readHolder(file);
    if (holder !== null && isAlive(holder.pid)) break;
    if (answer < ANSWERS) await clock.sleep(ANSWER_MS);
  }
  return holder;
}

function readHolder(file: string): LockHolder | null {
  try {
    const { pid, since } = JSON.parse(readFileSync(holderFile(file), 'utf8')) as Partial<Record<string, unknown>>;
    return isCount(pid) && pid > 0 && isCount(since) ? { pid, since } : null;
  } catch {
    // Not there or half written.
    return null;
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
