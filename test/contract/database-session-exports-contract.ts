import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import { endLinked } from '../../src/login/owned-logins.js';
import { createExportSweep, createSessionExports, type SessionExports } from '../../src/sessions/exports.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock, type FakeClock } from '../support/fake-clock.js';

const owner = '@alice:example.org' as Mxid;
const telegramUserId = '700020123';

/**
 * What the database promises of exports, on every engine. The command line and the daemon have a
 * database each.
 */
export function describeSessionExports(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let ours: Database;
  let daemons: Database;
  let clock: FakeClock;
  let exports: SessionExports;
  let sweep: () => Promise<void>;
  let heldWhenClosed: unknown[];

  const findAccount = () => ours.transaction((tx) => tx.telegramAccounts.findByTelegramUserId(telegramUserId));
  const findRow = () => ours.transaction((tx) => tx.sessionLeases.find('a1'));

  beforeEach(async () => {
    testDatabase = await createDatabase();
    ours = await openTestDatabase({ uri: testDatabase.uri });
    daemons = await openTestDatabase({ uri: testDatabase.uri });
    clock = createFakeClock();
    heldWhenClosed = [];
    exports = createSessionExports({ database: ours, clock, random: systemRandom });
    const closeConnection = async () => void heldWhenClosed.push((await findAccount())?.heldBy);
    sweep = createExportSweep({ database: daemons, closeConnection, clock });
    const account = { id: 'a1', owner, telegramUserId, session: new Secret('key'), profile: new Secret('{}') };
    const rest = { heldBy: 'gangway', createdAt: 0, updatedAt: 0 } as const;
    await ours.transaction((tx) => tx.telegramAccounts.insert({ ...account, ...rest }));
  });

  afterEach(async () => {
    await ours.close();
    await daemons.close();
    await testDatabase.remove();
  });

  const ready = { kind: 'ready', session: new Secret('key') };

  it('exports a requested session after the daemon has closed its connection', async () => {
    expect(await exports.request(telegramUserId, clock.now() + 1000)).toEqual({ kind: 'not_ready' });
    expect(await findAccount()).toMatchObject({ heldBy: 'gangway', session: new Secret('key') });
    await sweep();
    expect(heldWhenClosed).toEqual(['gangway']);
    expect(await exports.findStatus(telegramUserId)).toMatchObject(ready);
    expect(await findAccount()).toMatchObject({ heldBy: 'export', session: null });
  });

  it('stores the session until it is confirmed, and exports it once', async () => {
    await exports.request(telegramUserId, clock.now() + 1000);
    await sweep();
    for (const again of [1, 2]) {
      expect(await exports.request(telegramUserId, clock.now() + again)).toMatchObject(ready);
    }
    expect(await exports.take(telegramUserId)).toMatchObject(ready);
    await exports.confirm('a1');
    expect(await findRow()).toBeUndefined();
    for (const status of [await exports.take(telegramUserId), await exports.request(telegramUserId, clock.now() + 9)]) {
      expect(status).toEqual({ kind: 'held', heldBy: 'export' });
    }
  });

  it('ignores a request that was withdrawn or has expired', async () => {
    await exports.request(telegramUserId, clock.now() + 1000);
    expect(await exports.withdraw(telegramUserId)).toEqual({ kind: 'not_ready' });
    await sweep();
    await exports.request(telegramUserId, clock.now());
    await sweep();
    expect(await findRow()).toBeUndefined();
    expect(await findAccount()).toMatchObject({ heldBy: 'gangway', session: new Secret('key') });
  });

  it('returns the session if it is withdrawn too late', async () => {
    await exports.request(telegramUserId, clock.now() + 1000);
    await sweep();
    expect(await exports.withdraw(telegramUserId)).toMatchObject(ready);
  });

  it('refuses a session that another program has, and an unknown login', async () => {
    const change = { from: 'gangway', to: 'bridge', session: null, at: 0 } as const;
    await ours.transaction((tx) => tx.telegramAccounts.setHolder('a1', change));
    expect(await exports.request(telegramUserId, clock.now() + 1000)).toEqual({ kind: 'held', heldBy: 'bridge' });
    expect(await exports.take(telegramUserId)).toEqual({ kind: 'held', heldBy: 'bridge' });
    expect(await exports.take('1')).toEqual({ kind: 'unknown' });
    expect(await findRow()).toBeUndefined();
  });

  it('deletes a request when its login ends', async () => {
    await exports.request(telegramUserId, clock.now() + 1000);
    await ours.transaction((tx) => tx.telegramAccounts.delete('a1'));
    await sweep();
    expect(await findRow()).toBeUndefined();
  });

  it('leaves a stored session to be ended if the login ends before it is confirmed', async () => {
    await exports.take(telegramUserId);
    const account = await findAccount();
    if (!account) throw new Error('no account');
    const left = await ours.transaction(async (tx) => {
      await tx.telegramAccounts.delete('a1');
      await endLinked(tx, account, clock.now());
      return tx.loginProcesses.listByOwner(owner, 0);
    });
    expect(left).toMatchObject([{ id: 'a1' }]);
    expect(await findRow()).toBeUndefined();
  });
}
