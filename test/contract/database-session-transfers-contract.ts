import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { SessionHolder } from '../../src/database/tables/telegram-accounts.js';
import { endLogin } from '../../src/login/owned-logins.js';
import { createSessionExports, type SessionExports } from '../../src/sessions/exports.js';
import { createSessionTransfers, TransferFailure, type SessionTransfers } from '../../src/sessions/transfers.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createFakeClock } from '../support/fake-clock.js';
import { silentLogger } from '../support/silent-logger.js';

const alice = '@alice:example.org' as Mxid;
const bob = '@bob:example.org' as Mxid;
const telegramUserId = '700020123';

/** What the database promises of session transfers, on every engine. */
export function describeSessionTransfers(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  let transfers: SessionTransfers;
  let exports: SessionExports;
  let heldWhenClosed: unknown[];
  let meanwhile: () => Promise<void>;

  const findAccount = () => database.transaction((tx) => tx.telegramAccounts.findByTelegramUserId(telegramUserId));
  const findRow = () => database.transaction((tx) => tx.sessionLeases.find('a1'));
  const logIn = (id = 'a1', session = 'key') =>
    database.transaction(async (tx) => {
      const account = { id, owner: alice, telegramUserId, session: new Secret(session), profile: new Secret('{}') };
      await tx.telegramAccounts.insert({ ...account, heldBy: 'gangway', createdAt: 0, updatedAt: 0 });
    });
  const logOut = async () => {
    const account = await findAccount();
    if (account) await database.transaction((tx) => endLogin(tx, account, 1));
  };
  const hold = (to: SessionHolder) =>
    database.transaction((tx) => tx.telegramAccounts.setHolder('a1', { from: 'gangway', to, session: null, at: 0 }));

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
    heldWhenClosed = [];
    meanwhile = () => Promise.resolve();
    const deps = { database, clock: createFakeClock(), random: systemRandom, logger: silentLogger };
    exports = createSessionExports(deps);
    transfers = createSessionTransfers({
      ...deps,
      writeSession(session) {
        if (session.reveal() === 'unfit') throw new Error('not a session');
        return new Secret(`written ${session.reveal()}`);
      },
      async closeConnection() {
        heldWhenClosed.push((await findAccount())?.heldBy);
        await meanwhile();
      },
    });
    await logIn();
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  const written = new Secret('written key');
  const failureOf = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    return error instanceof TransferFailure ? error.details.kind : error;
  };

  it('closes the connection before it takes the session, and deletes it when the transfer is finished', async () => {
    expect(await transfers.init(alice, telegramUserId)).toEqual(written);
    expect(heldWhenClosed).toEqual(['gangway']);
    expect(await findAccount()).toMatchObject({ heldBy: 'export', session: null });
    await transfers.finish(alice, telegramUserId);
    expect(await findAccount()).toMatchObject({ heldBy: 'export', session: null });
    expect(await findRow()).toBeUndefined();
    expect(await failureOf(transfers.init(alice, telegramUserId))).toBe('transfer_session_held');
  });

  it('returns the same session again until the transfer is finished, also to concurrent requests', async () => {
    const both = await Promise.all([1, 2].map(() => transfers.init(alice, telegramUserId)));
    expect([...both, await transfers.init(alice, telegramUserId)]).toEqual([written, written, written]);
    const ends = await Promise.all([1, 2].map(() => failureOf(transfers.finish(alice, telegramUserId))));
    expect(new Set(ends)).toEqual(new Set(['transfer_not_begun', undefined]));
  });

  it('returns the session to the linked account if the transfer is cancelled', async () => {
    await transfers.init(alice, telegramUserId);
    await transfers.cancel(alice, telegramUserId);
    expect(await findAccount()).toMatchObject({ heldBy: 'gangway', session: new Secret('key') });
    expect(await findRow()).toBeUndefined();
    expect(await failureOf(transfers.finish(alice, telegramUserId))).toBe('transfer_not_begun');
    expect(await transfers.init(alice, telegramUserId)).toEqual(written);
  });

  it.each(['finish', 'cancel'] as const)('requires a transfer to %s', async (end) => {
    expect(await failureOf(transfers[end](alice, telegramUserId))).toBe('transfer_not_begun');
    await exports.take(telegramUserId);
    expect(await failureOf(transfers[end](alice, telegramUserId))).toBe('transfer_not_begun');
  });

  it.each(['init', 'finish', 'cancel'] as const)('finds no login of another user: %s', async (call) => {
    if (call !== 'init') await transfers.init(alice, telegramUserId);
    expect(await failureOf(transfers[call](bob, telegramUserId))).toBe('transfer_login_unknown');
    expect(await failureOf(transfers[call](alice, '1'))).toBe('transfer_login_unknown');
    expect((await findAccount())?.heldBy).toBe(call === 'init' ? 'gangway' : 'export');
  });

  it.each([
    ['bridge', 'transfer_unsupported'],
    ['hand_over', 'transfer_session_held'],
    ['lease', 'transfer_session_held'],
    ['export', 'transfer_session_held'],
  ] as const)('refuses a session that is held by: %s', async (holder, failure) => {
    await hold(holder);
    expect(await failureOf(transfers.init(alice, telegramUserId))).toBe(failure);
  });

  it('refuses a session that no program could continue', async () => {
    await logOut();
    await logIn('a1', 'unfit');
    await expect(transfers.init(alice, telegramUserId)).rejects.toThrow('not a session');
    expect(await findAccount()).toMatchObject({ heldBy: 'gangway', session: new Secret('unfit') });
  });

  it('does not transfer the session of a login that is created while the connection closes', async () => {
    meanwhile = async () => {
      await logOut();
      await logIn('a2');
    };
    expect(await failureOf(transfers.init(alice, telegramUserId))).toBe('transfer_login_unknown');
    expect(await findAccount()).toMatchObject({ id: 'a2', heldBy: 'gangway', session: new Secret('key') });
  });

  it('leaves the session to be ended if the user logs out before the transfer is finished', async () => {
    await transfers.init(alice, telegramUserId);
    await logOut();
    const left = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
    expect(left).toMatchObject([{ id: 'a1' }]);
    expect(await findRow()).toBeUndefined();
    expect(await failureOf(transfers.finish(alice, telegramUserId))).toBe('transfer_login_unknown');
  });

  describe('in any order of calls', () => {
    const calls = {
      init: () => transfers.init(alice, telegramUserId),
      finish: () => transfers.finish(alice, telegramUserId),
      cancel: () => transfers.cancel(alice, telegramUserId),
      take: () => exports.take(telegramUserId),
      confirm: () => exports.confirm('a1'),
    };
    const sequences = fc.array(fc.constantFrom(...(Object.keys(calls) as (keyof typeof calls)[])), { maxLength: 8 });

    it('stores the session once, until its one new holder has it', async () => {
      await fc.assert(
        fc.asyncProperty(sequences, async (sequence) => {
          await database.transaction(async (tx) => {
            await tx.sessionLeases.delete('a1');
            await tx.telegramAccounts.delete('a1');
          });
          await logIn();
          let isGone = false;
          for (const name of sequence) {
            const before = await findRow();
            const kind = await calls[name]().then(
              (answer) => (answer && 'kind' in answer ? answer.kind : 'done'),
              (error: unknown) => (error instanceof TransferFailure ? 'refused' : Promise.reject(error as Error)),
            );
            const row = await findRow();
            const [account, copies] = [await findAccount(), row?.session ? 1 : 0];
            isGone ||= name === 'finish' && kind === 'done';
            isGone ||= name === 'confirm' && before?.consumer === 'export';
            expect((account?.session ? 1 : 0) + copies).toBe(isGone ? 0 : 1);
            expect(account?.heldBy === 'gangway').toBe(account?.session !== null);
            if (kind === 'ready') expect(row?.consumer).toBe('export');
            if (name === 'init' && kind === 'done') expect(row?.consumer).toBe('session_transfer');
          }
        }),
        { numRuns: 40, examples: [[['init', 'take', 'confirm', 'finish']], [['take', 'init', 'finish', 'cancel']]] },
      );
    });
  });
}
