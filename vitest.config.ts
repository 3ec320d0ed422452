import { createHash } from 'node:crypto';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import DistinctTitles from './test/support/distinct-titles.js';

/**
 * Orders files at random by the seed of the run. Files that start daemons come first: they take longest, and at the end of a run
 * the other workers would wait for them.
 */
class DaemonsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const { seed } = this.ctx.config.sequence;
    const ranked = files.map((file) => {
      const random = createHash('sha256').update(`${seed} ${file.moduleId}`).digest('hex');
      return { file, rank: `${file.moduleId.includes('/test/e2e/') ? 0 : 1} ${random}` };
    });
    return ranked.toSorted((a, b) => (a.rank < b.rank ? -1 : 1)).map(({ file }) => file);
  }
}

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: [
      'test/support/build.ts',
      'test/support/postgres-server.ts',
      'test/support/migrated-databases.ts',
      'test/support/synapse.ts',
      'test/support/go-client.ts',
      'test/support/python-clients.ts',
      'test/support/chromium.ts',
      'test/support/proxy-programs.ts',
      'test/support/promtool.ts',
    ],
    pool: 'forks',
    // Files share their modules: importing them anew for each took as long as a quarter of the tests. Nothing in src keeps state in a
    // module, so that two daemons in one process work.
    isolate: false,
    // A third of the suites is waiting, for deadlines and for other processes: on two processors, two
    // workers leave a third of their time unused.
    maxWorkers: 3,
    // Files of the build are imported as they are.
    server: { deps: { external: [/\/dist\//] } },
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', new DistinctTitles()],
    sequence: { shuffle: true, sequencer: DaemonsFirst },
  },
});
