import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import type { DatabaseOptions } from '../../src/database/open-database.js';
import { UnreadableValue } from '../../src/database/sealing/sealer.js';
import type { Database } from '../../src/database/database.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';

const alice = '@alice:example.org' as Mxid;
const clearTexts = {
  state: 'code hash of the login under way',
  session: 'auth key of the session',
  profile: 'profile with +99966 12345',
  subject: 'flood wait of +99966 67890',
};

/** What the database promises of encryption at rest, on every engine. */
export function describeSealing(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;

  const openWith = (key: Secret, oldKeys: readonly Secret[] = [], options: Partial<DatabaseOptions> = {}) =>
    openTestDatabase({ uri: testDatabase.uri, encryption: { key, oldKeys }, ...options });

  const within = async <T>(opening: Promise<Database>, work: (database: Database) => Promise<T>): Promise<T> => {
    const database = await opening;
    try {
      return await work(database);
    } finally {
      await database.close();
    }
  };

  const fill = (database: Database, processes = 1) =>
    database.transaction(async (tx) => {
      for (let index = 0; index < processes; index += 1) {
        await tx.loginProcesses.save({
          id: `p${index}`,
          owner: alice,
          state: new Secret(clearTexts.state),
          createdAt: index,
          expiresAt: index + 1,
        });
      }
      await tx.telegramAccounts.insert({
        id: 'a1',
        owner: alice,
        telegramUserId: '42',
        session: new Secret(clearTexts.session),
        profile: new Secret(clearTexts.profile),
        createdAt: 1,
        updatedAt: 1,
        heldBy: 'gangway',
      });
      await tx.floodWaits.save(clearTexts.subject, 1_000);
    });

  const readAll = (database: Database) =>
    database.transaction(async (tx) => ({
      states: (await tx.loginProcesses.listByOwner(alice, 0)).map(({ state }) => state.reveal()),
      accounts: (await tx.telegramAccounts.listByOwner(alice)).map(({ session, profile }) => [
        session?.reveal(),
        profile.reveal(),
      ]),
    }));

  const filled = (processes = 1) => ({
    states: Array.from({ length: processes }, () => clearTexts.state),
    accounts: [[clearTexts.session, clearTexts.profile]],
  });

  const failureOf = async (opening: Promise<Database>): Promise<unknown> => {
    const outcome = await opening.then(
      (database) => database.close().then(() => 'opened'),
      (error: unknown) => error,
    );
    return outcome instanceof DatabaseFailure ? outcome.details : outcome;
  };

  beforeEach(async () => {
    testDatabase = await createDatabase();
    await within(openWith(testKey(1)), (database) => fill(database));
  });

  afterEach(() => testDatabase.remove());

  it('stores no secret in clear', async () => {
    const database = await openWith(testKey(1));
    try {
      await database.transaction((tx) =>
        tx.telegramAccounts.update({
          id: 'a1',
          owner: alice,
          telegramUserId: '42',
          session: new Secret(`${clearTexts.session} again`),
          profile: new Secret(clearTexts.profile),
          createdAt: 1,
          updatedAt: 2,
          heldBy: 'gangway',
        }),
      );
      const stored = await testDatabase.dump();
      expect(stored).toContain(alice);
      for (const text of Object.values(clearTexts)) expect(stored).not.toContain(text);
      expect(stored).not.toContain(testKey(1).reveal());
    } finally {
      await database.close();
    }
  });

  it('rejects a wrong key, names the right one, and changes nothing', async () => {
    const before = await testDatabase.dump();
    const [row] = await testDatabase.execute('SELECT value FROM sealing_check');
    const neededKeyId = String(row?.['value']).split('.')[1];
    expect(await failureOf(openWith(testKey(2), [testKey(3)]))).toEqual({ kind: 'wrong_key', neededKeyId });
    expect(await testDatabase.dump()).toBe(before);
    expect(await within(openWith(testKey(1)), readAll)).toEqual(filled());
  });

  it('rejects an invalid key before it opens the database', async () => {
    const short = new Secret(Buffer.alloc(31, 1).toString('base64'));
    const long = new Secret(Buffer.alloc(33, 1).toString('base64'));
    const padded = new Secret(`${testKey(1).reveal()}\n`);
    for (const key of [short, long, padded, new Secret('')]) {
      expect(await failureOf(openWith(key))).toEqual({ kind: 'key_invalid', index: undefined });
    }
    expect(await failureOf(openWith(testKey(1), [testKey(2), short]))).toEqual({ kind: 'key_invalid', index: 1 });
  });

  it('encrypts everything under a new key, after which the old one is not needed', async () => {
    await within(openWith(testKey(1)), (database) => fill(database, 450));
    const logger = createRecordingLogger();
    expect(await within(openWith(testKey(2), [testKey(3), testKey(1)], { logger }), readAll)).toEqual(filled(450));
    const line = await logger.line('values resealed');
    expect(line.fields).toEqual({ values: 1 + 450 + 2 });
    const again = createRecordingLogger();
    expect(await within(openWith(testKey(2), [], { logger: again }), readAll)).toEqual(filled(450));
    expect(again.lines.map(({ message }) => message)).not.toContain(line.message);
    expect(await failureOf(openWith(testKey(1)))).toMatchObject({ kind: 'wrong_key' });
  });

  it('refuses to start if a value is under a missing key', async () => {
    const [row] = await testDatabase.execute('SELECT state FROM login_processes');
    const sealed = String(row?.['state']);
    const foreign = sealed.replace(/^v1\.[0-9a-f]{12}/, 'v1.0123456789ab');
    await testDatabase.execute('UPDATE login_processes SET state = $1', [foreign]);
    const before = await testDatabase.dump();
    expect(await failureOf(openWith(testKey(2), [testKey(1)]))).toEqual({
      kind: 'wrong_key',
      neededKeyId: '0123456789ab',
    });
    expect(await testDatabase.dump()).toBe(before);
    await testDatabase.execute('UPDATE login_processes SET state = $1', [sealed]);
    expect(await within(openWith(testKey(1)), readAll)).toEqual(filled());
  });

  describe('a value that cannot be decrypted is a defect that names its location and not its content', () => {
    const readError = () =>
      within(openWith(testKey(1)), (database) =>
        readAll(database).then(
          () => undefined,
          (error: unknown) => error,
        ),
      );

    it('after a change', async () => {
      const [row] = await testDatabase.execute('SELECT profile FROM telegram_accounts');
      const sealed = String(row?.['profile']);
      const middle = Math.floor(sealed.length / 2);
      const changed = `${sealed.slice(0, middle)}${sealed[middle] === 'A' ? 'B' : 'A'}${sealed.slice(middle + 1)}`;
      await testDatabase.execute('UPDATE telegram_accounts SET profile = $1', [changed]);
      const error = await readError();
      expect(error).toBeInstanceOf(UnreadableValue);
      expect(error).toMatchObject({ message: expect.stringContaining('telegram_accounts.profile of row a1') });
      expect(inspect(error)).not.toContain(changed.slice(-20));
    });

    it('from another row', async () => {
      await within(openWith(testKey(1)), (database) => fill(database, 2));
      const [row] = await testDatabase.execute(`SELECT state FROM login_processes WHERE id = 'p0'`);
      await testDatabase.execute(`UPDATE login_processes SET state = $1 WHERE id = 'p1'`, [row?.['state']]);
      expect(await readError()).toMatchObject({
        name: 'UnreadableValue',
        message: expect.stringContaining('of row p1'),
      });
    });

    it('from another column', async () => {
      await testDatabase.execute('UPDATE telegram_accounts SET profile = session');
      expect(await readError()).toMatchObject({ name: 'UnreadableValue', message: expect.stringContaining('profile') });
    });

    it('also during a change of the key, which then changes nothing', async () => {
      await testDatabase.execute('UPDATE telegram_accounts SET profile = session');
      const before = await testDatabase.dump();
      expect(await failureOf(openWith(testKey(2), [testKey(1)]))).toBeInstanceOf(UnreadableValue);
      expect(await testDatabase.dump()).toBe(before);
    });
  });
}
