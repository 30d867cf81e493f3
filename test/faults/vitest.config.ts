import { defineConfig, mergeConfig } from 'vitest/config';
import base, { PROCESSES_AT_ONCE } from '../vitest.config.ts';
import { FigureReporter } from './reporter.ts';

const { projects: _, ...shared } = base.test!;
/** As `run.ts` was told. */
const isShort = process.env['PERPSCAN_FAULTS'] === 'short';

/** The promises with their full counts; in the short form some of them, with few. */
export default mergeConfig(
  { ...base, test: shared },
  defineConfig({
    test: {
      include: isShort ? PROCESSES_AT_ONCE : ['test/faults/**/*.test.ts'],
      // What is measured is not to wait for others.
      maxWorkers: 2,
      testTimeout: isShort ? 60_000 : 600_000,
      hookTimeout: 120_000,
      env: { PERPSCAN_FAULTS: isShort ? 'short' : 'full' },
      reporters: ['default', new FigureReporter(isShort)],
    },
  }),
);
