/** The only file that reads the machine's clocks. */
import { readFileSync } from 'node:fs';

/** `setTimeout` keeps its delay in 31 bits and fires at once beyond: long waits are made of pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Clock {
  /** Wall time, ms UTC. May jump when the machine's clock is set. */
  now(): number;
  /** ms since some fixed moment of this process; never goes back. For durations. */
  monotonic(): number;
  /** A count that all processes of this machine share and that nobody can set: how processes find out that the wall clock was. */
  sinceBoot(): SinceBoot;
  /** Resolves after `ms`, or at once when `abort` fires: who cares looks at `abort.aborted`. */
  sleep(ms: number, abort?: AbortSignal): Promise<void>;
}

export interface SinceBoot {
  /** Counts of different boots do not compare; empty where the system does not name its boots. */
  readonly boot: string;
  readonly ms: number;
}

const NS_PER_MS = 1e6;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  sinceBoot: () => ({ boot: (bootName ??= readBootName()), ms: Number(process.hrtime.bigint()) / NS_PER_MS }),
  sleep,
};

let bootName: string | null = null;

function readBootName(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    // Not Linux.
    return '';
  }
}

/** A clock whose wall time stands still at `nowMs`: the data clock of a run on made-up data. Durations are real. */
export function fixedClock(nowMs: number): Clock {
  return { ...systemClock, now: () => nowMs };
}

async function sleep(ms: number, abort?: AbortSignal): Promise<void> {
  const end = performance.now() + ms;
  for (let left = ms; left > 0; left = end - performance.now()) {
    if (abort?.aborted === true) return;
    await timer(Math.min(left, LONGEST_TIMER_MS), abort);
  }
}

function timer(ms: number, abort: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(handle);
      abort?.removeEventListener('abort', done);
      resolve();
    };
    const handle = setTimeout(done, ms);
    abort?.addEventListener('abort', done);
  });
}
