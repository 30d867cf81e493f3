/** What one key has spent lately, shared by all processes that use it and kept over restarts. */
import { createHash } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock, SinceBoot } from './clock.ts';
import { inspectDatabase, isBusy, isDamage, type DatabaseState } from './database.ts';
import { inspectFolder, makeFolder } from './folder.ts';
import { waitFor, type LedgerLimits, type LedgerState } from './quota-wait.ts';

export type { LedgerLimits } from './quota-wait.ts';

export type Reservation =
  | { readonly granted: true; readonly id: number }
  /** `waitMs` > 0: when it is worth asking again. */
  | { readonly granted: false; readonly waitMs: number };

/**
 * All times ms UTC of the wall clock, which also restarts of the machine share; when that clock is set, they are moved
 * along. All methods throw when the file fails.
 */
export interface Ledger {
  /** Takes `calls` in one transaction, or says how long to wait. */
  reserve(calls: number): Reservation;
  /** The request has ended: its calls come free one window from now. */
  settle(id: number): void;
  /** No request of any process before `until`, at most an hour ahead. Never shortens a silence. */
  pauseUntil(until: number): void;
  state(): LedgerState;
  readonly file: string;
  close(): void;
}

export type OpenedLedger =
  | { readonly ok: true; readonly ledger: Ledger; readonly note: string | null }
  | { readonly ok: false; readonly file: string; readonly detail: string };

/** The longest silence that is believed, ms. */
export const LONGEST_PAUSE_MS = 3_600_000;
const BUSY_TIMEOUT_MS = 5_000;
/** The tables, the index of the log that SQLite keeps in memory and on disk, and the log itself before it is moved. */
const LEDGER_BYTES = 256 * 1_024;
/** The two clocks are not read in the same instant, and the wall clock is slewed by up to 0.5 ms a second. */
const CLOCK_NOISE_MS = 5;

/** `units` is what calls were called when the first ledgers were written. */
const SCHEMA = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS spent (id INTEGER PRIMARY KEY AUTOINCREMENT, units INTEGER NOT NULL, free_at INTEGER NOT NULL, in_flight INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS gate (id INTEGER PRIMARY KEY CHECK (id = 1), last_start INTEGER NOT NULL, not_before INTEGER NOT NULL);
  INSERT OR IGNORE INTO gate VALUES (1, 0, 0);
  CREATE TABLE IF NOT EXISTS clock (id INTEGER PRIMARY KEY CHECK (id = 1), boot TEXT NOT NULL, ahead REAL NOT NULL);`;

/** File name for one key at one address; says nothing about the key. */
export function ledgerFile(stateDir: string, baseUrl: string, key: string): string {
  const hash = createHash('sha256').update(`${baseUrl}\n${key}`).digest('hex').slice(0, 24);
  return path.join(stateDir, `quota-${hash}.sqlite`);
}

/** A missing file is an empty ledger. A damaged one is moved aside and counts as a full window: better slow than over the quota. */
export function openLedger(file: string, limits: LedgerLimits, clock: Clock): OpenedLedger {
  try {
    makeFolder(path.dirname(file), 0o700);
    const opened = connect(file);
    if (opened !== null) return { ok: true, ledger: createLedger(file, opened, limits, clock), note: null };
    renameSync(file, `${file}.corrupt`);
    for (const suffix of ['-wal', '-shm']) rmSync(file + suffix, { force: true });
    const renewed = connect(file)!;
    insertSpent(renewed, limits.calls, clock.now() + limits.windowMs + limits.requestTimeoutMs, false);
    const note = `quota ledger: ${file} was damaged; started anew, with one full window of waiting`;
    return { ok: true, ledger: createLedger(file, renewed, limits, clock), note };
  } catch (error) {
    const detail = `the quota ledger ${file} cannot be opened (${String(error)}): ${remedyOf(error, file)}`;
    return { ok: false, file, detail };
  }
}

function remedyOf(error: unknown, file: string): string {
  if (isBusy(error)) return `a process that hangs holds it: end that (fuser ${file} names it)`;
  // SQLite has several words for a full disk, and some of them mean other things as well.
  const place = inspectFolder(path.dirname(file));
  return place.ok && place.freeBytes !== null && place.freeBytes < LEDGER_BYTES
    ? 'free some space on that disk, or set SCAN_STATE_DIR to a folder on another'
    : 'make its folder writable or set SCAN_STATE_DIR to one that is';
}

/** What a ledger says, without making, mending or changing it. */
export function inspectLedger(file: string, minSpacingMs: number, now: number): DatabaseState<LedgerState> {
  return inspectDatabase(file, (db) => readState(db, minSpacingMs, now));
}

/** Null when the file is no sound database. */
function connect(file: string): DatabaseSync | null {
  const known = existsSync(file);
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    db.exec(SCHEMA);
    if (known && db.prepare('PRAGMA quick_check').get()?.['quick_check'] !== 'ok') {
      db.close();
      return null;
    }
    return db;
  } catch (error) {
    db.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

function createLedger(file: string, db: DatabaseSync, limits: LedgerLimits, clock: Clock): Ledger {
  const longestHold = limits.windowMs + limits.requestTimeoutMs;
  const atomically = <T>(work: (now: number) => T): T => {
    db.exec('BEGIN IMMEDIATE');
    try {
      // Read under the lock: while waiting for it another process may have written later times.
      const now = clock.now();
      followWallClock(db, now, clock.sinceBoot());
      const result = work(now);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  // A wall clock that was set back while the machine was off would otherwise lock the key until it caught up.
  const believe = (now: number): void => {
    db.prepare('UPDATE spent SET free_at = min(free_at, ?)').run(now + longestHold);
    db.prepare('UPDATE gate SET last_start = min(last_start, ?), not_before = min(not_before, ?)').run(
      now,
      now + LONGEST_PAUSE_MS,
    );
    db.prepare('DELETE FROM spent WHERE free_at <= ?').run(now);
  };
  return {
    file,
    state: () => readState(db, limits.minSpacingMs, clock.now()),
    reserve: (calls) =>
      atomically((now) => {
        believe(now);
        const waitMs = waitFor(calls, readState(db, limits.minSpacingMs, now), limits, now);
        if (waitMs > 0) return { granted: false, waitMs: hasInFlight(db) ? pollAtMost(waitMs, limits) : waitMs };
        db.prepare('UPDATE gate SET last_start = ?').run(now);
        return { granted: true, id: insertSpent(db, calls, now + longestHold, true) };
      }),
    settle: (id) =>
      atomically((now) => {
        const statement = db.prepare('UPDATE spent SET free_at = ?, in_flight = 0 WHERE id = ?');
        statement.run(Math.ceil(now) + limits.windowMs, id);
      }),
    pauseUntil: (until) =>
      atomically((now) => {
        const statement = db.prepare('UPDATE gate SET not_before = max(not_before, ?)');
        statement.run(Math.ceil(Math.min(until, now + LONGEST_PAUSE_MS)));
      }),
    close: () => db.close(),
  };
}

/** Moves all stored times by what the wall clock was set: a day ahead must not open the quota, an hour back not lock it. */
function followWallClock(db: DatabaseSync, now: number, { boot, ms }: SinceBoot): void {
  const ahead = now - ms;
  const known = db.prepare('SELECT boot, ahead FROM clock').get() as { boot: string; ahead: number } | undefined;
  const setBy = known?.boot === boot ? Math.round(ahead - known.ahead) : 0;
  if (known?.boot === boot && Math.abs(setBy) <= CLOCK_NOISE_MS) return;
  db.prepare('INSERT OR REPLACE INTO clock VALUES (1, ?, ?)').run(boot, ahead);
  if (setBy === 0) return;
  db.prepare('UPDATE spent SET free_at = free_at + ?').run(setBy);
  db.prepare('UPDATE gate SET last_start = last_start + ?, not_before = not_before + ?').run(setBy, setBy);
}

function insertSpent(db: DatabaseSync, calls: number, freeAt: number, inFlight: boolean): number {
  const statement = db.prepare('INSERT INTO spent (units, free_at, in_flight) VALUES (?, ?, ?)');
  return Number(statement.run(calls, freeAt, inFlight ? 1 : 0).lastInsertRowid);
}

function readState(db: DatabaseSync, minSpacingMs: number, now: number): LedgerState {
  const spent = db
    .prepare('SELECT units AS calls, free_at AS freeAt FROM spent WHERE free_at > ? ORDER BY free_at')
    .all(now);
  const gate = db.prepare('SELECT last_start AS lastStart, not_before AS notBefore FROM gate').get();
  const { lastStart, notBefore } = gate as { lastStart: number; notBefore: number };
  return {
    spent: spent as { calls: number; freeAt: number }[],
    notBefore: Math.max(notBefore, lastStart + minSpacingMs),
  };
}

function hasInFlight(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM spent WHERE in_flight = 1 LIMIT 1').get() !== undefined;
}

/** A request in flight holds its calls by an upper bound; it will most likely end long before. */
function pollAtMost(waitMs: number, limits: LedgerLimits): number {
  return Math.min(waitMs, Math.max(1, Math.round(limits.windowMs / 60)));
}
