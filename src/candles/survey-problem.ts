/** What a problem of a survey is, and how one is found. Pure. */
import { DAY_MS } from '../core/time.ts';
import type { Monotony } from './survey-series.ts';

/**
 * `error`: candles are lost or wrong until someone acts. `warn`: a scan works, but its answer is worse than it could be.
 * `note`: good to know.
 */
export type Severity = 'error' | 'warn' | 'note';

export interface Case {
  /** A file as reports name it, or a market with its timeframe. */
  readonly where: string;
  readonly detail: string;
}

export interface Problem {
  /** Stable kebab-case name: a reason why files are skipped, or the name of an oddity such as `gaps`. */
  readonly kind: string;
  readonly severity: Severity;
  readonly title: string;
  /** Null where each case says it, or nothing is to be done. */
  readonly remedy: string | null;
  /** The worst first where there is a worse. */
  readonly cases: readonly Case[];
}

/** Null when nothing is wrong with it; the case with the greatest weight is told first. */
export type Objection = { readonly weight: number; readonly detail: string } | null;

/** An oddity that each series or file has or has not. */
export interface Oddity<T> extends Omit<Problem, 'cases'> {
  readonly judge: (one: T) => Objection;
}

/** Everything that `oddity` objects to, as one problem. */
export function problemOf<T>(oddity: Oddity<T>, all: readonly T[], where: (one: T) => string): Problem {
  const { kind, severity, title, remedy, judge } = oddity;
  const cases = all
    .flatMap((one) => {
      const objection = judge(one);
      return objection === null ? [] : [{ where: where(one), objection }];
    })
    .sort((a, b) => b.objection.weight - a.objection.weight)
    .map(({ where: place, objection }) => ({ where: place, detail: objection.detail }));
  return { kind, severity, title, remedy, cases };
}

/** Below this share a candle may be its neighbour's twin by chance. */
export const REPEATED_SHARE = 0.05;
/** Below this share flat candles without volume are what quiet markets have. */
export const FLAT_SHARE = 0.01;

export function repeatText({ repeated, runLength }: Monotony, candles: number): string {
  const runs = runLength === null ? '' : ` (${runLength} equal ones in a row)`;
  return `${percent(repeated / candles)} of ${candles} candles repeat the one before${runs}`;
}

export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}

/** `2026-01-19` at midnight UTC, else `2026-01-19 17:00 UTC`. */
export function timeText(ms: number): string {
  const text = new Date(ms).toISOString();
  return ms % DAY_MS === 0 ? text.slice(0, 10) : `${text.slice(0, 16).replace('T', ' ')} UTC`;
}
