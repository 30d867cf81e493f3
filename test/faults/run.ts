/** `npm run test:faults`: the promises with their full counts. With `--short`, those of quota, locks and clocks with few, within 90 s. */
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { ROOT } from '../support/places.ts';

const given = process.argv.slice(2);
const form = given.includes('--short') ? 'short' : 'full';
const { status } = spawnSync(
  process.execPath,
  [
    path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs'),
    'run',
    '--config',
    path.join(import.meta.dirname, 'vitest.config.ts'),
    ...given.filter((one) => one !== '--short'),
  ],
  { cwd: ROOT, stdio: 'inherit', env: { ...process.env, PERPSCAN_FAULTS: form } },
);
process.exitCode = status ?? 1;
