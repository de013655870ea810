import { defineConfig } from 'vitest/config';

/** Nothing waits for the clock on the wall, so a slow machine makes tests slow and nothing else. */
const common = { testTimeout: 30_000, hookTimeout: 30_000 };

/** More than there may be cores: calls are placed in real time, and mostly wait. */
const WORKERS = 4;

/** Browsers take all of a small machine: one at a time, and after everything else. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          ...common,
          name: 'house',
          include: ['test/**/*.test.ts'],
          exclude: ['test/browser/**'],
          maxWorkers: WORKERS,
        },
      },
      {
        test: {
          ...common,
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
