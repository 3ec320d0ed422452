import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isSignedBy } from '../../../src/base/ed25519.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import type { Database } from '../../../src/database/database.js';
import { lookupHash } from '../../../src/identity/lookup-hash.js';
import { createPeppers } from '../../../src/identity/peppers.js';
import { keepPepper, openSydent } from '../../../src/import/sydent.js';
import { openForeignDatabase } from '../../../src/database/foreign/open-foreign-database.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { identityImportOptions, identityKey, identityName, keyOf } from '../../support/identity-imports.js';
import { executeAll, insertRows, runImportFrom, type StoredRow } from '../../support/imports.js';
import { silentLogger } from '../../support/silent-logger.js';
import { createSqliteDatabase, type TestDatabase } from '../../support/test-database.js';

// As in the schema of Sydent, version 5.
const ddl = [
  `CREATE TABLE local_threepid_associations (id integer primary key autoincrement, medium varchar(16) not null,
    address varchar(256) not null, mxid varchar(256), ts integer, notBefore bigint, notAfter bigint, lookup_hash VARCHAR(256))`,
  `CREATE TABLE global_threepid_associations (id integer primary key autoincrement, medium varchar(16) not null,
    address varchar(256) not null, mxid varchar(256) not null, ts integer not null, notBefore bigint not null,
    notAfter integer not null, originServer varchar(255) not null, originId integer not null, sgAssoc text not null,
    lookup_hash VARCHAR(256))`,
  `CREATE TABLE invite_tokens (id integer primary key, medium varchar(16) not null, address varchar(256) not null,
    room_id varchar(256) not null, sender varchar(256) not null, token varchar(256) not null, received_ts bigint, sent_ts bigint)`,
  `CREATE TABLE ephemeral_public_keys(id integer primary key, public_key varchar(256) not null, verify_count bigint default 0,
    persistence_ts bigint)`,
  `CREATE TABLE hashing_metadata (id integer primary key, lookup_pepper varchar(256))`,
];

const now = 1_790_000_000_000;
const seconds = now / 1_000;
const alice = '@alice:example.test' as Mxid;
const bob = '@bob:other.test' as Mxid;
const alicesMail = { medium: 'email', address: 'alice@example.test' } as const;
const clock = createFakeClock(now);
const options = identityImportOptions(clock);

let testDatabase: TestDatabase;
let database: Database;

beforeEach(async () => {
  testDatabase = await createSqliteDatabase();
  await executeAll(testDatabase, ddl);
  database = await openTestDatabase();
});
afterEach(async () => {
  await database.close();
  await testDatabase.remove();
});

const run = (isDryRun = false) =>
  runImportFrom(testDatabase, database, (source) => openSydent(source, options), { isDryRun });

const bindings = (...rows: readonly StoredRow[]) =>
  insertRows(
    testDatabase,
    'local_threepid_associations',
    rows.map((row) => ({
      ...alicesMail,
      mxid: alice,
      ts: now - 5_000,
      notBefore: 0,
      notAfter: 4_900_000_000_000,
      ...row,
    })),
  );

const invites = (...rows: readonly StoredRow[]) =>
  insertRows(
    testDatabase,
    'invite_tokens',
    rows.map((row, index) => ({
      ...alicesMail,
      room_id: '!room:example.test',
      sender: bob,
      token: `token${index}`,
      received_ts: seconds - 100,
      sent_ts: null,
      ...row,
    })),
  );

const keys = (...rows: readonly (readonly [byte: number, time: unknown])[]) =>
  insertRows(
    testDatabase,
    'ephemeral_public_keys',
    rows.map(([byte, time]) => ({
      public_key: Buffer.from(keyOf(byte).publicKey, 'base64').toString('base64url'),
      persistence_ts: time,
    })),
  );

const findBinding = (address: string) =>
  database.transaction((tx) => tx.identityAssociations.find({ medium: 'email', address }));
const findInvite = (token: string) => database.transaction((tx) => tx.identityInvites.findByToken(token));
const peppersHere = () =>
  createPeppers({ database, periodMs: 86_400_000, clock, random: systemRandom, logger: silentLogger });

describe('the bindings of a Sydent', () => {
  it('are signed with the key of this service, found by lookups, and imported once', async () => {
    const { id: pepperId, pepper } = await peppersHere().current();
    await bindings({ notBefore: now - 9_000 }, { medium: 'msisdn', address: '447470674927', mxid: bob });
    const counts = (text: string) => [
      `bindings: 2 ${text}, 0 refused, 0 left out`,
      'invites: 0 imported, 0 unchanged, 0 refused, 0 left out',
    ];
    expect((await run(true))[0]).toBe('bindings: 2 to import, 0 unchanged, 0 refused, 0 left out');
    expect(await findBinding(alicesMail.address)).toBeUndefined();
    expect(await run()).toEqual(counts('imported, 0 unchanged'));
    expect(await run()).toEqual(
      counts('unchanged').map((line) => line.replace('2 unchanged', '0 imported, 2 unchanged')),
    );

    const found = await findBinding(alicesMail.address);
    const { signatures, ...signed } = JSON.parse(found?.signed ?? '{}') as Record<string, unknown>;
    expect(signed).toEqual({
      ...alicesMail,
      mxid: alice,
      ts: now - 5_000,
      not_before: now - 5_000,
      not_after: now - 5_000 + 100 * 365 * 86_400_000,
    });
    const signature = (signatures as Record<string, Record<string, string>>)[identityName]?.[identityKey.keyId] ?? '';
    const keysInOrder = Object.keys(signed).sort();
    const bytes = Buffer.from(JSON.stringify(signed, keysInOrder));
    expect(isSignedBy(identityKey.publicKey, signature, bytes)).toBe(true);
    const hash = lookupHash(alicesMail, pepper);
    expect(await database.read(({ lookupHashes }) => lookupHashes.findUsers(pepperId, [hash]))).toEqual(
      new Map([[hash, alice]]),
    );
  });

  it('are left out if they were deleted, have expired or come from another server', async () => {
    await bindings({ mxid: null, notAfter: null }, { address: 'b@example.test', notAfter: now });
    await insertRows(
      testDatabase,
      'global_threepid_associations',
      [
        { ...alicesMail, originId: 1 },
        { medium: 'email', address: 'c@example.test', originId: 2 },
      ].map((row) => ({
        ...row,
        mxid: alice,
        ts: 1,
        notBefore: 1,
        notAfter: 9e12,
        originServer: 'other',
        sgAssoc: '{}',
      })),
    );
    expect((await run())[0]).toBe(
      'bindings: 0 imported, 0 unchanged, 0 refused, 3 left out (deleted 1, expired 1, replicated 1)',
    );
  });

  it('are refused if the address is bound here, or by a newer row, to another user', async () => {
    await bindings(
      { mxid: alice, ts: 1 },
      { mxid: bob, address: 'Alice@example.test', ts: 2 },
      { mxid: bob, address: 'ALICE@example.test', ts: 1 },
    );
    const expected = `refused: bindings, row 1 of ${alice}, a…@example.test: It is bound to ${bob} here.`;
    expect(await run()).toEqual([
      expected,
      expect.stringContaining('1 imported, 1 unchanged, 1 refused'),
      expect.anything(),
    ]);
    expect((await run())[0]).toBe(expected);
  });

  it('are refused if their user is deactivated here', async () => {
    await database.transaction((tx) =>
      tx.accounts.insert({ mxid: alice, passwordHash: undefined, createdAt: 0, deactivatedAt: 1 }),
    );
    await bindings({});
    expect((await run())[0]).toContain('The account of the user is deactivated here.');
  });

  const odd: readonly unknown[] = [5, 1.5, Buffer.from('x'), '', 'x'.repeat(600), '\u0000', '@', 'a@b@c'];
  it.each(odd)('are refused if a column holds %j, and the others are imported', async (value) => {
    await bindings(
      { mxid: value },
      { medium: value, address: 'b@example.test' },
      { address: value, mxid: bob },
      { address: 'good@example.test' },
    );
    const lines = await run();
    expect(lines.at(-2)).toBe('bindings: 1 imported, 0 unchanged, 3 refused, 0 left out');
    expect(lines.join()).not.toContain('\u0000');
  });

  it.each([null, -1, 1.5, 'yesterday', Buffer.from('x'), now + 1, 1e300])(
    'have the time of the import instead of %j',
    async (ts) => {
      await bindings({ ts, notAfter: ts });
      await run();
      expect(JSON.parse((await findBinding(alicesMail.address))?.signed ?? '{}')).toMatchObject({ ts: now });
    },
  );
});

describe('the pending invites of a Sydent', () => {
  it('keep their tokens and keys, and are delivered when the address is bound', async () => {
    await keys([1, seconds - 100]);
    await invites({}, { token: 'old', received_ts: 5, sent_ts: seconds }, { token: 'older', received_ts: 1 });
    expect((await run(true)).at(-2)).toBe(
      'invites: 1 to import, 0 unchanged, 0 refused, 2 left out (delivered 1, expired 1)',
    );
    expect((await run()).at(-1)).toBe(
      'invites: 1 imported, 0 unchanged, 0 refused, 2 left out (delivered 1, expired 1)',
    );
    expect((await run()).at(-1)).toBe(
      'invites: 0 imported, 1 unchanged, 0 refused, 2 left out (delivered 1, expired 1)',
    );
    expect(await findInvite('token0')).toMatchObject({
      ...alicesMail,
      roomId: '!room:example.test',
      sender: bob,
      createdAt: now - 100_000,
      publicKey: keyOf(1).publicKey,
    });
    const { signed, hasInvites } = await database.transaction((tx) =>
      options.writer.write(tx, { ...alicesMail, mxid: alice, alias: undefined, boundAt: now, writtenAt: now }),
    );
    expect(hasInvites).toBe(true);
    expect(signed['invites']).toMatchObject([{ token: 'token0', mxid: alice, sender: bob }]);
  });

  it.each<
    readonly [string, readonly (readonly [number, unknown])[], readonly number[], readonly (number | undefined)[]]
  >([
    ['a key of the same second', [[1, 50]], [50], [1]],
    ['a key of the second before', [[1, 49]], [50], [1]],
    [
      'as many keys as invites of a second',
      [
        [1, 50],
        [2, 50],
      ],
      [50, 50],
      [1, 2],
    ],
    ['no key', [], [50], [undefined]],
    [
      'keys of other times',
      [
        [1, 47],
        [2, 52],
      ],
      [50],
      [undefined],
    ],
    [
      'more keys than invites of a second',
      [
        [1, 50],
        [2, 50],
      ],
      [50],
      [undefined],
    ],
    [
      'a key for each of several seconds',
      [
        [1, 50],
        [2, 51],
        [3, 53],
      ],
      [50, 51, 53],
      [1, 2, 3],
    ],
    [
      'keys without a time',
      [
        [1, null],
        [2, 'x'],
        [3, 50],
      ],
      [50],
      [3],
    ],
  ])('with %s have the key that is certain', async (_, stored, times, expected) => {
    const at = (time: unknown) => (typeof time === 'number' ? seconds - 1_000 + time : time);
    await keys(...stored.map(([byte, time]) => [byte, at(time)] as const));
    await invites(...times.map((time) => ({ received_ts: at(time) })));
    await run();
    const all = [1, 2, 3].map((byte) => keyOf(byte).publicKey);
    for (const [index, byte] of expected.entries()) {
      const publicKey = (await findInvite(`token${index}`))?.publicKey ?? '';
      if (byte === undefined) expect(all).not.toContain(publicKey);
      else expect(publicKey).toBe(keyOf(byte).publicKey);
      expect(publicKey).toMatch(/^[A-Za-z0-9+/]{43}$/);
    }
  });

  it('are refused if their address is bound, or another invite has the token', async () => {
    await bindings({});
    await invites({}, { token: 'shared', address: 'b@example.test' }, { token: 'shared', address: 'c@example.test' });
    expect((await run()).filter((line) => line.startsWith('refused'))).toEqual([
      `refused: invites, row 1 to a…@example.test: The invited address is bound to ${alice} here.`,
      'refused: invites, row 3 to c…@example.test: Another invite here has the same token.',
    ]);
  });

  it('are refused above the limit of an address', async () => {
    await invites(...Array.from({ length: 201 }, () => ({})));
    expect((await run()).at(-2)).toBe('bindings: 0 imported, 0 unchanged, 0 refused, 0 left out');
    expect(await run()).toEqual([
      'refused: invites, row 201 to a…@example.test: The address has too many pending invites here.',
      expect.anything(),
      'invites: 0 imported, 200 unchanged, 1 refused, 0 left out',
    ]);
  });

  it.each([Buffer.from('x'), '', 'x'.repeat(600), 'a b', '\u0000'])(
    'are refused if a column holds %j',
    async (value) => {
      await invites({ medium: value }, { address: value }, { room_id: value }, { sender: value }, { token: value });
      const lines = await run();
      expect(lines.at(-1)).toBe('invites: 0 imported, 0 unchanged, 5 refused, 0 left out');
      expect(lines.join()).not.toMatch(/token\d/);
    },
  );
});

describe('the pepper of a Sydent', () => {
  const keep = async (isDryRun: boolean) => {
    const source = await openForeignDatabase(testDatabase.uri);
    const lines = await runImportFrom(
      testDatabase,
      database,
      async () => [await keepPepper(source, peppersHere(), { isDryRun }), ...(await openSydent(source, options))],
      { isDryRun },
    );
    await source.close();
    return lines[0];
  };
  const store = (pepper: unknown) => insertRows(testDatabase, 'hashing_metadata', [{ lookup_pepper: pepper }]);

  it('becomes the current one, with hashes of all bindings', async () => {
    await peppersHere().current();
    await bindings({});
    await run();
    await bindings({ address: 'b@example.test' });
    await store('matrixrocks');
    expect(await keep(true)).toBe('peppers: 1 to import, 0 unchanged, 0 refused, 0 left out');
    expect((await peppersHere().current()).pepper).not.toBe('matrixrocks');
    expect(await keep(false)).toBe('peppers: 1 imported, 0 unchanged, 0 refused, 0 left out');
    expect(await keep(false)).toBe('peppers: 0 imported, 1 unchanged, 0 refused, 0 left out');
    const { id, pepper } = await peppersHere().current();
    expect(pepper).toBe('matrixrocks');
    const hashes = ['alice@example.test', 'b@example.test'].map((address) =>
      lookupHash({ medium: 'email', address }, pepper),
    );
    const users = await database.read(({ lookupHashes }) => lookupHashes.findUsers(id, hashes));
    expect(hashes.map((hash) => users.get(hash))).toEqual([alice, alice]);
  });

  it('is refused if it was replaced here', async () => {
    await store('matrixrocks');
    await keep(false);
    await peppersHere().adopt('another', { isDryRun: false });
    expect(await keep(false)).toBe('refused: peppers, row 1: It was in use here before, and has been replaced.');
  });

  it.each([null, '', 'a b', Buffer.from('x'), 'é'])('is refused if it is %j', async (pepper) => {
    await store(pepper);
    expect(await keep(false)).toBe('refused: peppers, row 1: Not a pepper of letters and digits.');
  });
});
