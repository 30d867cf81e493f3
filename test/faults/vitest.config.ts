import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';
import { FigureReporter } from './reporter.ts';

const { projects: _, ...shared } = base.test!;
/** As `run.ts` was told. */
const isShort = process.env['PERPSCAN_FAULTS'] === 'short';
/** What could cost money: over the quota, two runs at once, a run that never ends. */
const SHORT = ['quota*', 'lock*', 'clock*'];

/** The promises with their full counts; in the short form some of them, with few. */
export default mergeConfig(
  { ...base, test: shared },
  defineConfig({
    test: {
      include: (isShort ? SHORT : ['**/*']).map((name) => `test/faults/${name}.test.ts`),
      testTimeout: isShort ? 60_000 : 600_000,
      hookTimeout: 120_000,
      env: { PERPSCAN_FAULTS: isShort ? 'short' : 'full' },
      reporters: ['default', new FigureReporter(isShort)],
    },
  }),
);
