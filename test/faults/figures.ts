import { TestRunner } from 'vitest';

/** True in `npm run test:faults`: the counts that prove a promise. `npm test` runs the same tests in a short form. */
export const FULL = process.env['PERPSCAN_FAULTS'] === 'full';

/** How often to inject a fault in this run. */
export function rounds(short: number, full: number): number {
  return FULL ? full : short;
}

/** What one test measured for one promise. */
export interface Figure {
  /** `A14`, or `B` and `C` for the two fault matrices. */
  readonly id: string;
  /** The promise in a few words and the counts of this run. */
  readonly text: string;
}

declare module 'vitest' {
  interface TaskMeta {
    figures?: Figure[];
  }
}

/**
 * Notes what the test that runs has measured for a promise; the reporter prints it, green when the test passes. Several
 * tests may add to one promise.
 * @throws Error outside a test
 */
export function figure(id: string, text: string): void {
  const { meta } = TestRunner.getCurrentTest<ReturnType<typeof TestRunner.getCurrentTest>>() ?? {};
  if (meta === undefined) throw new Error(`figure ${id} was noted outside a test`);
  meta.figures = [...(meta.figures ?? []), { id, text }];
}
