import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { programEnvironment } from '../support/daemon.js';
import { testKey } from '../support/database.js';
import {
  createMigratedSqlite,
  createPostgresDatabase,
  postgresMissing,
  type TestDatabase,
} from '../support/test-database.js';
import { until } from '../support/until.js';

const main = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));
const rows = 200_000;

describe.skipIf(postgresMissing)('gangway db copy', () => {
  let source: Awaited<ReturnType<typeof createMigratedSqlite>>;
  let target: TestDatabase;

  beforeEach(async () => {
    [source, target] = await Promise.all([createMigratedSqlite(), createPostgresDatabase()]);
    await source.execute(
      `INSERT INTO flood_waits (subject_hash, until) SELECT 'number ' || i, i FROM (
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${rows}) SELECT i FROM n) AS numbers`,
    );
    const config = {
      homeserver: { domain: 'users.test' },
      accounts: { mode: 'off' },
      provisioning: { shared_secret: 'Kx9-mQ2vTz7LpWc4RdYb' },
      telegram: { api_id: 4242, api_hash: '9f1c27d05be84a6390b2f7de61c8a453' },
      bridge: { permissions: { 'users.test': 'user' } },
      database: { uri: `sqlite:${source.path}` },
      encryption: { key: testKey().reveal() },
    };
    await writeFile(join(dirname(source.path), 'config.yaml'), JSON.stringify(config), { mode: 0o600 });
    await writeFile(join(dirname(source.path), 'target'), `${target.uri.reveal()}\n`, { mode: 0o600 });
  });

  afterEach(async () => {
    await source.remove();
    await target.remove();
  });

  const start = () =>
    spawn(process.execPath, [main, 'db', 'copy', '--to-file', 'target'], {
      cwd: dirname(source.path),
      env: programEnvironment(),
      stdio: 'pipe',
    });
  const activity = `SELECT count(*)::int AS number FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'gangway'`;
  const numberOf = async (sql: string) => Number((await target.execute(sql))[0]?.['number']);

  it('leaves the target empty if it is killed, and then copies everything', async () => {
    const killed = start();
    await until(async () => (await numberOf(`${activity} AND query LIKE 'INSERT INTO flood_waits%'`)) > 0);
    killed.kill('SIGKILL');
    await once(killed, 'close');
    // The server notices the end of the connection.
    await until(async () => (await numberOf(activity)) === 0);
    const tables = `SELECT count(*)::int AS number FROM information_schema.tables WHERE table_schema = current_schema()`;
    expect(await numberOf(tables)).toBe(0);
    const complete = start();
    let printed = '';
    for (const stream of [complete.stdout, complete.stderr]) {
      stream.on('data', (chunk: Buffer) => (printed += String(chunk)));
    }
    const [code] = (await once(complete, 'close')) as [number];
    expect({ code, printed }).toEqual({ code: 0, printed: expect.stringContaining('Copied and compared') });
    expect(await numberOf('SELECT count(*)::int AS number FROM flood_waits')).toBe(rows);
  });
});
