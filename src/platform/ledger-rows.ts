/** The tables of a ledger, and what they say at a moment. Times in it are ms UTC of the wall clock that wrote them. */
import { DatabaseSync } from 'node:sqlite';
import type { Clock, SinceBoot } from './clock.ts';
import { isDamage } from './database.ts';
import type { LedgerLimits, LedgerState } from './quota-wait.ts';

/** The longest silence that is believed, ms. */
export const LONGEST_PAUSE_MS = 3_600_000;
const BUSY_TIMEOUT_MS = 5_000;
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

/** What both clocks show. */
export interface Moment {
  readonly now: number;
  readonly sinceBoot: SinceBoot;
}

export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), sinceBoot: clock.sinceBoot() };
}

export function makeTables(file: string): DatabaseSync {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  db.exec(SCHEMA);
  return db;
}

/** Null when the file is no ledger, or none that is whole. */
export function openTables(file: string): DatabaseSync | null {
  const db = new DatabaseSync(file, { timeout: BUSY_TIMEOUT_MS });
  try {
    if (hasTables(db) && db.prepare('PRAGMA quick_check').get()?.['quick_check'] === 'ok') {
      db.exec(SCHEMA);
      return db;
    }
    db.close();
    return null;
  } catch (error) {
    db.close();
    if (isDamage(error)) return null;
    throw error;
  }
}

/** False of a file of no byte, or of one: to SQLite that is a database without tables. */
export function hasTables(db: DatabaseSync): boolean {
  const found = db.prepare("SELECT count(*) AS count FROM sqlite_schema WHERE name IN ('spent', 'gate')").get();
  return found?.['count'] === 2;
}

export function insertSpent(db: DatabaseSync, calls: number, freeAt: number, inFlight: boolean): number {
  const statement = db.prepare('INSERT INTO spent (units, free_at, in_flight) VALUES (?, ?, ?)');
  return Number(statement.run(calls, freeAt, inFlight ? 1 : 0).lastInsertRowid);
}

/** The longest that calls count: a request that was killed may have reached the server at the end of its time. */
export function longestHold({ windowMs, requestTimeoutMs }: LedgerLimits): number {
  return windowMs + requestTimeoutMs;
}

/** Follows the clock without writing: what a wall clock that was set would make of the stored times is put right. */
export function readState(db: DatabaseSync, limits: LedgerLimits, moment: Moment): LedgerState {
  const { now } = moment;
  const by = setBy(db, moment);
  const spent = db
    .prepare('SELECT units AS calls, min(free_at + ?, ?) AS freeAt FROM spent WHERE free_at + ? > ? ORDER BY free_at')
    .all(by, Math.ceil(now + longestHold(limits)), by, now);
  const gate = db.prepare('SELECT last_start AS lastStart, not_before AS notBefore FROM gate').get();
  const { lastStart, notBefore } = gate as { lastStart: number; notBefore: number };
  const silentUntil = Math.min(notBefore + by, now + LONGEST_PAUSE_MS);
  return {
    spent: spent as { calls: number; freeAt: number }[],
    silentUntil,
    notBefore: Math.max(silentUntil, Math.min(lastStart + by, now) + limits.minSpacingMs),
  };
}

/**
 * Moves all stored times by what the wall clock was set, where that is known: a day ahead must not open the quota, an hour
 * back not lock it. Where it is not, as after a restart of the machine, nothing holds longer than the longest it could.
 */
export function followClock(db: DatabaseSync, limits: LedgerLimits, moment: Moment): void {
  const { now, sinceBoot } = moment;
  const by = setBy(db, moment);
  if (by !== 0) {
    db.prepare('UPDATE spent SET free_at = free_at + ?').run(by);
    db.prepare('UPDATE gate SET last_start = last_start + ?, not_before = not_before + ?').run(by, by);
  }
  if (by !== 0 || knownClock(db)?.boot !== sinceBoot.boot)
    db.prepare('INSERT OR REPLACE INTO clock VALUES (1, ?, ?)').run(sinceBoot.boot, now - sinceBoot.ms);
  const latest = Math.ceil(now + longestHold(limits));
  db.prepare('UPDATE spent SET free_at = ? WHERE free_at > ?').run(latest, latest);
  db.prepare(
    'UPDATE gate SET last_start = min(last_start, ?), not_before = min(not_before, ?) WHERE max(last_start, not_before) > ?',
  ).run(now, now + LONGEST_PAUSE_MS, now);
  db.prepare('DELETE FROM spent WHERE free_at <= ?').run(now);
}

/** By how much the wall clock was set since the ledger was last written, ms; 0 where nobody can tell. */
function setBy(db: DatabaseSync, { now, sinceBoot: { boot, ms } }: Moment): number {
  const known = knownClock(db);
  if (known?.boot !== boot) return 0;
  const by = Math.round(now - ms - known.ahead);
  return Math.abs(by) <= CLOCK_NOISE_MS ? 0 : by;
}

function knownClock(db: DatabaseSync): { readonly boot: string; readonly ahead: number } | undefined {
  return db.prepare('SELECT boot, ahead FROM clock').get() as { boot: string; ahead: number } | undefined;
}
