import { createHash } from 'node:crypto';
import { DataSource } from 'typeorm';
import { expect, it } from 'vitest';
import { migrations } from '../../migrations/index.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { silentLogger } from '../support/silent-logger.js';

/** The digest of the schema after each migration. Append a line for a new one, and change none. */
const digests = [
  'CreateSealingCheck1796000000001 5c4fd81567672dc6',
  'CreateTelegramLogins1796000000002 b50bb7459a1ed731',
  'CreateAccounts1796000000003 47a4ae7e4680880f',
  'CreateThreepids1796000000004 963bcf91dacaa039',
  'CreateIdentity1796000000005 ee1fdf83031c4bd6',
  'CreateSessions1796000000006 1f10356e22b9cb65',
  'CreateWebGrants1796000000007 a5ad197ee6684f64',
  'CreateDaemons1796000000008 76e217b2f8693dcf',
  'CreateRateLimits1796000000009 9ef9acf9d036a4bd',
  'AddUseOfSessions1796000000010 01cbef4a5d940dd7',
];

it('keeps each migration unchanged after its release', async () => {
  const dataSource = new DataSource({ ...dataSourceOptions(silentLogger), type: 'sqlite', database: ':memory:' });
  await dataSource.initialize();
  const queryRunner = dataSource.createQueryRunner();
  const found: string[] = [];
  for (const Migration of migrations) {
    await new Migration().up(queryRunner);
    const schema: unknown = await queryRunner.query('SELECT type, name, sql FROM sqlite_master ORDER BY type, name');
    const digest = createHash('sha256').update(JSON.stringify(schema)).digest('hex').slice(0, 16);
    found.push(`${Migration.name} ${digest}`);
  }
  await dataSource.destroy();
  expect(found).toEqual(digests);
});
