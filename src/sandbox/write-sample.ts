/** Writes `data/sample/` anew: `npm run sample`. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { sampleFiles } from './sample.ts';

const folder = path.join(import.meta.dirname, '..', '..', 'data', 'sample');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
for (const [name, text] of sampleFiles()) writeFileSync(path.join(folder, name), text);
