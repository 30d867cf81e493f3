import { defineConfig, mergeConfig } from 'vitest/config';
import base from '../vitest.config.ts';
import { FigureReporter } from './reporter.ts';

/** The promises with their full counts. */
export default mergeConfig(
  { ...base, test: { ...base.test, include: [] } },
  defineConfig({
    test: {
      include: ['test/faults/**/*.test.ts'],
      testTimeout: 600_000,
      hookTimeout: 120_000,
      env: { PERPSCAN_FAULTS: 'full' },
      reporters: ['default', new FigureReporter()],
    },
  }),
);
