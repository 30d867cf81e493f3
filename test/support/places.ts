/** Where things stand in the project. */
import path from 'node:path';

export const ROOT = path.join(import.meta.dirname, '..', '..');
export const SAMPLE = path.join(ROOT, 'data', 'sample');
