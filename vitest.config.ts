import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [
      'test/support/build.ts',
      'test/support/postgres-server.ts',
      'test/support/migrated-databases.ts',
      'test/support/synapse.ts',
    ],
    pool: 'forks',
    // Much of the suites is waiting, for deadlines and for other processes.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    sequence: { shuffle: true },
  },
});
