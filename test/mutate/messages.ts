/** What the runner and its processes tell each other. */
import type { Place } from './reach.ts';

export interface RunTest {
  readonly file: string;
  readonly name: string;
  /** How long it may take, its file's import included. */
  readonly limitMs: number;
}

export type Order =
  | { readonly type: 'places'; readonly places: readonly Place[] }
  /** Run a test file without a fault; after `limitMs` of CPU time no other test is begun. */
  | { readonly type: 'without'; readonly file: string; readonly version: string; readonly limitMs: number }
  /** Run `tests` in their order, until one fails, with `source` instead of what `file` says. */
  | {
      readonly type: 'with';
      readonly id: number;
      readonly file: string;
      readonly source: string;
      readonly fresh: readonly string[];
      readonly tests: readonly RunTest[];
    };

interface RanTest {
  readonly name: string;
  /** CPU time. */
  readonly ms: number;
  readonly wallMs: number;
  /** Numbers of the places that it came by. */
  readonly reached: readonly number[];
}

export interface WithoutFault {
  readonly type: 'without';
  readonly file: string;
  /** CPU time. */
  readonly importMs: number;
  readonly importWallMs: number;
  /** Places that are come by while the file is read: every test of it depends on them. */
  readonly onImport: readonly number[];
  readonly tests: readonly RanTest[];
  readonly failures: readonly string[];
}

interface WithFault {
  readonly type: 'with';
  readonly id: number;
  readonly caughtBy: string | null;
}

export type Answer =
  | { readonly type: 'ready' }
  | { readonly type: 'begun'; readonly limitMs: number }
  | WithoutFault
  | WithFault;
