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

/** Does `work` while no other run uses the cache folder; the exit code is that of the work, or 75. */
export async function exclusively(options: ExclusiveOptions, work: () => Promise<number>): Promise<number> {
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
  if (lock.state === 'held' && lock.note !== null) log.warn(`run lock: ${lock.note}`);
  try {
    return await work();
  } finally {
    if (lock.state === 'held') lock.release();
  }
}

function describe(holder: LockHolder | null): string {
  if (holder === null) return '';
  const since = new Date(holder.since).toISOString().slice(0, 19).replace('T', ' ');
  return ` (pid ${holder.pid}, since ${since} UTC)`;
}
