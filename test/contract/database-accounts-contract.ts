import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { UserIdentifier } from '../../src/accounts/authority.js';
import { AccountFailure } from '../../src/accounts/failure.js';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database, Transaction } from '../../src/database/database.js';
import type { AccessTokenRecord } from '../../src/database/tables/access-tokens.js';
import type { AccountAddressRecord } from '../../src/database/tables/account-addresses.js';
import type { AccountRecord } from '../../src/database/tables/accounts.js';
import type { IdentityBindingRecord } from '../../src/database/tables/identity-bindings.js';
import type { RefreshTokenRecord } from '../../src/database/tables/refresh-tokens.js';
import { failureOf, loginBy, loginOf } from '../support/account-requests.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { openEmbeddedAccounts } from '../support/embedded-accounts.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;

const account = (changes: Partial<AccountRecord> = {}): AccountRecord => ({
  mxid: alice,
  passwordHash: new Secret('$argon2id$hash'),
  createdAt: later,
  deactivatedAt: undefined,
  ...changes,
});

const login = { mxid: alice, deviceId: 'KITCHEN', family: 'f1', parentHash: undefined, createdAt: later };

const accessToken = (changes: Partial<AccessTokenRecord> = {}): AccessTokenRecord => ({
  tokenHash: 't1',
  ...login,
  refreshHash: 'r1',
  expiresAt: later + 5,
  ...changes,
});

const refreshToken = (changes: Partial<RefreshTokenRecord> = {}): RefreshTokenRecord => ({
  tokenHash: 'r1',
  ...login,
  expiresAt: later + 50,
  spentAt: undefined,
  ...changes,
});

const address = (changes: Partial<AccountAddressRecord> = {}): AccountAddressRecord => ({
  id: 'a1',
  mxid: alice,
  medium: 'email',
  address: 'alice@mail.test',
  validatedAt: later,
  addedAt: later + 1,
  telegramAccountId: undefined,
  ...changes,
});

function clear(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, part: unknown) => (part instanceof Secret ? part.reveal() : part)));
}

/** What the database promises of accounts, on every engine. */
export function describeAccounts(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction(work);

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  describe('accounts', () => {
    const namesFound = (...names: readonly string[]) =>
      within(async (tx) => {
        const found: (Mxid | undefined)[] = [];
        for (const name of names) found.push((await tx.accounts.findByName(name as Mxid))?.mxid);
        return found;
      });

    it('are returned as they were saved, and listed by name', async () => {
      const second = account({ mxid: bob, passwordHash: undefined, deactivatedAt: later + 1 });
      await within((tx) => tx.accounts.insert(second));
      await within((tx) => tx.accounts.insert(account()));
      expect(clear(await within((tx) => tx.accounts.findByName(bob)))).toEqual(clear(second));
      expect(clear(await within((tx) => tx.accounts.hold(alice)))).toEqual(clear(account()));
      expect(clear(await within((tx) => tx.accounts.find(alice)))).toEqual(clear(account()));
      expect(await within((tx) => tx.accounts.find(alice.toUpperCase() as Mxid))).toBeUndefined();
      expect(clear(await within((tx) => tx.accounts.list()))).toEqual(clear([account(), second]));
    });

    it('are found in any case if only one has that name', async () => {
      await within((tx) => tx.accounts.insert(account()));
      expect(await namesFound('@ALICE:example.test', '@alicia:example.test')).toEqual([alice, undefined]);
      await within((tx) => tx.accounts.insert(account({ mxid: '@Alice:example.test' as Mxid })));
      expect(await namesFound('@alice:example.test', '@Alice:example.test', '@ALICE:example.test')).toEqual([
        alice,
        '@Alice:example.test',
        undefined,
      ]);
      expect(await within((tx) => tx.accounts.hold('@ALICE:example.test' as Mxid))).toBeUndefined();
    });

    it('are created once', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => within((tx) => tx.accounts.insert(account({ createdAt: index })))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect((await within((tx) => tx.accounts.findByName(alice)))?.createdAt).toBe(answers.indexOf(true));
    });

    it('are updated if they exist', async () => {
      await within((tx) => tx.accounts.insert(account()));
      await within((tx) => tx.accounts.insert(account({ mxid: bob })));
      const changed = { passwordHash: new Secret('new'), deactivatedAt: later + 9 };
      await within(async (tx) => {
        expect(await tx.accounts.setPasswordHash(alice, changed.passwordHash)).toBe(true);
        expect(await tx.accounts.deactivate(alice, changed.deactivatedAt)).toBe(true);
        expect(await tx.accounts.setPasswordHash('@unknown:example.test' as Mxid, changed.passwordHash)).toBe(false);
        expect(await tx.accounts.deactivate('@unknown:example.test' as Mxid, 1)).toBe(false);
      });
      expect(clear(await within((tx) => tx.accounts.list()))).toEqual(
        clear([account(changed), account({ mxid: bob })]),
      );
    });
  });

  describe('devices', () => {
    const device = { mxid: alice, deviceId: 'KITCHEN', displayName: 'Radio', createdAt: later };

    it('are created once for each user, and keep their names', async () => {
      const other = { ...device, mxid: bob, displayName: undefined };
      expect(await within((tx) => tx.devices.insert(device))).toBe(true);
      expect(await within((tx) => tx.devices.insert({ ...device, displayName: 'Telly' }))).toBe(false);
      expect(await within((tx) => tx.devices.insert(other))).toBe(true);
      expect(await within((tx) => tx.devices.listByUser(alice))).toEqual([device]);
      expect(await within((tx) => tx.devices.listByUser(bob))).toEqual([other]);
    });

    it('are deleted one by one, or all of a user, oldest first', async () => {
      const older = { ...device, deviceId: 'Z', createdAt: 1 };
      const mine = [older, device, { ...device, deviceId: 'L' }];
      for (const record of [...mine.toReversed(), { ...device, mxid: bob }]) {
        await within((tx) => tx.devices.insert(record));
      }
      expect(await within((tx) => tx.devices.listByUser(alice))).toEqual(mine);
      await within((tx) => tx.devices.delete(alice, 'KITCHEN'));
      expect(await within((tx) => tx.devices.listByUser(alice))).toEqual([older, mine[2]]);
      await within((tx) => tx.devices.deleteByUser(alice));
      expect(await within((tx) => tx.devices.listByUser(alice))).toEqual([]);
      expect(await within((tx) => tx.devices.listByUser(bob))).toHaveLength(1);
    });
  });

  describe('access tokens', () => {
    const insert = (...records: AccessTokenRecord[]) =>
      within(async (tx) => {
        for (const record of records) await tx.accessTokens.insert(record);
      });
    const left = async (...hashes: readonly string[]) => {
      const found = await within(async (tx) => {
        const tokens: (AccessTokenRecord | undefined)[] = [];
        for (const hash of hashes) tokens.push(await tx.accessTokens.find(hash));
        return tokens;
      });
      return hashes.filter((_, index) => found[index]);
    };

    it('are found by hash, as they were saved', async () => {
      const lasting = accessToken({ tokenHash: 't2', expiresAt: undefined, parentHash: 'r0', refreshHash: undefined });
      await insert(accessToken(), lasting);
      expect(await within((tx) => tx.accessTokens.find('t1'))).toEqual(accessToken());
      expect(await within((tx) => tx.accessTokens.find('t2'))).toEqual(lasting);
      expect(await within((tx) => tx.accessTokens.find('t3'))).toBeUndefined();
    });

    it('are confirmed by their first use, and the replaced ones are deleted long after their expiry', async () => {
      await insert(
        accessToken({ tokenHash: 'first' }),
        accessToken({ tokenHash: 'lasting', expiresAt: undefined }),
        accessToken({ tokenHash: 'lost', parentHash: 'r0' }),
        accessToken({ tokenHash: 'used', parentHash: 'r1', refreshHash: 'r2' }),
        accessToken({ tokenHash: 'other', family: 'f2' }),
      );
      await within((tx) => tx.accessTokens.settle('f1', 'r1', 'r2', later + 1));
      expect(await within((tx) => tx.accessTokens.find('used'))).toEqual(
        accessToken({ tokenHash: 'used', refreshHash: 'r2' }),
      );
      const all = ['first', 'lasting', 'lost', 'used', 'other'];
      await within((tx) => tx.accessTokens.deleteOver(later + 4));
      expect(await left(...all)).toEqual(all);
      await within((tx) => tx.accessTokens.deleteOver(later + 5));
      expect(await left(...all)).toEqual(['lasting', 'used', 'other']);
    });

    it('that were never used are deleted when there are newer ones, or long after their expiry', async () => {
      const unused = (tokenHash: string, createdAt: number) =>
        accessToken({ tokenHash, createdAt, parentHash: 'r0', expiresAt: later + createdAt });
      await insert(
        unused('u3', 3),
        unused('u1', 1),
        unused('u2', 2),
        accessToken({ tokenHash: 'used', expiresAt: later }),
      );
      await within((tx) => tx.accessTokens.deleteOldestUnused('f1', 'r0', 2));
      expect(await left('u1', 'u2', 'u3', 'used')).toEqual(['u2', 'u3', 'used']);
      await within((tx) => tx.accessTokens.deleteOver(later + 2));
      expect(await left('u1', 'u2', 'u3', 'used')).toEqual(['u3', 'used']);
    });

    it('expire if another answer to the same refresh is used first', async () => {
      const lost = { parentHash: 'r1', expiresAt: later + 100 };
      await insert(
        accessToken({ ...lost, tokenHash: 'lost', refreshHash: 'r2' }),
        accessToken({ ...lost, tokenHash: 'used', refreshHash: 'r3' }),
        accessToken({ tokenHash: 'old' }),
      );
      await within((tx) => tx.accessTokens.settle('f1', 'r1', 'r3', later));
      expect((await within((tx) => tx.accessTokens.find('lost')))?.expiresAt).toBe(later);
      expect((await within((tx) => tx.accessTokens.find('used')))?.expiresAt).toBe(later + 100);
      expect((await within((tx) => tx.accessTokens.find('old')))?.expiresAt).toBe(later + 5);
    });

    it('expire exactly with their family', async () => {
      await insert(
        accessToken({ tokenHash: 'over', expiresAt: later - 1 }),
        accessToken({ tokenHash: 'not over' }),
        accessToken({ tokenHash: 'lasting', expiresAt: undefined }),
        accessToken({ tokenHash: 'other', family: 'f2' }),
      );
      await within((tx) => tx.accessTokens.expireFamily('f1', later));
      const expiry = (hash: string) => within(async (tx) => (await tx.accessTokens.find(hash))?.expiresAt);
      expect(await expiry('over')).toBe(later - 1);
      expect(await expiry('not over')).toBe(later);
      expect(await expiry('lasting')).toBe(later);
      expect(await expiry('other')).toBe(later + 5);
    });

    it('are deleted with their device, or all of a user', async () => {
      await insert(
        accessToken({ tokenHash: 'kitchen' }),
        accessToken({ tokenHash: 'cellar', deviceId: 'CELLAR' }),
        accessToken({ tokenHash: 'his', mxid: bob }),
      );
      await within((tx) => tx.accessTokens.deleteByDevice(alice, 'KITCHEN'));
      expect(await left('kitchen', 'cellar', 'his')).toEqual(['cellar', 'his']);
      await within((tx) => tx.accessTokens.deleteByUser(alice));
      expect(await left('kitchen', 'cellar', 'his')).toEqual(['his']);
    });
  });

  describe('refresh tokens', () => {
    const insert = (...records: RefreshTokenRecord[]) =>
      within(async (tx) => {
        for (const record of records) await tx.refreshTokens.insert(record);
      });
    const find = (hash: string) => within((tx) => tx.refreshTokens.find(hash));

    it('are found by hash, as they were saved', async () => {
      const spent = refreshToken({ tokenHash: 'r2', expiresAt: undefined, parentHash: 'r1', spentAt: later + 3 });
      await insert(refreshToken(), spent);
      expect(await find('r1')).toEqual(refreshToken());
      expect(await find('r2')).toEqual(spent);
      expect(await find('r3')).toBeUndefined();
    });

    it('that were never used are deleted when there are newer ones, or long after their expiry', async () => {
      const unused = (tokenHash: string, createdAt: number) =>
        refreshToken({ tokenHash, createdAt, parentHash: 'r0', expiresAt: later + createdAt });
      await insert(
        unused('u3', 3),
        unused('u1', 1),
        unused('u2', 2),
        refreshToken({ tokenHash: 'used', createdAt: 0 }),
      );
      await insert(refreshToken({ tokenHash: 'other', createdAt: 0, parentHash: 'r9' }));
      const left = async () => {
        const found = await Promise.all(['u1', 'u2', 'u3', 'used', 'other'].map(find));
        return found.flatMap((record) => record?.tokenHash ?? []);
      };
      await within((tx) => tx.refreshTokens.deleteOldestUnused('f1', 'r0', 2));
      expect(await left()).toEqual(['u2', 'u3', 'used', 'other']);
      await within((tx) => tx.refreshTokens.deleteOver(later + 2));
      expect(await left()).toEqual(['u3', 'used', 'other']);
    });

    it('are spent once, when the tokens of their exchange are used', async () => {
      await insert(refreshToken(), refreshToken({ tokenHash: 'r2', parentHash: 'r1' }));
      await within((tx) => tx.refreshTokens.settle('r1', 'r2', later + 1));
      await within((tx) => tx.refreshTokens.settle('r1', 'r2', later + 2));
      expect(await find('r1')).toEqual(refreshToken({ spentAt: later + 1 }));
      expect(await find('r2')).toEqual(refreshToken({ tokenHash: 'r2' }));
    });

    it('expire if another answer to the same refresh is used first, and are spent with their family', async () => {
      await insert(
        refreshToken({ tokenHash: 'lost', parentHash: 'r0' }),
        refreshToken({ tokenHash: 'used', parentHash: 'r0' }),
        refreshToken(),
        refreshToken({ tokenHash: 'spent', spentAt: 5 }),
        refreshToken({ tokenHash: 'other', family: 'f2' }),
      );
      await within((tx) => tx.refreshTokens.settle('r0', 'used', later));
      expect(await find('lost')).toMatchObject({ spentAt: later, expiresAt: later });
      expect(await find('used')).toEqual(refreshToken({ tokenHash: 'used' }));
      await within((tx) => tx.refreshTokens.spendFamily('f1', later + 1));
      expect((await find('r1'))?.spentAt).toBe(later + 1);
      expect((await find('spent'))?.spentAt).toBe(5);
      expect((await find('other'))?.spentAt).toBeUndefined();
    });

    it('are deleted with their device, all of a user, or long after they were spent', async () => {
      await insert(
        refreshToken({ tokenHash: 'kitchen' }),
        refreshToken({ tokenHash: 'cellar', deviceId: 'CELLAR' }),
        refreshToken({ tokenHash: 'his', mxid: bob }),
        refreshToken({ tokenHash: 'spent', mxid: bob, spentAt: 5 }),
      );
      const left = async () => {
        const hashes = ['kitchen', 'cellar', 'his', 'spent'];
        const found = await Promise.all(hashes.map(find));
        return hashes.filter((_, index) => found[index]);
      };
      await within((tx) => tx.refreshTokens.deleteByDevice(alice, 'KITCHEN'));
      await within((tx) => tx.refreshTokens.deleteOver(4));
      expect(await left()).toEqual(['cellar', 'his', 'spent']);
      await within((tx) => tx.refreshTokens.deleteByUser(alice));
      await within((tx) => tx.refreshTokens.deleteOver(5));
      expect(await left()).toEqual(['his']);
    });
  });

  it('OpenID tokens are found by hash, and deleted with their device or user, or after their expiry', async () => {
    const token = { tokenHash: 'o1', mxid: alice, deviceId: 'KITCHEN', expiresAt: later };
    await within(async ({ openIdTokens }) => {
      const left = async () => {
        const found = [];
        for (const tokenHash of ['o1', 'o2', 'o3', 'o4']) found.push(await openIdTokens.find(tokenHash));
        return found.flatMap((record) => record?.tokenHash ?? []);
      };
      for (const record of [
        token,
        { ...token, tokenHash: 'o2', deviceId: 'CELLAR' },
        { ...token, tokenHash: 'o3', deviceId: 'CELLAR', expiresAt: later + 1 },
        { ...token, tokenHash: 'o4', mxid: bob, expiresAt: later + 1 },
      ]) {
        await openIdTokens.insert(record);
      }
      expect(await openIdTokens.find('o1')).toEqual(token);
      await openIdTokens.deleteByDevice(alice, 'KITCHEN');
      expect(await left()).toEqual(['o2', 'o3', 'o4']);
      await openIdTokens.deleteExpired(later);
      expect(await left()).toEqual(['o3', 'o4']);
      await openIdTokens.deleteByUser(alice);
      expect(await left()).toEqual(['o4']);
    });
  });

  describe('login tokens', () => {
    const token = { tokenHash: 'l1', mxid: alice, deviceId: 'KITCHEN', createdAt: later, expiresAt: later + 10 };

    it('are used by exactly one of several concurrent logins', async () => {
      await within((tx) => tx.loginTokens.insert(token));
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => within((tx) => tx.loginTokens.use('l1', later + 99))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await within((tx) => tx.loginTokens.use('none', later))).toBe(false);
      expect(await within((tx) => tx.loginTokens.find('l1'))).toEqual(token);
    });

    it('return when the newest of a user was issued, and are deleted after their expiry', async () => {
      await within((tx) => tx.loginTokens.insert(token));
      await within((tx) => tx.loginTokens.insert({ ...token, tokenHash: 'l2', createdAt: 1, expiresAt: 11 }));
      await within((tx) => tx.loginTokens.insert({ ...token, tokenHash: 'l3', mxid: bob, createdAt: later + 7 }));
      const newest = (mxid: Mxid) => within((tx) => tx.loginTokens.findNewestTime(mxid));
      expect(await newest(alice)).toBe(later);
      await within((tx) => tx.loginTokens.deleteExpired(11));
      expect(await within((tx) => tx.loginTokens.find('l2'))).toBeUndefined();
      expect(await newest(alice)).toBe(later);
      await within((tx) => tx.loginTokens.deleteByDevice(alice, 'CELLAR'));
      expect(await newest(alice)).toBe(later);
      await within((tx) => tx.loginTokens.deleteByDevice(alice, 'KITCHEN'));
      expect(await newest(alice)).toBeUndefined();
      await within((tx) => tx.loginTokens.insert(token));
      await within((tx) => tx.loginTokens.deleteByUser(alice));
      expect(await newest(alice)).toBeUndefined();
      expect(await newest(bob)).toBe(later + 7);
    });
  });

  describe('user-interactive authentications', () => {
    const session = { id: 's1', owner: alice, operation: 'op', completed: [], expiresAt: later };

    it('are stored as last saved, and not restored after deletion', async () => {
      await within((tx) => tx.uiaSessions.insert(session));
      expect(await within((tx) => tx.uiaSessions.find('s1'))).toEqual(session);
      const further = { ...session, completed: ['m.login.password', 'a "stage"'] };
      expect(await within((tx) => tx.uiaSessions.update(further))).toBe(true);
      expect(await within((tx) => tx.uiaSessions.find('s1'))).toEqual(further);
      await within((tx) => tx.uiaSessions.delete('s1'));
      expect(await within((tx) => tx.uiaSessions.update(further))).toBe(false);
      expect(await within((tx) => tx.uiaSessions.find('s1'))).toBeUndefined();
    });

    it('evict the oldest of the same owner', async () => {
      for (const [id, owner, expiresAt] of [
        ['s1', alice, later + 2],
        ['s2', alice, later],
        ['s3', alice, later + 1],
        ['s4', bob, 1],
      ] as const) {
        await within((tx) => tx.uiaSessions.insert({ ...session, id, owner, expiresAt }));
      }
      await within((tx) => tx.uiaSessions.keepNewest(alice, 2));
      const found = await Promise.all(['s1', 's2', 's3', 's4'].map((id) => within((tx) => tx.uiaSessions.find(id))));
      expect(found.map((one) => one?.id)).toEqual(['s1', undefined, 's3', 's4']);
    });

    it('are deleted one by one, all of a user, or after their expiry', async () => {
      for (const [id, owner, expiresAt] of [
        ['s1', alice, later],
        ['s2', alice, later + 1],
        ['s3', bob, later + 1],
        ['s4', bob, later],
      ] as const) {
        await within((tx) => tx.uiaSessions.insert({ ...session, id, owner, expiresAt }));
      }
      const left = async () => {
        const ids = ['s1', 's2', 's3', 's4'];
        const found = await Promise.all(ids.map((id) => within((tx) => tx.uiaSessions.find(id))));
        return ids.filter((_, index) => found[index]);
      };
      expect(await within((tx) => tx.uiaSessions.delete('s1'))).toBe(true);
      expect(await within((tx) => tx.uiaSessions.delete('s1'))).toBe(false);
      await within((tx) => tx.uiaSessions.deleteExpired(later));
      expect(await left()).toEqual(['s2', 's3']);
      await within((tx) => tx.uiaSessions.deleteByOwner(alice));
      expect(await left()).toEqual(['s3']);
    });
  });

  describe('3PIDs of accounts', () => {
    const insert = (record: AccountAddressRecord) => within((tx) => tx.accountAddresses.insert(record));
    const find = (medium: 'email' | 'msisdn', text: string) =>
      within((tx) => tx.accountAddresses.find({ medium, address: text }));

    it('are found by medium and address, as they were saved', async () => {
      const phone = address({ id: 'a2', medium: 'msisdn', address: '447700900123', addedAt: later });
      expect(await insert(address())).toBe(true);
      expect(await insert(phone)).toBe(true);
      expect(await find('email', 'alice@mail.test')).toEqual(address());
      expect(await find('msisdn', '447700900123')).toEqual(phone);
      expect(await find('msisdn', 'alice@mail.test')).toBeUndefined();
      expect(await within((tx) => tx.accountAddresses.listByUser(alice))).toEqual([phone, address()]);
    });

    it('belong to their first owner until they are removed', async () => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => insert(address({ id: `a${index}`, mxid: `@u${index}:x` as Mxid }))),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      const winner = `a${answers.indexOf(true)}`;
      expect((await find('email', 'alice@mail.test'))?.id).toBe(winner);
      expect(await within((tx) => tx.accountAddresses.delete(winner))).toBe(true);
      expect(await within((tx) => tx.accountAddresses.delete(winner))).toBe(false);
      expect(await insert(address({ mxid: bob }))).toBe(true);
      await within((tx) => tx.accountAddresses.deleteByUser(bob));
      expect(await find('email', 'alice@mail.test')).toBeUndefined();
    });

    it('that a Telegram login validates are deleted with it, and no others', async () => {
      const login = (id: string, telegramUserId: string) => ({ id, owner: alice, telegramUserId });
      const times = { createdAt: 1, updatedAt: 1 };
      const sealed = {
        session: new Secret('session'),
        profile: new Secret('{}'),
        heldBy: 'gangway',
        ...times,
      } as const;
      await within(async ({ telegramAccounts }) => {
        await telegramAccounts.insert({ ...login('t1', '41'), ...sealed });
        await telegramAccounts.insert({ ...login('t2', '42'), ...sealed });
      });
      const proven = (id: string, text: string, telegramAccountId: string) =>
        address({ id, medium: 'msisdn', address: text, telegramAccountId });
      await insert(address());
      await insert(proven('a2', '447700900001', 't1'));
      await insert(proven('a3', '447700900002', 't2'));
      expect(await find('msisdn', '447700900001')).toEqual(proven('a2', '447700900001', 't1'));
      await within((tx) => tx.telegramAccounts.delete('t1'));
      const left = await within((tx) => tx.accountAddresses.listByUser(alice));
      expect(left.map(({ id }) => id)).toEqual(['a1', 'a3']);
      await expect(insert(proven('a4', '447700900003', 't1'))).rejects.toThrow('a database query failed');
    });

    it('are not in the database in clear', async () => {
      await insert(address());
      await insert(address({ id: 'a2', medium: 'msisdn', address: '447700900123' }));
      const stored = await testDatabase.dump();
      expect(stored).toContain(alice);
      expect(stored).not.toMatch(/alice@mail\.test|447700900123/);
    });

    it('are found under a new encryption key, also without the old one', async () => {
      await insert(address());
      const reopen = async (key: Secret, oldKeys: readonly Secret[]) => {
        await database.close();
        database = await openTestDatabase({ uri: testDatabase.uri, encryption: { key, oldKeys } });
      };
      await reopen(testKey(2), [testKey(1)]);
      expect(await find('email', 'alice@mail.test')).toEqual(address());
      await reopen(testKey(2), []);
      expect(await find('email', 'alice@mail.test')).toEqual(address());
      expect(await insert(address({ id: 'a2', mxid: bob }))).toBe(false);
    });
  });

  describe('bindings at other identity servers', () => {
    const binding = (changes: Partial<IdentityBindingRecord> = {}): IdentityBindingRecord => ({
      id: 'b1',
      mxid: alice,
      medium: 'email',
      address: 'alice@mail.test',
      idServer: 'id.test',
      sid: 'session of alice',
      clientSecret: new Secret('secret of alice'),
      createdAt: later,
      ...changes,
    });
    const save = (...records: readonly IdentityBindingRecord[]) =>
      within(async (tx) => {
        for (const record of records) await tx.identityBindings.save(record);
      });
    const list = (mxid = alice, medium: 'email' | 'msisdn' = 'email', text = 'alice@mail.test') =>
      within((tx) => tx.identityBindings.list(mxid, { medium, address: text }));

    it('are listed by user and 3PID, oldest first', async () => {
      const older = binding({ id: 'b2', idServer: 'other.test', createdAt: later - 1 });
      const others = [
        binding({ id: 'b3', mxid: bob }),
        binding({ id: 'b4', medium: 'msisdn' }),
        binding({ id: 'b5', address: 'other@mail.test' }),
      ];
      await save(binding(), older, ...others);
      expect(clear(await list())).toEqual(clear([older, binding()]));
      expect(await list(bob, 'msisdn')).toEqual([]);
      await within((tx) => tx.identityBindings.delete('b2'));
      expect(clear(await list())).toEqual(clear([binding()]));
      await within((tx) => tx.identityBindings.deleteByUser(alice));
      expect([await list(), clear(await list(bob))]).toEqual([[], clear([others[0]])]);
    });

    it('exist once for each server, with the newest session, also after concurrent saves', async () => {
      await save(binding());
      const newer = binding({ id: 'b2', sid: 'newer', clientSecret: new Secret('newer'), createdAt: later + 1 });
      await save(newer);
      expect(clear(await list())).toEqual(clear([newer]));
      const many = Array.from({ length: 10 }, (_, index) => binding({ id: `m${index}`, sid: `s${index}` }));
      await Promise.all(many.map((record) => save(record)));
      const [left, ...more] = await list();
      expect(more).toEqual([]);
      expect(clear(left)).toEqual(clear(many.find(({ id }) => id === left?.id)));
    });

    it('are not in the database in clear, and are found under a new encryption key', async () => {
      await save(binding());
      const stored = await testDatabase.dump();
      expect(stored).toContain('id.test');
      expect(stored).not.toMatch(/alice@mail\.test|session of alice|secret of alice/);
      for (const oldKeys of [[testKey(1)], []]) {
        await database.close();
        database = await openTestDatabase({ uri: testDatabase.uri, encryption: { key: testKey(2), oldKeys } });
        expect(clear(await list())).toEqual(clear([binding()]));
      }
    });
  });

  describe('embedded accounts with arbitrary texts', () => {
    const odd = [
      '',
      '\0',
      'a\0b',
      '\u001f',
      '\u0085',
      '\ud800',
      '\udfff\ud83d',
      '\ufeff',
      '\uffff',
      "';--",
      'x'.repeat(5000),
    ];

    it('return a grant or a refusal, and no defect', async () => {
      const embedded = await openEmbeddedAccounts({ database });
      const { accounts } = embedded;
      const { mxid, password } = await embedded.addUser('alice');
      const { accessToken: token } = await accounts.logIn(loginOf(mxid, password));
      const outcomeOf = (work: Promise<unknown>) =>
        work.then(
          () => 'granted',
          (error: unknown) => (error instanceof AccountFailure ? error.details.kind : error),
        );
      const by = (identifier: UserIdentifier, typed: string) =>
        accounts.logIn(loginBy({ kind: 'password', identifier, password: new Secret(typed) }));
      const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: mxid }, password };
      for (const text of odd) {
        const outcomes = await Promise.all(
          [
            accounts.logIn(loginOf(mxid, password, { deviceId: text })),
            accounts.logIn(loginOf(mxid, password, { deviceName: text })),
            accounts.logIn(loginOf(text, password)),
            accounts.logIn(loginOf(`@${text}:example.test`, password)),
            by({ kind: 'address', medium: 'email', address: `${text}@mail.test` }, password),
            by({ kind: 'address', medium: text, address: text }, password),
            by({ kind: 'address', medium: 'msisdn', address: `4477009001${text}`, country: text }, password),
            by({ kind: 'user', user: mxid }, text),
            accounts.logIn(loginBy({ kind: 'token', token: new Secret(text) })),
            accounts.whoAmI(new Secret(text), text),
            accounts.refresh(new Secret(text)),
            accounts.logOut(new Secret(text)),
            accounts.mintLoginToken(token, { session: text }),
            accounts.mintLoginToken(token, { ...auth, session: text }),
            accounts.mintLoginToken(token, { ...auth, type: text }),
            accounts.mintLoginToken(token, { ...auth, identifier: { type: 'm.id.user', user: text } }),
            accounts.mintLoginToken(token, { ...auth, password: text, session: null }),
          ].map(outcomeOf),
        );
        expect(outcomes.filter((outcome) => typeof outcome !== 'string')).toEqual([]);
      }
    });
  });

  describe('embedded accounts at concurrent requests', () => {
    const open = async () => {
      const embedded = await openEmbeddedAccounts({ database });
      const { mxid, password } = await embedded.addUser('alice');
      const logIn = (more = {}) => embedded.accounts.logIn(loginOf(mxid, password, more));
      const isGood = async (token: Secret) =>
        embedded.accounts.whoAmI(token, '').then(
          () => true,
          () => false,
        );
      const good = async (tokens: readonly Secret[]) => {
        const answers = await Promise.all(tokens.map(isGood));
        return tokens.filter((_, index) => answers[index]);
      };
      const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: mxid }, password };
      return { ...embedded, mxid, logIn, good, auth };
    };

    it('leave a device one access token', async () => {
      const { logIn, good } = await open();
      const grants = await Promise.all(Array.from({ length: 8 }, () => logIn({ deviceId: 'KITCHEN' })));
      expect(await good(grants.map(({ accessToken: token }) => token))).toHaveLength(1);
    });

    it('leave one of the answers to a refresh token valid', async () => {
      const { accounts, logIn, good } = await open();
      const { refreshToken: token } = await logIn({ wantsRefreshToken: true });
      if (!token) throw new Error('no refresh token');
      const issued = await Promise.all(Array.from({ length: 6 }, () => accounts.refresh(token)));
      expect(await good(issued.map(({ accessToken: fresh }) => fresh))).toHaveLength(1);
    });

    it('refresh while the answer is used for the first time', async () => {
      const { accounts, logIn } = await open();
      let token = (await logIn({ wantsRefreshToken: true })).refreshToken;
      for (let round = 0; round < 5; round += 1) {
        if (!token) throw new Error('no refresh token');
        const { accessToken: access, refreshToken: next } = await accounts.refresh(token);
        if (!next) throw new Error('no refresh token');
        const [, refreshed] = await Promise.all([accounts.whoAmI(access, ''), accounts.refresh(next)]);
        token = refreshed.refreshToken;
      }
    });

    it('leave both answers to a refresh token valid until one is used', async () => {
      const { accounts, logIn } = await open();
      const { refreshToken: token } = await logIn({ wantsRefreshToken: true });
      if (!token) throw new Error('no refresh token');
      const issued = await Promise.all([accounts.refresh(token), accounts.refresh(token)]);
      const outcomes = await Promise.allSettled(issued.map(({ accessToken: fresh }) => accounts.whoAmI(fresh, '')));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      const used = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect(await failureOf(accounts.refresh(issued[1 - used]?.refreshToken ?? token))).toEqual({
        kind: 'token_unknown',
        softLogout: true,
      });
      await accounts.refresh(issued[used]?.refreshToken ?? token);
    });

    it('keep ten authentications of a user, however many begin at once', async () => {
      const { accounts, logIn, mxid } = await open();
      const { accessToken: token } = await logIn();
      const begun = await Promise.all(
        Array.from({ length: 14 }, () => failureOf(accounts.mintLoginToken(token, undefined))),
      );
      expect(new Set(begun.map(({ kind }) => kind))).toEqual(new Set(['authentication_incomplete']));
      const rows = await testDatabase.execute('SELECT owner FROM uia_sessions');
      expect(rows).toEqual(Array.from({ length: 10 }, () => ({ owner: mxid })));
    });

    it('accept a login token once', async () => {
      const { accounts, logIn, auth } = await open();
      const { loginToken } = await accounts.mintLoginToken((await logIn()).accessToken, auth);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 8 }, () => accounts.logIn(loginBy({ kind: 'token', token: loginToken }))),
      );
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('issue one login token a minute', async () => {
      const { accounts, logIn, auth } = await open();
      const { accessToken: token } = await logIn();
      const outcomes = await Promise.allSettled(Array.from({ length: 6 }, () => accounts.mintLoginToken(token, auth)));
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      expect(await failureOf(accounts.mintLoginToken(token, auth))).toMatchObject({ kind: 'rate_limited' });
    });

    it('leave no login after a deactivation', async () => {
      const { administration, mxid, logIn, good } = await open();
      const logins = Array.from({ length: 8 }, () => logIn());
      const [outcomes] = await Promise.all([Promise.allSettled(logins), administration.deactivate(mxid)]);
      const tokens = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.accessToken] : []));
      expect(await good(tokens)).toEqual([]);
      expect(await within((tx) => tx.devices.listByUser(mxid))).toEqual([]);
    });
  });
}
