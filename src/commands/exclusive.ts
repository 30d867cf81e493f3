/** One run at a time: the run lock as the command line shows it. */
import type { Config } from '../config.ts';
import { systemClock } from '../platform/clock.ts';
import { takeRunLock, type LockHolder } from '../platform/lock.ts';
import type { Log } from '../platform/log.ts';
import { formatDuration } from '../platform/text.ts';
import { EXIT } from './context.ts';

export interface ExclusiveOptions {
  readonly config: Pick<Config, 'cacheDir'>;
  readonly log: Log;
  /** How long to wait for another run, ms. */
  readonly waitMs: number;
  readonly interrupt: AbortSignal;
}

/** How often a run looks whether the lock file is still its own. */
const LOOK_MS = 1_000;

/**
 * Does `work` while no other run uses the cache folder; the exit code is that of the work, or 75. `work` is given the
 * signal that interrupts it, also when its lock is lost.
 */
export async function exclusively(
  options: ExclusiveOptions,
  work: (interrupt: AbortSignal) => Promise<number>,
): Promise<number> {
  const { config, log, waitMs, interrupt } = options;
  const lock = await takeRunLock(config.cacheDir, {
    clock: systemClock,
    waitMs,
    abort: interrupt,
    onWait: (holder) => log.info(`another scan runs${describe(holder)}; waiting up to ${formatDuration(waitMs)}`),
  });
  interrupt.throwIfAborted();
  if (lock.state === 'taken') {
    log.error(
      `scan: another scan runs${describe(lock.holder)}; it holds ${lock.file}. Wait for it with --wait-lock, or use another SCAN_CACHE_DIR`,
    );
    return EXIT.locked;
  }
  if (lock.state === 'impossible') {
    log.warn(`no run lock: ${lock.detail}; nothing keeps a second scan from running at the same time`);
  }
  if (lock.state !== 'held') return work(interrupt);
  if (lock.note !== null) log.warn(`run lock: ${lock.note}`);
  const lost = new AbortController();
  const look = setInterval(() => {
    if (!lock.keep()) lost.abort(new Error('its lock is lost'));
  }, LOOK_MS);
  try {
    return await work(AbortSignal.any([interrupt, lost.signal]));
  } catch (error) {
    if (!lost.signal.aborted || error !== lost.signal.reason) throw error;
    log.error(
      `scan: the lock in ${config.cacheDir} was removed while this run held it, and another scan has begun since: this one ends. What was fetched is cached`,
    );
    return EXIT.locked;
  } finally {
    clearInterval(look);
    lock.release();
  }
}

function describe(holder: LockHolder | null): string {
  if (holder === null) return '';
  const since = new Date(holder.since).toISOString().slice(0, 19).replace('T', ' ');
  return ` (pid ${holder.pid}, since ${since} UTC)`;
}
