import { copyFile, readFile, readdir, rename, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import { systemClock } from '../../src/base/clock.js';
import { openSqlite } from '../../src/database/sqlite.js';
import { openSqliteReader } from '../../src/database/sqlite-reader.js';
import { createTransactions } from '../../src/database/transactions.js';
import { silentLogger } from '../support/silent-logger.js';
import { createMigratedSqlite, createSqliteDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { describeAccounts } from './database-accounts-contract.js';
import { describeDatabase } from './database-contract.js';
import { describeHandOvers } from './database-hand-overs-contract.js';
import { describeHomeserverSessions } from './database-homeserver-sessions-contract.js';
import { describeIdentityUsers } from './database-identity-users-contract.js';
import { describeIdentity } from './database-identity-contract.js';
import { describeKeyRotation } from './database-key-rotation-contract.js';
import { describeKnownUsers } from './database-known-users-contract.js';
import { describeRevocation } from './database-revocation-contract.js';
import { describeSchema } from './database-schema-contract.js';
import { describeSealing } from './database-sealing-contract.js';
import { describeSessionExports } from './database-session-exports-contract.js';
import { describeSessionLeases } from './database-session-leases-contract.js';
import { describeSessionUses } from './database-session-uses-contract.js';
import { describeSessionTransfers } from './database-session-transfers-contract.js';
import { describeValidation } from './database-validation-contract.js';
import { describeWebGrants } from './database-web-grants-contract.js';

describe('the database on SQLite', () => describeDatabase(createMigratedSqlite));
describe('accounts on SQLite', () => describeAccounts(createMigratedSqlite));
describe('validations on SQLite', () => describeValidation(createMigratedSqlite));
describe('sessions of the homeserver on SQLite', () => describeHomeserverSessions(createMigratedSqlite));
describe('users of the identity service on SQLite', () => describeIdentityUsers(createMigratedSqlite));
describe('the identity service on SQLite', () => describeIdentity(createMigratedSqlite));
describe('owners of linked accounts on SQLite', () => describeSessionUses(createMigratedSqlite));
describe('lists for administrators on SQLite', () => describeKnownUsers(createMigratedSqlite));
describe('key rotation on SQLite', () => describeKeyRotation(createMigratedSqlite));
describe('revocation on SQLite', () => describeRevocation(createMigratedSqlite));
describe('hand-overs on SQLite', () => describeHandOvers(createMigratedSqlite));
describe('session leases on SQLite', () => describeSessionLeases(createMigratedSqlite));
describe('session exports on SQLite', () => describeSessionExports(createMigratedSqlite));
describe('session transfers on SQLite', () => describeSessionTransfers(createMigratedSqlite));
describe('grants of the web page on SQLite', () => describeWebGrants(createMigratedSqlite));
describe('encryption at rest on SQLite', () => describeSealing(createSqliteDatabase));
describe('the schema on SQLite', () => describeSchema(createSqliteDatabase));

describe('the SQLite file', () => {
  let testDatabase: Awaited<ReturnType<typeof createSqliteDatabase>>;

  beforeEach(async () => {
    testDatabase = await createSqliteDatabase();
  });

  afterEach(() => testDatabase.remove());

  it('and its write-ahead log are readable by their owner only', async () => {
    const database = await openTestDatabase({ uri: testDatabase.uri });
    try {
      await database.transaction((tx) => tx.floodWaits.save('subject', 1));
      const folder = dirname(testDatabase.path);
      const files = await readdir(folder);
      expect(files.toSorted()).toEqual(['test.db', 'test.db-shm', 'test.db-wal']);
      const modes = await Promise.all(files.map(async (file) => (await stat(join(folder, file))).mode & 0o777));
      expect(modes).toEqual([0o600, 0o600, 0o600]);
    } finally {
      await database.close();
    }
    expect(await readdir(dirname(testDatabase.path))).toEqual(['test.db']);
  });

  it.each(['access_tokens', 'refresh_tokens'])(
    'finds the tokens that replaced another by an index: %s',
    async (table) => {
      await (await openTestDatabase({ uri: testDatabase.uri })).close();
      const plan = await testDatabase.execute(
        `EXPLAIN QUERY PLAN UPDATE ${table} SET parent_hash = NULL WHERE parent_hash = 'one'`,
      );
      expect(plan.map(({ detail }) => detail)).toEqual([expect.stringContaining(`USING INDEX ${table}_parent`)]);
    },
  );

  it('is not created if its folder does not exist', async () => {
    const directory = join(dirname(testDatabase.path), 'missing');
    const opening = openTestDatabase({ uri: new Secret(`sqlite:${directory}/test.db`) });
    await expect(opening).rejects.toMatchObject({ details: { kind: 'directory_missing', directory } });
  });

  it('is rejected if it is a folder', async () => {
    const path = dirname(testDatabase.path);
    const opening = openTestDatabase({ uri: new Secret(`sqlite:${path}`) });
    await expect(opening).rejects.toMatchObject({ details: { kind: 'file_unusable', path } });
  });

  it('is rejected, and unchanged, if it is another file', async () => {
    const content = 'Dear diary, '.repeat(1_000);
    await writeFile(testDatabase.path, content);
    await expect(openTestDatabase({ uri: testDatabase.uri })).rejects.toMatchObject({
      details: { kind: 'file_unusable', path: testDatabase.path },
    });
    expect(await readFile(testDatabase.path, 'utf8')).toBe(content);
  });

  it('and the log of a killed process contain all that was committed, also after an attempt with a wrong key', async () => {
    const killed = await createSqliteDatabase();
    const database = await openTestDatabase({ uri: killed.uri });
    await database.transaction((tx) => tx.floodWaits.save('subject', 1_000));
    await copyFile(killed.path, testDatabase.path);
    await copyFile(`${killed.path}-wal`, `${testDatabase.path}-wal`);
    await database.close();
    await killed.remove();

    const wrong = openTestDatabase({ uri: testDatabase.uri, encryption: { key: testKey(9), oldKeys: [] } });
    await expect(wrong).rejects.toMatchObject({ details: { kind: 'wrong_key' } });
    const again = await openTestDatabase({ uri: testDatabase.uri });
    expect(await again.transaction((tx) => tx.floodWaits.find('subject', 0))).toBe(1_000);
    await again.close();
  });

  it('may be in use by another program: a transaction rejects after the longest wait, and can be repeated', async () => {
    await (await openTestDatabase({ uri: testDatabase.uri })).close();
    const target = { kind: 'sqlite', path: testDatabase.path, inMemory: false } as const;
    const backend = await openSqlite(target, { busyTimeoutMs: 5, exclusive: false, logger: silentLogger });
    const transactions = createTransactions({ backend, clock: systemClock, logger: silentLogger });
    const other = await testDatabase.connect();
    await other.query('BEGIN IMMEDIATE');
    await expect(transactions.run(() => Promise.resolve('done'))).rejects.toMatchObject({ details: { kind: 'busy' } });
    await other.query('ROLLBACK');
    expect(await transactions.run(() => Promise.resolve('done'))).toBe('done');

    // Concurrent transactions wait once together.
    let attempts = 0;
    const begin: typeof backend.begin = (queryRunner) => {
      attempts += 1;
      return backend.begin(queryRunner);
    };
    const counted = createTransactions({ backend: { ...backend, begin }, clock: systemClock, logger: silentLogger });
    await other.query('BEGIN IMMEDIATE');
    const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => counted.run(() => Promise.resolve())));
    expect(outcomes.map(({ status }) => status)).toEqual(Array(20).fill('rejected'));
    expect(attempts).toBe(1);
    await expect(counted.run(() => Promise.resolve())).rejects.toMatchObject({ details: { kind: 'busy' } });
    expect(attempts).toBe(2);
    await other.query('ROLLBACK');
    expect(await counted.run(() => Promise.resolve('done'))).toBe('done');
    await other.destroy();
    await backend.close();
  });

  it('is read while another program writes to it, and by a connection that cannot write', async () => {
    await (await openTestDatabase({ uri: testDatabase.uri })).close();
    const target = { kind: 'sqlite', path: testDatabase.path, inMemory: false } as const;
    const backend = await openSqlite(target, { busyTimeoutMs: 5, exclusive: false, logger: silentLogger });
    expect(backend.readsInTurn).toBe(true);
    expect(await backend.reader.select('SELECT mxid FROM accounts', [])).toEqual([]);
    await backend.settle();
    expect(backend.readsInTurn).toBe(false);
    const other = await testDatabase.connect();
    await other.query('BEGIN IMMEDIATE');
    expect(await backend.reader.select('SELECT mxid FROM accounts WHERE mxid = $1', ['@alice:example.test'])).toEqual(
      [],
    );
    await other.query('ROLLBACK');
    const write = backend.reader.select('DELETE FROM accounts', []);
    await expect(write).rejects.toThrow('readonly');
    await rename(testDatabase.path, `${testDatabase.path}-moved`);
    await writeFile(testDatabase.path, '');
    await expect(backend.reader.select('SELECT 1', [])).rejects.toMatchObject({
      details: { kind: 'file_replaced', path: testDatabase.path },
    });
    await other.destroy();
    await backend.close();
  });

  it('is not blocked by a read that failed', async () => {
    const [writer, other] = [await testDatabase.connect(), await testDatabase.connect()];
    await writer.query('CREATE TABLE numbers (number integer)');
    const reader = await openSqliteReader(testDatabase.path, 5);
    expect(await reader.select('SELECT number FROM numbers', [])).toEqual([]);
    await other.query('BEGIN EXCLUSIVE');
    await expect(reader.select('SELECT number FROM numbers', [])).rejects.toThrow('SQLITE_BUSY');
    await other.query('ROLLBACK');
    expect(await reader.select('SELECT count(*) AS count FROM numbers', [])).toEqual([{ count: 0 }]);
    await writer.query('INSERT INTO numbers VALUES (1)');
    expect(await reader.select('SELECT number FROM numbers', [])).toEqual([{ number: 1 }]);
    await reader.close();
    await writer.destroy();
    await other.destroy();
  });

  it('belongs to one daemon at a time, and to the next one after that has ended', async () => {
    const daemon = await openTestDatabase({ uri: testDatabase.uri, exclusive: true });
    await expect(openTestDatabase({ uri: testDatabase.uri, exclusive: true })).rejects.toMatchObject({
      details: { kind: 'in_use', path: testDatabase.path },
    });
    const tool = await openTestDatabase({ uri: testDatabase.uri });
    await tool.transaction((tx) => tx.floodWaits.save('subject', 1_000));
    await tool.close();
    await daemon.close();
    await (await openTestDatabase({ uri: testDatabase.uri, exclusive: true })).close();
  });

  it('is opened offline only while no daemon runs, and no daemon can start meanwhile', async () => {
    const inUse = { details: { kind: 'in_use', path: testDatabase.path } };
    const daemon = await openTestDatabase({ uri: testDatabase.uri, exclusive: true });
    await expect(openTestDatabase({ uri: testDatabase.uri, offline: true })).rejects.toMatchObject(inUse);
    await daemon.close();
    const offline = await openTestDatabase({ uri: testDatabase.uri, offline: true });
    await expect(openTestDatabase({ uri: testDatabase.uri, exclusive: true })).rejects.toMatchObject(inUse);
    await offline.close();
  });
});
