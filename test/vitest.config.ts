import path from 'node:path';
import { defineConfig } from 'vitest/config';

/** Rooms whose tests change nothing that another test sees: their files share one load of src/. */
const PURE = ['contract', 'core', 'feed', 'indicators', 'plan', 'processor', 'show', 'strategies', 'symbols'].map(
  (room) => `test/${room}/**/*.test.ts`,
);

export default defineConfig({
  root: path.join(import.meta.dirname, '..'),
  test: {
    globalSetup: ['test/support/build.ts'],
    sequence: { shuffle: true },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: 'threads',
    maxWorkers: 2,
    env: { TZ: 'UTC', NO_COLOR: '1' },
    coverage: { include: ['src/**'] },
    projects: [
      { extends: true, test: { name: 'pure', include: PURE, isolate: false } },
      { extends: true, test: { name: 'isolated', include: ['test/**/*.test.ts'], exclude: PURE } },
    ],
  },
});
