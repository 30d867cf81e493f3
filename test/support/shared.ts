import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'vitest';

const shared = path.join(import.meta.dirname, '..', '..', '..', 'shared');

/** Path inside the folder of recorded data that may lie beside the project. */
export function sharedPath(...parts: string[]): string {
  return path.join(shared, ...parts);
}

/** `describe` when the recorded data are there, else a suite that is reported as skipped. */
export function describeWithShared(relative: string, name: string, suite: () => void): void {
  if (existsSync(sharedPath(relative))) describe(name, suite);
  // The suite itself may read what is missing, also where its tests are skipped.
  else describe.skip(name, () => it(`needs recorded data: ${relative}`));
}
