import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rooms whose tests change nothing that another test sees: their files share one load of src/. */
const PURE = ['contract', 'core', 'feed', 'indicators', 'plan', 'processor', 'show', 'strategies', 'symbols'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

/** Over the quota, two runs at once, a run that never ends: `npm run test:faults` alone looks at these, also in its short form. */
export const PROCESSES_AT_ONCE = ['quota*', 'lock*', 'clock*'].map((name) => `test/faults/${name}.test.ts`);

export default defineConfig({
  root: path.join(import.meta.dirname, '..'),
  test: {
    globalSetup: ['test/support/build.ts'],
    sequence: { shuffle: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    // Many tests wait for processes and servers: three of them fill two cores.
    maxWorkers: 3,
    env: { TZ: 'UTC', NO_COLOR: '1' },
    coverage: { include: ['src/**'] },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      {
        extends: true,
        test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: [...PURE, ...PROCESSES_AT_ONCE] },
      },
    ],
  },
});
