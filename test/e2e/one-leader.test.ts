import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Clock, systemClock } from '../../src/base/clock.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { Sandbox } from '../../src/sandbox/sandbox.js';
import type { ServingInstallation } from '../support/daemon.js';
import { installHere } from '../support/daemon-here.js';
import { openTestDatabase } from '../support/database.js';
import { createMigratedPostgres, postgresMissing, type TestDatabase } from '../support/test-database.js';
import { startStrictSandbox } from '../support/strict-sandbox.js';
import { until } from '../support/until.js';

/** Rows that the periodic work of a daemon deletes. */
const expiredRows = {
  flood_waits: `('expired', 1)`,
  rate_limits: `('expired', 1)`,
  uia_sessions: `('expired', '@alice:example.test', 'any', '[]', 1)`,
};
const tables = Object.keys(expiredRows);

/** The system's clock, on which a minute takes 20 ms. It counts the minutes that have passed. */
function createHurriedClock(): { readonly clock: Clock; readonly minutes: () => number } {
  let minutes = 0;
  return {
    minutes: () => minutes,
    clock: {
      now: () => systemClock.now(),
      after(delayMs, task) {
        if (delayMs !== 60_000) return systemClock.after(delayMs, task);
        return systemClock.after(20, () => {
          minutes += 1;
          task();
        });
      },
    },
  };
}

describe.skipIf(postgresMissing)(`a daemon beside another one on PostgreSQL ${postgresMissing ?? ''}`, () => {
  let sandbox: Sandbox;
  let testDatabase: TestDatabase;
  let leader: Database;
  let daemon: ServingInstallation;
  const { clock, minutes } = createHurriedClock();

  beforeEach(async () => {
    sandbox = await startStrictSandbox();
    testDatabase = await createMigratedPostgres();
    daemon = await installHere(sandbox, { database: { uri: testDatabase.uri.reveal() } }, clock);
    leader = await openTestDatabase({
      uri: testDatabase.uri,
      exclusive: true,
      encryption: { key: new Secret(daemon.encryptionKey), oldKeys: [] },
    });
  });
  afterEach(async () => {
    await daemon.remove();
    await leader.close();
    await testDatabase.remove();
    await sandbox.stop();
  });

  const tablesWithRows = async () => {
    const found: string[] = [];
    for (const table of tables) {
      const [row] = await testDatabase.execute(`SELECT count(*)::int AS count FROM ${table}`);
      if (row?.['count'] !== 0) found.push(table);
    }
    return found;
  };

  it('deletes no expired rows until it leads', async () => {
    await daemon.start();
    for (const [table, row] of Object.entries(expiredRows)) {
      await testDatabase.execute(`INSERT INTO ${table} VALUES ${row}`);
    }
    const before = minutes();
    await until(() => minutes() > before + 10 * tables.length);
    expect(await tablesWithRows()).toEqual(tables);
    await leader.close();
    await until(async () => (await tablesWithRows()).length === 0);
  });
});
