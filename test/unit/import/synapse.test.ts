import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid, ServerName } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import type { Database } from '../../../src/database/database.js';
import { openSynapse } from '../../../src/import/synapse.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { executeAll, insertRows, runImportFrom, sourceKinds, type StoredRow } from '../../support/imports.js';
import type { TestDatabase } from '../../support/test-database.js';

const serverName = 'example.test' as ServerName;
const alice = '@alice:example.test' as Mxid;
const now = 1_790_000_000_000;
const clock = createFakeClock(now);
const notAnAddress = 'Not a valid e-mail address or phone number.';

// As in the schema of Synapse, version 72.
const ddl = `CREATE TABLE user_threepids (user_id TEXT NOT NULL, medium TEXT NOT NULL, address TEXT NOT NULL,
  validated_at BIGINT NOT NULL, added_at BIGINT NOT NULL, CONSTRAINT medium_address UNIQUE (medium, address))`;

const stored = (changes: StoredRow = {}): StoredRow => ({
  user_id: alice,
  medium: 'email',
  address: 'alice@mail.example.test',
  validated_at: 1_700_000_000_000,
  added_at: 1_700_000_000_001,
  ...changes,
});

describe.each(sourceKinds)('the accounts of a Synapse on $kind', ({ kind, create, missing }) => {
  describe.skipIf(missing)('that is there', () => {
    let testDatabase: TestDatabase;
    let database: Database;

    beforeEach(async () => {
      testDatabase = await create();
      await executeAll(testDatabase, [ddl]);
      database = await openTestDatabase();
    });
    afterEach(async () => {
      await database.close();
      await testDatabase.remove();
    });

    const run = (isDryRun = false, hasOwnAccounts = false) =>
      runImportFrom(
        testDatabase,
        database,
        (source) => openSynapse(source, { serverName, hasOwnAccounts, random: systemRandom, clock }),
        { isDryRun },
      );
    const addressesOf = (mxid: Mxid) =>
      database.read(async ({ accountAddresses }) =>
        (await accountAddresses.listByUser(mxid)).map(({ id: _id, ...address }) => address),
      );

    it('give their addresses, in the canonical form and with their times, once', async () => {
      await insertRows(testDatabase, 'user_threepids', [
        stored(),
        stored({ medium: 'msisdn', address: '447470674927', added_at: 1_700_000_000_002 }),
        stored({ user_id: '@bob:example.test', address: 'BOB@Mail.example.test', validated_at: now + 1 }),
      ]);
      expect(await run(true)).toEqual([
        'addresses: 3 to import, 0 unchanged, 0 refused, 0 left out',
        'This was a dry run: nothing has changed. Add --apply to import.',
      ]);
      expect(await addressesOf(alice)).toEqual([]);
      expect(await run()).toEqual(['addresses: 3 imported, 0 unchanged, 0 refused, 0 left out']);
      const validatedAt = 1_700_000_000_000;
      expect(await addressesOf(alice)).toEqual([
        { mxid: alice, medium: 'email', address: 'alice@mail.example.test', validatedAt, addedAt: 1_700_000_000_001 },
        { mxid: alice, medium: 'msisdn', address: '447470674927', validatedAt, addedAt: 1_700_000_000_002 },
      ]);
      expect(await addressesOf('@bob:example.test' as Mxid)).toMatchObject([
        { address: 'bob@mail.example.test', validatedAt: now },
      ]);
      expect(await run()).toEqual(['addresses: 0 imported, 3 unchanged, 0 refused, 0 left out']);
      expect(await addressesOf(alice)).toHaveLength(2);
    });

    const hostile: readonly (readonly [string, StoredRow, string])[] = [
      ['a user ID without a server', { user_id: '@alice' }, 'row 1: Not a Matrix ID.'],
      ['a user ID of control characters', { user_id: '@a\u001b[2J:example.test' }, 'row 1: Not a Matrix ID.'],
      ['an empty user ID', { user_id: '' }, 'row 1: Not a Matrix ID.'],
      [
        'a user of another server',
        { user_id: '@alice:other.test' },
        'row 1 of @alice:other.test, a…@mail.example.test: The user is not of example.test.',
      ],
      ['another medium', { medium: 'pigeon' }, `row 1 of ${alice}: Neither an e-mail address nor a phone number.`],
      ['a number of letters', { medium: 'msisdn', address: 'call me' }, `row 1 of ${alice}: ${notAnAddress}`],
      ['a number without an end', { medium: 'msisdn', address: '4'.repeat(300) }, `row 1 of ${alice}: ${notAnAddress}`],
      ['an address with two signs', { address: 'a@b@example.test' }, `row 1 of ${alice}: ${notAnAddress}`],
      ['an empty address', { address: '' }, `row 1 of ${alice}: ${notAnAddress}`],
    ];
    it.each(hostile)('refuse %s, and import the other rows', async (_, changes, expected) => {
      await insertRows(testDatabase, 'user_threepids', [
        stored(changes),
        stored({ address: 'b@example.test', added_at: now }),
      ]);
      expect(await run()).toEqual([
        `refused: addresses, ${expected}`,
        'addresses: 1 imported, 0 unchanged, 1 refused, 0 left out',
      ]);
    });

    it.skipIf(kind !== 'SQLite')('refuse values of other types, which only SQLite stores', async () => {
      await executeAll(testDatabase, ['DROP TABLE user_threepids', ddl.replaceAll(' NOT NULL', '')]);
      const odd = [null, 5, 1.5, Buffer.from('@alice:example.test')];
      await insertRows(testDatabase, 'user_threepids', [
        ...odd.map((value) => stored({ user_id: value, address: `a${String(value)}@example.test` })),
        ...odd.map((value, index) => stored({ medium: value, address: `${index}@example.test` })),
        ...odd.map((value, index) => stored({ address: value, medium: index === 3 ? 'msisdn' : 'email' })),
        ...odd.map((value, index) =>
          stored({ validated_at: value, added_at: value, address: `t${index}@example.test` }),
        ),
      ]);
      expect((await run()).at(-1)).toBe('addresses: 4 imported, 0 unchanged, 12 refused, 0 left out');
      expect((await run()).at(-1)).toBe('addresses: 0 imported, 4 unchanged, 12 refused, 0 left out');
    });

    it('refuse an address that another user has here, or has in an earlier row', async () => {
      const bob = { user_id: '@bob:example.test' };
      await insertRows(testDatabase, 'user_threepids', [
        stored(),
        stored({ ...bob, address: 'Alice@mail.example.test', added_at: 1_800_000_000_000 }),
      ]);
      const lines = [
        `refused: addresses, row 2 of @bob:example.test, a…@mail.example.test: It belongs to the account of ${alice} here.`,
      ];
      expect((await run(true)).slice(0, 1)).toEqual(lines);
      expect((await run()).slice(0, 1)).toEqual(lines);
    });

    it('refuse users who have no active account, if accounts are stored here', async () => {
      const carol = '@carol:example.test' as Mxid;
      const dave = '@dave:example.test' as Mxid;
      await database.transaction(async (tx) => {
        const fresh = { passwordHash: undefined, createdAt: 0 };
        await tx.accounts.insert({ ...fresh, mxid: carol, deactivatedAt: undefined });
        await tx.accounts.insert({ ...fresh, mxid: dave, deactivatedAt: 1 });
      });
      await insertRows(
        testDatabase,
        'user_threepids',
        [alice, carol, dave].map((user, index) =>
          stored({ user_id: user, address: `${index}@a.test`, added_at: index }),
        ),
      );
      expect(await run(false, true)).toEqual([
        `refused: addresses, row 1 of ${alice}, 0…@a.test: The user has no account here.`,
        `refused: addresses, row 3 of ${dave}, 2…@a.test: The account of the user is deactivated here.`,
        'addresses: 1 imported, 0 unchanged, 2 refused, 0 left out',
      ]);
    });
  });
});
