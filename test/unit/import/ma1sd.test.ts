import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import type { Database } from '../../../src/database/database.js';
import { openMa1sd } from '../../../src/import/ma1sd.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { identityImportOptions, keyOf } from '../../support/identity-imports.js';
import { executeAll, insertRows, runImportFrom, sourceKinds, type StoredRow } from '../../support/imports.js';
import type { TestDatabase } from '../../support/test-database.js';

// As ORMLite creates them. On PostgreSQL, ma1sd changes the columns of invites to TEXT.
const ddl = [
  `CREATE TABLE invite_3pid (id VARCHAR(255), token VARCHAR(255) NOT NULL, sender VARCHAR(255) NOT NULL,
    medium VARCHAR(255) NOT NULL, address VARCHAR(255) NOT NULL, "roomId" VARCHAR(255) NOT NULL, properties TEXT, PRIMARY KEY (id))`,
  `CREATE TABLE hashes (id INTEGER, mxid VARCHAR(255) NOT NULL, medium VARCHAR(255) NOT NULL,
    address VARCHAR(255) NOT NULL, hash VARCHAR(255) NOT NULL, PRIMARY KEY (id), UNIQUE (mxid, medium, address))`,
];

const now = 1_790_000_000_000;
const alice = '@alice:example.test' as Mxid;
const options = identityImportOptions(createFakeClock(now));

describe.each(sourceKinds)('a ma1sd on $kind', ({ create, missing }) => {
  describe.skipIf(missing)('that is there', () => {
    let testDatabase: TestDatabase;
    let database: Database;

    beforeEach(async () => {
      testDatabase = await create();
      await executeAll(testDatabase, ddl);
      database = await openTestDatabase();
    });
    afterEach(async () => {
      await database.close();
      await testDatabase.remove();
    });

    const run = (isDryRun = false) =>
      runImportFrom(testDatabase, database, (source) => openMa1sd(source, options), { isDryRun });
    const hashes = (...rows: readonly StoredRow[]) =>
      insertRows(
        testDatabase,
        'hashes',
        rows.map((row, id) => ({ id, mxid: alice, medium: 'email', address: 'alice@example.test', hash: 'x', ...row })),
      );
    const invites = (...rows: readonly StoredRow[]) =>
      insertRows(
        testDatabase,
        'invite_3pid',
        rows.map((row, id) => ({
          id: `${id}`,
          token: `token${id}`,
          sender: alice,
          medium: 'email',
          address: 'carol@example.test',
          roomId: '!room:example.test',
          properties: JSON.stringify({ created_at: String(now - 5), e_key_public: keyOf(id).publicKey }),
          ...row,
        })),
      );

    it('gives the bindings that it has hashed, and its invites, once', async () => {
      await hashes({}, { medium: 'msisdn', address: '447470674927' }, { mxid: 'alice', address: 'b@example.test' });
      await invites({}, { properties: null }, { properties: '{"created_at":"1"}' }, { properties: '[' });
      const refused = 'refused: bindings, row 3: Not a Matrix ID.';
      const left = '0 refused, 1 left out (expired 1)';
      expect((await run(true)).slice(1, 3)).toEqual([
        'bindings: 2 to import, 0 unchanged, 1 refused, 0 left out',
        `invites: 3 to import, 0 unchanged, ${left}`,
      ]);
      expect(await run()).toEqual([
        refused,
        'bindings: 2 imported, 0 unchanged, 1 refused, 0 left out',
        `invites: 3 imported, 0 unchanged, ${left}`,
      ]);
      expect(await run()).toEqual([
        refused,
        'bindings: 0 imported, 2 unchanged, 1 refused, 0 left out',
        `invites: 0 imported, 3 unchanged, ${left}`,
      ]);
      const { bound, invite } = await database.transaction(async (tx) => ({
        bound: await tx.identityAssociations.find({ medium: 'email', address: 'alice@example.test' }),
        invite: await tx.identityInvites.findByToken('token0'),
      }));
      expect(bound?.mxid).toBe(alice);
      expect(invite).toMatchObject({ publicKey: keyOf(0).publicKey, createdAt: now - 5, roomId: '!room:example.test' });
    });

    it('gives only invites if it is a mxisd', async () => {
      await executeAll(testDatabase, ['DROP TABLE hashes']);
      await invites({});
      expect(await run()).toEqual([
        'bindings: 0 imported, 0 unchanged, 0 refused, 0 left out',
        'invites: 1 imported, 0 unchanged, 0 refused, 0 left out',
      ]);
    });

    it.each<readonly [string, StoredRow, string]>([
      ['a sender', { sender: 'alice' }, 'The sender is not a Matrix ID.'],
      ['an address', { address: '@' }, 'Not a valid e-mail address or phone number.'],
      ['a medium', { medium: 'msisdn' }, 'Neither an e-mail address nor a phone number.'],
      ['a room', { roomId: 'a\tb' }, 'Not a room ID.'],
      ['a token', { token: '' }, 'Not a token.'],
    ])('gives no invite with %s that is invalid', async (_, changes, problem) => {
      await invites(changes, { address: 'dave@example.test' });
      const lines = await run();
      expect(lines[0]).toContain(problem);
      expect(lines.at(-1)).toBe('invites: 1 imported, 0 unchanged, 1 refused, 0 left out');
    });

    it('gives an invite with a new key if its own is unknown, malformed or used twice', async () => {
      const { publicKey } = keyOf(9);
      const used = (key: unknown) => ({ properties: JSON.stringify({ created_at: String(now), e_key_public: key }) });
      await invites(used(publicKey), used(publicKey), used('short'), used(5), used(null));
      await run();
      const found = await database.transaction(async (tx) => {
        const stored: string[] = [];
        for (const token of ['token0', 'token1', 'token2', 'token3', 'token4']) {
          stored.push((await tx.identityInvites.findByToken(token))?.publicKey ?? '');
        }
        return stored;
      });
      expect(found[0]).toBe(publicKey);
      expect(new Set(found).size).toBe(5);
      expect(found.every((key) => Buffer.from(key, 'base64').length === 32)).toBe(true);
    });
  });
});
