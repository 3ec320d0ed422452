import { afterEach, beforeEach, expect, it } from 'vitest';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';

/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;
const key = (sid = 'sid.of.the.homeserver', clientSecret = 'secret.of.the.client') => ({
  sid,
  clientSecret: new Secret(clientSecret),
});
const email = { medium: 'email', address: 'alice@mail.test' } as const;
const phone = { medium: 'msisdn', address: '447470674927' } as const;

/** What the database promises of the homeserver's sessions, on every engine. */
export function describeHomeserverSessions(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const save = (session: ReturnType<typeof key>, address: typeof email | typeof phone, expiresAt = later) =>
    database.transaction((tx) => tx.homeserverSessions.save(session, address, expiresAt));
  const find = (session: ReturnType<typeof key>, now = 0) =>
    database.transaction((tx) => tx.homeserverSessions.findAddress(session, now));

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  it('are found by both of their names until they expire', async () => {
    await save(key(), email);
    expect(await find(key(), later - 1)).toEqual(email);
    expect(await find(key(), later)).toBeUndefined();
    expect(await find(key('other'))).toBeUndefined();
    expect(await find(key(undefined, 'other'))).toBeUndefined();
    expect(await find(key('sid.of.the.homeserver","secret', 'of.the.client'))).toBeUndefined();
  });

  it('validate the 3PID that was saved last', async () => {
    await save(key(), email, later);
    await save(key(), phone, later - 10);
    expect(await find(key(), later - 11)).toEqual(phone);
    expect(await find(key(), later - 10)).toBeUndefined();
  });

  it('are saved once by two concurrent requests', async () => {
    await Promise.all([save(key(), email), save(key(), email)]);
    expect(await find(key())).toEqual(email);
    expect(await testDatabase.execute('SELECT id FROM homeserver_sessions')).toHaveLength(1);
  });

  it('are deleted after their expiry, and no others', async () => {
    await save(key('over'), email, later);
    await save(key('not over'), email, later + 1);
    await database.transaction((tx) => tx.homeserverSessions.deleteExpired(later));
    expect(await find(key('over'))).toBeUndefined();
    expect(await find(key('not over'))).toEqual(email);
  });

  it('do not contain their names or the 3PID in clear', async () => {
    await save(key(), email);
    const stored = await testDatabase.dump();
    for (const text of ['sid.of.the.homeserver', 'secret.of.the.client', 'alice@mail.test', 'mail.test']) {
      expect(stored).not.toContain(text);
    }
  });

  it('are found after a change of the encryption key, and replaced', async () => {
    await save(key(), email);
    await database.close();
    database = await openTestDatabase({
      uri: testDatabase.uri,
      encryption: { key: testKey(2), oldKeys: [testKey(1)] },
    });
    expect(await find(key())).toEqual(email);
    await save(key(), phone);
    expect(await find(key())).toEqual(phone);
    expect(await testDatabase.execute('SELECT id FROM homeserver_sessions')).toHaveLength(1);
  });
}
