import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import type { Database } from '../../../src/database/database.js';
import type { ImportedHolder } from '../../../src/import/login-writer.js';
import { findBridgeVersion, openMautrixTelegram, type BridgeVersion } from '../../../src/import/mautrix-telegram.js';
import { readUser } from '../../../src/login/login-codec.js';
import { readStoredSession } from '../../../src/telegram/stored-session.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { executeAll, insertRows, runImportFrom, sourceKinds, type StoredRow } from '../../support/imports.js';
import { createSqliteDatabase, type TestDatabase } from '../../support/test-database.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
const now = 1_790_000_000_000;
const clock = createFakeClock(now);
const keyOf = (byte: number) => Buffer.alloc(256, byte);

interface RunOptions {
  readonly isDryRun?: boolean;
  readonly heldBy?: ImportedHolder;
  readonly maxAccounts?: number;
}

/** The values of a login, in the columns of a version of the bridge. */
interface Version {
  readonly version: BridgeVersion;
  readonly ddl: (isPostgres: boolean) => readonly string[];
  readonly insert: (testDatabase: TestDatabase, logins: readonly StoredRow[]) => Promise<void>;
  /** Changes of `ordinary`, with the refusal. */
  readonly refused: readonly (readonly [string, StoredRow, string])[];
  readonly loggedOut: readonly (readonly [string, StoredRow])[];
}

const ordinary = {
  owner: alice,
  id: 700020123,
  dc: 2,
  key: keyOf(1),
  username: 'alice',
  phone: '9996620123',
  bot: false,
};
const malformed = 'The session cannot be read.';
const length = 'The auth key does not have 256 bytes.';

const python: Version = {
  version: 'python',
  // Schema 18, the last one. The columns that are not read are left out.
  ddl: (isPostgres) => [
    `CREATE TABLE "user" (mxid TEXT PRIMARY KEY, tgid BIGINT UNIQUE, tg_username TEXT, tg_phone TEXT,
      is_bot BOOLEAN NOT NULL DEFAULT false, is_premium BOOLEAN NOT NULL DEFAULT false, saved_contacts INTEGER NOT NULL DEFAULT 0)`,
    `CREATE TABLE telethon_sessions (session_id TEXT PRIMARY KEY, dc_id INTEGER, server_address TEXT, port INTEGER,
      auth_key ${isPostgres ? 'bytea' : 'BLOB'})`,
  ],
  async insert(testDatabase, logins) {
    for (const { owner, id, dc, key, username, phone, bot } of logins) {
      const user = { mxid: owner, tgid: id, tg_username: username, tg_phone: phone, is_bot: bot };
      if (owner !== 'bot') await insertRows(testDatabase, '"user"', [user]);
      const session = { session_id: owner, dc_id: dc, server_address: '149.154.167.51', port: 443, auth_key: key };
      await insertRows(testDatabase, 'telethon_sessions', [session]);
    }
  },
  refused: [
    ['a short key', { key: Buffer.alloc(255) }, length],
    ['a long key', { key: Buffer.alloc(257) }, length],
    ['no data centre', { dc: null }, malformed],
    ['data centre 0', { dc: 0 }, 'Not a data centre of Telegram.'],
    ['data centre 9', { dc: 9 }, 'Not a data centre of Telegram.'],
    ['a negative user ID', { id: -5 }, 'Not a Telegram user ID.'],
    ['user ID 0', { id: 0 }, 'Not a Telegram user ID.'],
  ],
  loggedOut: [
    ['no key', { key: null }],
    ['an empty key', { key: Buffer.alloc(0) }],
    ['no Telegram user', { id: null }],
  ],
};

const go: Version = {
  version: 'go',
  ddl: (isPostgres) => {
    const json = isPostgres ? 'jsonb' : 'TEXT';
    return [
      'CREATE TABLE telegram_version (version INTEGER, compat INTEGER)',
      `CREATE TABLE user_login (bridge_id TEXT NOT NULL, user_mxid TEXT NOT NULL, id TEXT NOT NULL, remote_name TEXT NOT NULL,
        remote_profile ${json}, space_room TEXT, metadata ${json} NOT NULL, PRIMARY KEY (bridge_id, id))`,
    ];
  },
  insert: (testDatabase, logins) =>
    insertRows(
      testDatabase,
      'user_login',
      logins.map(({ owner, id, dc, key, username, phone, bot, metadata, profile }) => ({
        bridge_id: '',
        user_mxid: owner,
        id: String(id),
        remote_name: '',
        remote_profile:
          profile === undefined ? JSON.stringify({ username, phone: `+${String(phone)}`, name: 'Alice' }) : profile,
        metadata:
          metadata === undefined
            ? JSON.stringify({
                ...(bot === true && { is_bot: true }),
                session: {
                  auth_key: key instanceof Buffer ? key.toString('base64') : key,
                  dc_id: dc,
                  server_address: 'x',
                },
              })
            : metadata,
      })),
    ),
  refused: [
    ['a short key', { key: Buffer.alloc(255) }, length],
    ['a key of other letters', { key: '%'.repeat(344) }, malformed],
    ['a key that is a number', { key: 5 }, malformed],
    ['metadata without an object', { metadata: '"text"' }, malformed],
    ['no data centre', { dc: null }, malformed],
    ['a data centre in words', { dc: 'two' }, malformed],
    ['data centre 9', { dc: 9 }, 'Not a data centre of Telegram.'],
    ['a user ID of letters', { id: 'alice' }, 'Not a Telegram user ID.'],
    ['user ID 0', { id: 0 }, 'Not a Telegram user ID.'],
  ],
  loggedOut: [
    ['no session', { metadata: '{}' }],
    ['a session that is no object', { metadata: '{"session":5}' }],
    ['a session without a key', { metadata: '{"session":{"dc_id":2}}' }],
    ['an empty key', { key: '' }],
  ],
};

const variants = sourceKinds.flatMap((kind) => [python, go].map((version) => ({ ...kind, ...version })));

describe.each(variants)('a mautrix-telegram ($version) on $kind', (variant) => {
  describe.skipIf(variant.missing)('that is there', () => {
    let testDatabase: TestDatabase;
    let database: Database;

    beforeEach(async () => {
      testDatabase = await variant.create();
      await executeAll(testDatabase, variant.ddl(variant.kind === 'PostgreSQL'));
      database = await openTestDatabase();
    });
    afterEach(async () => {
      await database.close();
      await testDatabase.remove();
    });

    const run = ({ isDryRun = false, heldBy = 'gangway', maxAccounts = 9 }: RunOptions = {}) =>
      runImportFrom(
        testDatabase,
        database,
        async (source) =>
          openMautrixTelegram(source, await findBridgeVersion(source), {
            heldBy,
            maxAccounts,
            mayLogIn: (owner) => owner.endsWith(':example.test'),
            hasOwnAccounts: true,
            dataCentres: [{ id: 3, ip: '127.0.0.1', port: 4403 }],
            clock,
            random: systemRandom,
          }),
        { isDryRun },
      );
    const store = (...changes: readonly StoredRow[]) =>
      variant.insert(
        testDatabase,
        changes.map((change) => ({ ...ordinary, ...change })),
      );
    const list = () => database.transaction((tx) => tx.telegramAccounts.list());
    const counts = (text: string) => expect.stringContaining(`logins: ${text}`);

    it('gives its logins with their sessions, once', async () => {
      await store({}, { owner: bob, id: 700030123, dc: 3, key: keyOf(2), bot: true, phone: null, username: null });
      expect((await run({ isDryRun: true }))[0]).toBe('logins: 2 to import, 0 unchanged, 0 refused, 0 left out');
      expect(await list()).toEqual([]);
      expect(await run()).toEqual(['logins: 2 imported, 0 unchanged, 0 refused, 0 left out']);
      const before = await list();
      expect(await run()).toEqual(['logins: 0 imported, 2 unchanged, 0 refused, 0 left out']);
      expect(await list()).toEqual(before);
      const found = before.map(({ owner, telegramUserId, heldBy, session, profile }) => {
        const { authKey, ...place } = readStoredSession(session ?? profile);
        return { owner, telegramUserId, heldBy, ...place, key: authKey.reveal(), user: readUser(profile) };
      });
      const byUser = found.toSorted((one, other) => (one.telegramUserId < other.telegramUserId ? -1 : 1));
      expect(byUser).toMatchObject([
        {
          owner: alice,
          telegramUserId: '700020123',
          heldBy: 'gangway',
          dcId: 2,
          address: '149.154.167.51',
          port: 443,
          key: keyOf(1).toString('base64'),
          user: { id: '700020123', username: 'alice', isBot: false },
        },
        { owner: bob, telegramUserId: '700030123', dcId: 3, address: '127.0.0.1', port: 4403, user: { isBot: true } },
      ]);
      expect(byUser[0]?.user.phone?.reveal()).toBe('+9996620123');
      const events = await database.transaction((tx) => tx.events.listNew(9));
      expect(events.map(({ type }) => type)).toEqual(['login.completed', 'login.completed']);
    });

    it('gives its logins without their sessions, if it keeps them', async () => {
      await store({}, { owner: '@carol:other.test', id: 5, key: keyOf(2) });
      expect((await run({ heldBy: 'bridge', maxAccounts: 0 }))[0]).toEqual(counts('2 imported'));
      expect(await list()).toMatchObject([
        { heldBy: 'bridge', session: null },
        { heldBy: 'bridge', session: null },
      ]);
      expect((await run({ heldBy: 'gangway' }))[0]).toEqual(counts('0 imported, 2 unchanged'));
      expect((await list()).map(({ session }) => session)).toEqual([null, null]);
    });

    it.each<Version['refused'][number]>([
      ['a user without a server', { owner: '@alice' }, 'Not a Matrix ID.'],
      ...variant.refused,
    ])('gives no login with %s, and prints no key', async (_, changes, problem) => {
      await store(changes, { owner: bob, id: 6, key: keyOf(2) });
      const lines = await run();
      expect(lines).toEqual([expect.stringContaining(problem), counts('1 imported, 0 unchanged, 1 refused')]);
      expect(lines.join('\n')).not.toMatch(/AAAA|AgIC|AQEB/);
    });

    it.each(variant.loggedOut)('leaves out a login with %s', async (_, changes) => {
      await store(changes);
      expect(await run()).toEqual(['logins: 0 imported, 0 unchanged, 0 refused, 1 left out (logged out 1)']);
    });

    it('gives no login that another user has here, or that the user may not have', async () => {
      await store({});
      await run();
      await executeAll(testDatabase, [
        variant.version === 'go'
          ? `UPDATE user_login SET user_mxid = '${bob}'`
          : `UPDATE telethon_sessions SET session_id = '${bob}'`,
        variant.version === 'go' ? 'SELECT 1' : `UPDATE "user" SET mxid = '${bob}'`,
      ]);
      await store({ id: 7, key: keyOf(3) }, { owner: '@dave:other.test', id: 8, key: keyOf(4) });
      const lines = await run({ maxAccounts: 1 });
      expect(lines).toContainEqual(
        expect.stringContaining(`of ${bob}: ${alice} is logged in to the Telegram account here.`),
      );
      expect(lines).toContainEqual(expect.stringContaining('as many Telegram accounts here as'));
      expect(lines).toContainEqual(expect.stringContaining('bridge.permissions does not let the user log in.'));
      expect(lines.at(-1)).toEqual(counts('0 imported, 0 unchanged, 3 refused'));
    });

    it('gives a key to one login only', async () => {
      await store({}, { owner: bob, id: 700020124 });
      expect(await run()).toEqual([
        expect.stringContaining('Another row has the same auth key.'),
        counts('1 imported, 0 unchanged, 1 refused'),
      ]);
      expect((await run()).at(-1)).toEqual(counts('0 imported, 1 unchanged, 1 refused'));
    });

    it('gives no login of a user who is deactivated here', async () => {
      await database.transaction((tx) =>
        tx.accounts.insert({ mxid: alice, passwordHash: undefined, createdAt: 0, deactivatedAt: 1 }),
      );
      await store({});
      expect((await run())[0]).toContain('The account of the user is deactivated here.');
    });

    it.each([null, '', 'no number', '1'.repeat(40)])('gives a login without a number if that is %j', async (phone) => {
      await store({ phone, profile: JSON.stringify({ phone }) });
      await run();
      expect(readUser((await list())[0]?.profile ?? (undefined as never)).phone).toBeNull();
    });
  });
});

describe.each(sourceKinds)('a database on $kind', ({ create, missing }) => {
  it.skipIf(missing)('of another bridge is no source', async () => {
    const testDatabase = await create();
    await executeAll(testDatabase, go.ddl(false).slice(1));
    const database = await openTestDatabase();
    const opened = runImportFrom(testDatabase, database, async (source) => {
      await findBridgeVersion(source);
      return [];
    });
    await expect(opened).rejects.toMatchObject({ details: { kind: 'other_schema', missing: 'telegram_version' } });
    await database.close();
    await testDatabase.remove();
  });
});

describe('the stored forms of logins', () => {
  const options = {
    heldBy: 'gangway',
    maxAccounts: 9,
    mayLogIn: () => true,
    hasOwnAccounts: false,
    dataCentres: [],
    clock,
    random: systemRandom,
  } as const;

  /** Imports rows of a version from SQLite. */
  async function importFrom({ ddl, version, insert }: Version, logins: readonly StoredRow[]) {
    const testDatabase = await createSqliteDatabase();
    const database = await openTestDatabase();
    try {
      await executeAll(testDatabase, ddl(false));
      await insert(
        testDatabase,
        logins.map((login) => ({ ...ordinary, ...login })),
      );
      return await runImportFrom(testDatabase, database, (source) =>
        Promise.resolve(openMautrixTelegram(source, version, options)),
      );
    } finally {
      await database.close();
      await testDatabase.remove();
    }
  }

  it("include a session of the bridge's own bot, which is left out", async () => {
    expect(await importFrom(python, [{ owner: 'bot' }])).toEqual([
      'logins: 0 imported, 0 unchanged, 0 refused, 1 left out (bridge bot 1)',
    ]);
  });

  it('include base64 in lines, as PostgreSQL has written it when the bridge in Go took over', async () => {
    const lines = keyOf(1)
      .toString('base64')
      .match(/.{1,76}/g)
      ?.join('\n');
    expect(await importFrom(go, [{ key: lines }])).toEqual(['logins: 1 imported, 0 unchanged, 0 refused, 0 left out']);
  });

  it.each(['A'.repeat(344), 5])('include keys that are no bytes, which only SQLite stores: %j', async (key) => {
    expect(await importFrom(python, [{ key }])).toEqual([
      `refused: logins, row 1 of ${alice}: The session cannot be read.`,
      'logins: 0 imported, 0 unchanged, 1 refused, 0 left out',
    ]);
  });
});
