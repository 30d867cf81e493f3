/** What one key has spent lately, shared by all processes that use it and kept over restarts. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { inspectDatabase, isBusy, isDamage, type DatabaseState } from './database.ts';
import { inspectFolder } from './folder.ts';
import { openLedgerFile, type LedgerFile } from './ledger-file.ts';
import {
  followClock,
  insertSpent,
  LONGEST_PAUSE_MS,
  longestHold,
  momentOf,
  readState,
  type Moment,
} from './ledger-rows.ts';
import { waitFor, type LedgerLimits, type LedgerState } from './quota-wait.ts';

export { LONGEST_PAUSE_MS } from './ledger-rows.ts';
export type { LedgerLimits } from './quota-wait.ts';

export type Reservation =
  | {
      readonly granted: true;
      /** The request has ended: its calls come free one window from now. */
      settle(): void;
    }
  /** `waitMs` > 0: when it is worth asking again. `silentMs` of it are a silence that was asked for. */
  | { readonly granted: false; readonly waitMs: number; readonly silentMs: number };

/**
 * All times ms UTC of the wall clock, which also restarts of the machine share; when that clock is set, they are moved
 * along. When the file is removed, damaged or replaced meanwhile, another takes its place and a whole window is waited
 * out, because nobody knows what was spent. All methods throw when the file fails.
 */
export interface Ledger {
  /** Takes `calls` in one transaction, or says how long to wait. */
  reserve(calls: number): Reservation;
  /** No request of any process for `ms`, at most an hour. Never shortens a silence. */
  pause(ms: number): void;
  state(): LedgerState;
  readonly file: string;
  close(): void;
}

export type OpenedLedger =
  | { readonly ok: true; readonly ledger: Ledger; readonly note: string | null }
  | { readonly ok: false; readonly file: string; readonly detail: string };

/** The tables, the index of the log that SQLite keeps in memory and on disk, and the log itself before it is moved. */
const LEDGER_BYTES = 256 * 1_024;

/** From the settings. */
export function limitsOf(config: {
  readonly quotaCalls: number;
  readonly quotaWindowMs: number;
  readonly quotaMinSpacingMs: number;
  readonly requestTimeoutMs: number;
}): LedgerLimits {
  const { quotaCalls: calls, quotaWindowMs: windowMs, quotaMinSpacingMs: minSpacingMs, requestTimeoutMs } = config;
  return { calls, windowMs, minSpacingMs, requestTimeoutMs };
}

/** File name for one key at one address; says nothing about the key. */
export function ledgerFile(stateDir: string, baseUrl: string, key: string): string {
  const hash = createHash('sha256').update(`${baseUrl}\n${key}`).digest('hex').slice(0, 24);
  return path.join(stateDir, `quota-${hash}.sqlite`);
}

/** A missing file is an empty ledger. One that is damaged or was removed counts as a full window: better slow than over the quota. */
export function openLedger(file: string, limits: LedgerLimits, clock: Clock): OpenedLedger {
  try {
    const opened = openLedgerFile(file, (db) => fillWindow(db, limits, clock));
    const ledger = createLedger(file, opened, limits, clock);
    // A time that a clock of yesterday has left must not keep everybody from ever asking.
    ledger.pause(0);
    const fault = opened.fault === 'damaged' ? `damaged; what it held is in ${file}.corrupt` : opened.fault;
    const note =
      fault === null ? null : `quota ledger: ${file} was ${fault}; started anew, with one full window of waiting`;
    return { ok: true, ledger, note };
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
export function inspectLedger(file: string, limits: LedgerLimits, clock: Clock): DatabaseState<LedgerState> {
  return inspectDatabase(file, (db) => readState(db, limits, momentOf(clock)));
}

/** As if all calls had been spent by now. */
function fillWindow(db: DatabaseSync, limits: LedgerLimits, clock: Clock): void {
  insertSpent(db, limits.calls, Math.ceil(clock.now() + longestHold(limits)), false);
}

function createLedger(file: string, first: LedgerFile, limits: LedgerLimits, clock: Clock): Ledger {
  let current = first;
  const fill = (db: DatabaseSync): void => fillWindow(db, limits, clock);
  const transact = <T>(work: (db: DatabaseSync, moment: Moment) => T): T => {
    const { db } = current;
    db.exec('BEGIN IMMEDIATE');
    try {
      // Read under the lock: while waiting for it another process may have written later times.
      const moment = momentOf(clock);
      followClock(db, limits, moment);
      const result = work(db, moment);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  };
  /** The other file may be one that knows nothing of what was spent in the first; silences are taken over. */
  const replace = (silentMs: number): void => {
    current.db.close();
    current = openLedgerFile(file, fill, true);
    transact((db, { now }) => {
      if (current.fault === null) fill(db);
      extendSilence(db, now, silentMs);
    });
  };
  const silenceOf = ({ silentUntil }: LedgerState): number => Math.max(0, silentUntil - clock.now());
  const stateNow = (): LedgerState => readState(current.db, limits, momentOf(clock));
  /** What was done in a file that is not the ledger any more does not count, and is done again in the one that is. */
  const inCurrent = <T>(work: () => T): T => {
    try {
      const result = work();
      if (current.isCurrent()) return result;
      replace(silenceOf(stateNow()));
    } catch (error) {
      if (!isDamage(error)) throw error;
      replace(0);
    }
    return work();
  };
  return {
    file,
    state: () => inCurrent(stateNow),
    reserve: (calls) =>
      inCurrent(() =>
        transact((db, moment): Reservation => {
          const { now } = moment;
          const state = readState(db, limits, moment);
          const waitMs = waitFor(calls, state, limits, now);
          if (waitMs > 0) {
            const worthMs = hasInFlight(db) ? pollAtMost(waitMs, limits) : waitMs;
            return { granted: false, waitMs: worthMs, silentMs: Math.max(0, state.silentUntil - now) };
          }
          db.prepare('UPDATE gate SET last_start = ?').run(now);
          const id = insertSpent(db, calls, Math.ceil(now + longestHold(limits)), true);
          return { granted: true, settle: () => settle(db, id) };
        }),
      ),
    pause: (ms) => inCurrent(() => transact((db, { now }) => extendSilence(db, now, ms))),
    close: () => current.db.close(),
  };

  /** In another file the calls count by their upper bound already. */
  function settle(db: DatabaseSync, id: number): void {
    if (db !== current.db) return;
    transact((_, { now }) => {
      const statement = db.prepare('UPDATE spent SET free_at = ?, in_flight = 0 WHERE id = ?');
      statement.run(Math.ceil(now) + limits.windowMs, id);
    });
  }
}

function extendSilence(db: DatabaseSync, now: number, ms: number): void {
  if (ms > 0)
    db.prepare('UPDATE gate SET not_before = max(not_before, ?)').run(Math.ceil(now + Math.min(ms, LONGEST_PAUSE_MS)));
}

function hasInFlight(db: DatabaseSync): boolean {
  return db.prepare('SELECT 1 FROM spent WHERE in_flight = 1 LIMIT 1').get() !== undefined;
}

/** A request in flight holds its calls by an upper bound; it will most likely end long before. */
function pollAtMost(waitMs: number, limits: LedgerLimits): number {
  return Math.min(waitMs, Math.max(1, Math.round(limits.windowMs / 60)));
}
