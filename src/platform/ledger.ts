/** What one key has spent lately, shared by all processes that use it and kept over restarts. */
import { createHash } from 'node:crypto';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from './clock.ts';
import { damageOf, inspectDatabase, isBusy, isDamage, type DatabaseState } from './database.ts';
import { inspectFolder } from './folder.ts';
import { openLedgerFile, wasRemoved, type LedgerFile } from './ledger-file.ts';
import {
  followClock,
  hasTables,
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
  /** `ledger` fails whenever it is asked: nothing is sent. */
  | { readonly ok: false; readonly ledger: Ledger; readonly detail: string };

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
    const ledger = new FileLedger(file, opened, limits, clock);
    // A time that a clock of yesterday has left must not keep everybody from ever asking.
    ledger.pause(0);
    const fault = opened.fault === 'damaged' ? `damaged; what it held is in ${file}.corrupt` : opened.fault;
    const note =
      fault === null ? null : `quota ledger: ${file} was ${fault}; started anew, with one full window of waiting`;
    return { ok: true, ledger, note };
  } catch (error) {
    const fail = (): never => {
      throw error;
    };
    const ledger = { file, reserve: fail, pause: fail, state: fail, close: () => undefined };
    return { ok: false, ledger, detail: ledgerFailure(file, error) };
  }
}

/** What is wrong with a ledger and what helps, in one sentence. */
export function ledgerFailure(file: string, error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return `the quota ledger ${file} cannot be used (${reason}): ${remedyOf(error, file)}`;
}

function remedyOf(error: unknown, file: string): string {
  if (isBusy(error)) return `a process that hangs holds it: end that (fuser ${file} names it)`;
  // SQLite has several words for a full disk, and some of them mean other things as well.
  const place = inspectFolder(path.dirname(file));
  return place.ok && place.freeBytes !== null && place.freeBytes < LEDGER_BYTES
    ? 'free some space on that disk, or set SCAN_STATE_DIR to a folder on another'
    : 'make its folder writable, or set SCAN_STATE_DIR to one that is, on a disk of this machine';
}

/** What a ledger says, without making, mending or changing it. One that was removed is a damaged one without a byte. */
export function inspectLedger(file: string, limits: LedgerLimits, clock: Clock): DatabaseState<LedgerState> {
  if (wasRemoved(file)) return { kind: 'damaged', bytes: 0 };
  return inspectDatabase(file, (db) => {
    if (!hasTables(db)) throw damageOf('it has no tables');
    return readState(db, limits, momentOf(clock));
  });
}

/** As if all calls had been spent by now. */
function fillWindow(db: DatabaseSync, limits: LedgerLimits, clock: Clock): void {
  insertSpent(db, limits.calls, Math.ceil(clock.now() + longestHold(limits)), false);
}

class FileLedger implements Ledger {
  readonly file: string;
  readonly #limits: LedgerLimits;
  readonly #clock: Clock;
  #current: LedgerFile;

  constructor(file: string, opened: LedgerFile, limits: LedgerLimits, clock: Clock) {
    this.file = file;
    this.#current = opened;
    this.#limits = limits;
    this.#clock = clock;
  }

  state(): LedgerState {
    return this.#inCurrent(() => this.#stateNow());
  }

  reserve(calls: number): Reservation {
    return this.#inCurrent(() => this.#transact((db, moment) => this.#take(calls, db, moment)));
  }

  pause(ms: number): void {
    this.#inCurrent(() => this.#transact((db, { now }) => extendSilence(db, now, ms)));
  }

  close(): void {
    this.#current.db.close();
  }

  #stateNow(): LedgerState {
    return readState(this.#current.db, this.#limits, momentOf(this.#clock));
  }

  #take(calls: number, db: DatabaseSync, moment: Moment): Reservation {
    const limits = this.#limits;
    const { now } = moment;
    const state = readState(db, limits, moment);
    const waitMs = waitFor(calls, state, limits, now);
    if (waitMs > 0) {
      const worthMs = hasInFlight(db) ? pollAtMost(waitMs, limits) : waitMs;
      return { granted: false, waitMs: worthMs, silentMs: Math.max(0, state.silentUntil - now) };
    }
    db.prepare('UPDATE gate SET last_start = ?').run(now);
    const id = insertSpent(db, calls, Math.ceil(now + longestHold(limits)), true);
    return { granted: true, settle: () => this.#settle(db, id) };
  }

  /** In another file the calls count by their upper bound already. */
  #settle(db: DatabaseSync, id: number): void {
    if (db !== this.#current.db) return;
    this.#transact((_, { now }) => {
      const statement = db.prepare('UPDATE spent SET free_at = ?, in_flight = 0 WHERE id = ?');
      statement.run(Math.ceil(now) + this.#limits.windowMs, id);
    });
  }

  #transact<T>(work: (db: DatabaseSync, moment: Moment) => T): T {
    const { db } = this.#current;
    db.exec('BEGIN IMMEDIATE');
    try {
      // Read under the lock: while waiting for it another process may have written later times.
      const moment = momentOf(this.#clock);
      followClock(db, this.#limits, moment);
      const result = work(db, moment);
      db.exec('COMMIT');
      return result;
    } catch (error) {
      if (db.isTransaction) db.exec('ROLLBACK');
      throw error;
    }
  }

  /** What was done in a file that is not the ledger any more does not count, and is done again in the one that is. */
  #inCurrent<T>(work: () => T): T {
    try {
      const result = work();
      if (this.#current.isCurrent()) return result;
      this.#replace(this.#stateNow().silentUntil - this.#clock.now());
    } catch (error) {
      if (!isDamage(error)) throw error;
      this.#replace(0);
    }
    return work();
  }

  /** The other file may be one that knows nothing of what was spent in the first; a silence is taken over. */
  #replace(silentMs: number): void {
    this.#current.db.close();
    const fill = (db: DatabaseSync): void => fillWindow(db, this.#limits, this.#clock);
    this.#current = openLedgerFile(this.file, fill, true);
    this.#transact((db, { now }) => {
      if (this.#current.fault === null) fill(db);
      extendSilence(db, now, silentMs);
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
