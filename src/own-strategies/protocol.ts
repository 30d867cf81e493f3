/** What passes between a run and the worker that holds a strategy of the user's own. */
import type { MessagePort } from 'node:worker_threads';
import type { CandleSeries } from '../core/candles.ts';

export interface Start {
  /** Absolute. */
  readonly file: string;
  /** Address of what that file gets when it imports perpscan. */
  readonly library: string;
  /** One number: 1 once a reply lies in the port, so that a run can wait for it without giving up its turn. */
  readonly signal: SharedArrayBuffer;
  readonly port: MessagePort;
}

/** One whole market. */
export interface Question {
  readonly candles: CandleSeries;
  readonly explain: 'directed' | 'all';
  /** True: in memory that nothing was in before. */
  readonly fresh: boolean;
}

export type Reply =
  /** A function stands as how many arguments it takes. */
  | { readonly kind: 'loaded'; readonly strategy: unknown }
  | {
      readonly kind: 'answered';
      readonly judgement: unknown;
      /** Undefined where none was asked for. */
      readonly explanation: unknown;
      /** The first column that the strategy left otherwise than it found it. */
      readonly written: string | null;
    }
  | { readonly kind: 'threw'; readonly text: string };

export interface Takes {
  readonly takes: number;
}
