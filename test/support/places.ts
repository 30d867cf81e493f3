/** Where things stand in the project. */
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '..', '..');
/** What the launcher consists of. */
export const BIN = path.join(ROOT, 'bin');
export const SAMPLE = path.join(ROOT, 'data', 'sample');
