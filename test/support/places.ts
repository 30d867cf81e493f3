/** Where things stand in the project. */
import { statSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '..', '..');
/** What the launcher consists of. */
export const BIN = path.join(ROOT, 'bin');
export const SAMPLE = path.join(ROOT, 'data', 'sample');

/** Whether a test can start this Node on these sources as a user without rights: by the superuser, and where every folder lets others in. */
export function canStartAsNobody(): boolean {
  const lets = (place: string): boolean =>
    (statSync(place).mode & 0o001) !== 0 && (path.dirname(place) === place || lets(path.dirname(place)));
  return process.getuid?.() === 0 && lets(process.execPath) && lets(ROOT);
}
