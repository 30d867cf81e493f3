/** SIGHUP, SIGINT and SIGTERM: the first one asks the run to end, the second one ends it. */
import { SECOND_MS } from '../core/time.ts';
import { systemClock } from './clock.ts';

const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
const SIGNALS = Object.keys(EXIT_CODES) as readonly InterruptSignal[];

export type InterruptSignal = keyof typeof EXIT_CODES;

/** A run that has been asked to end gets this long, ms: more than the request in flight, less than who sends SIGKILL waits. */
const PATIENCE_MS = 7 * SECOND_MS;
/**
 * One Ctrl-C, `timeout` or stop of a unit reaches all processes of the group, and npx and the launcher pass it on as well:
 * what comes this soon after the first is the same wish, not a second one.
 */
const ECHO_MS = 250;

/** Thrown where a run notices that it was asked to end. */
export class Interrupted extends Error {
  readonly signal: InterruptSignal;

  constructor(signal: InterruptSignal) {
    super(`interrupted by ${signal}`);
    this.name = 'Interrupted';
    this.signal = signal;
  }

  /** What the shell makes of a process that the signal killed. */
  get exitCode(): number {
    return EXIT_CODES[this.signal];
  }
}

export interface SignalOptions {
  /** Told of the first signal. */
  readonly onFirst: (signal: InterruptSignal) => void;
  /** Called right before the process is ended by force. */
  readonly beforeExit: () => void;
}

export interface Signals {
  /** Aborted by the first signal; its reason is the `Interrupted` to throw. */
  readonly abort: AbortSignal;
  /** The work is done: from now on a signal ends the process at once, with the exit code that the work has earned. */
  stop(): void;
}

/** Ends the process at the second signal that is no echo of the first, or when the first has been waited on for too long. */
export function listenForSignals({ onFirst, beforeExit }: SignalOptions): Signals {
  const controller = new AbortController();
  let patience: NodeJS.Timeout | undefined;
  let first: { readonly signal: InterruptSignal; readonly at: number } | null = null;
  const end = (signal: InterruptSignal): never => {
    beforeExit();
    return process.exit(EXIT_CODES[signal]);
  };
  const hear = (signal: InterruptSignal): void => {
    if (first?.signal === signal && systemClock.monotonic() - first.at < ECHO_MS) return;
    if (first !== null) end(signal);
    first = { signal, at: systemClock.monotonic() };
    patience = setTimeout(end, PATIENCE_MS, signal).unref();
    controller.abort(new Interrupted(signal));
    onFirst(signal);
  };
  // The launcher listens where nohup has asked for hangups to be ignored.
  const isIgnored = process.listeners('SIGHUP').some((listener) => listener !== endFinished);
  const heard = SIGNALS.filter((signal) => signal !== 'SIGHUP' || !isIgnored);
  for (const signal of heard) process.on(signal, hear);
  return {
    abort: controller.signal,
    stop: () => {
      clearTimeout(patience);
      for (const signal of heard) {
        // By default it would kill the process, which then looks as if its feed had not been written; so first on, then off.
        if (!process.listeners(signal).includes(endFinished)) process.on(signal, endFinished);
        process.off(signal, hear);
      }
    },
  };
}

/** What has not left for a slow reader of the output is lost, and then the exit code says so. */
function endFinished(signal: NodeJS.Signals): never {
  const cut = EXIT_CODES[signal as InterruptSignal];
  return process.exit(process.stdout.writableLength === 0 ? (process.exitCode ?? cut) : cut);
}
