/** Faults that change nothing, each with the reason: no test can notice them. */
import { readFileSync } from 'node:fs';
import type { Mutant } from './mutants.ts';

export interface Survivor {
  readonly file: string;
  /** The line before and after, as the report prints them. */
  readonly before: string;
  readonly after: string;
  /** Why no answer of the program differs. */
  readonly reason: string;
}

export interface AcceptedSurvivors {
  readonly all: readonly Survivor[];
  readonly accepts: (mutant: Mutant) => boolean;
  readonly find: (mutant: Mutant) => Survivor | undefined;
}

export function accepted(all: readonly Survivor[]): AcceptedSurvivors {
  const find = (mutant: Mutant): Survivor | undefined =>
    all.find(({ file, before, after }) => file === mutant.file && before === mutant.before && after === mutant.after);
  return { all, find, accepts: (mutant) => find(mutant) !== undefined };
}

export function acceptedSurvivors(file: string): AcceptedSurvivors {
  return accepted(JSON.parse(readFileSync(file, 'utf8')) as readonly Survivor[]);
}
