import { rm, symlink } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { copyDatabase } from '../../src/database/copy-database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import { loginOf } from '../support/account-requests.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { openEmbeddedAccounts } from '../support/embedded-accounts.js';
import { fillTables } from '../support/filled-tables.js';
import { silentLogger } from '../support/silent-logger.js';
import {
  createMigratedPostgres,
  createMigratedSqlite,
  createPostgresDatabase,
  createSqliteDatabase,
  postgresMissing,
  type TestDatabase,
} from '../support/test-database.js';

const tables = dataSourceOptions(silentLogger).entities.map(({ options }) => String(options.tableName));
const ofDaemons = ['daemons', 'connection_leases'];
const encryption = { key: testKey(), oldKeys: [] };
const runtime = { clock: systemClock, random: systemRandom, logger: silentLogger };

const directions = [
  ['SQLite to PostgreSQL', createMigratedSqlite, createPostgresDatabase],
  ['PostgreSQL to SQLite', createMigratedPostgres, createSqliteDatabase],
] as const;

/** Returns another URI of the database: a symbolic link, or another name of the server. */
async function secondNameOf({ uri }: TestDatabase): Promise<{ readonly uri: Secret; remove(): Promise<void> }> {
  const text = uri.reveal();
  if (!text.startsWith('sqlite:')) {
    const url = new URL(text);
    url.hostname = url.hostname === '127.0.0.1' ? 'localhost' : '127.0.0.1';
    return { uri: new Secret(url.href), remove: () => Promise.resolve() };
  }
  const path = text.slice('sqlite:'.length);
  const link = `${path}.link`;
  await symlink(path, link);
  return { uri: new Secret(`sqlite:${link}`), remove: () => rm(link) };
}

describe.skipIf(postgresMissing).each(directions)('a copy from %s', (_title, createSource, createTarget) => {
  let source: TestDatabase;
  let target: TestDatabase;

  beforeAll(async () => {
    source = await createSource();
    const database = await openTestDatabase({ uri: source.uri });
    const embedded = await openEmbeddedAccounts({ database });
    await database.transaction(async (tx) => {
      await tx.lookupHashes.insertPepper({ id: 'pepper', pepper: 'any', createdAt: 0 });
      await tx.lookupHashes.activatePepper('pepper', 0);
      await tx.identitySigningKeys.insert({ keyId: 'ed25519:0', publicKey: 'any', createdAt: 0 });
      const at = { owner: '@alice:example.test' as Mxid, telegramUserId: '1', at: 1 };
      await tx.events.append({ ...at, what: { type: 'session.ended', reason: 'logout' } });
    });
    const { mxid, password } = await embedded.addUser('alice');
    await embedded.accounts.logIn(loginOf(mxid, password, { wantsRefreshToken: true }));
    await database.transaction((tx) => fillTables(tx, { mxid, tag: '3501', at: embedded.clock.now() }));
    await database.close();
    await source.execute(`INSERT INTO rate_limits (key_hash, empty_at) VALUES ('any', 1795950000000000)`);
    // More than two batches.
    await source.execute(
      `INSERT INTO flood_waits (subject_hash, until) SELECT 'number ' || i, i FROM (
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1101) SELECT i FROM n) AS numbers`,
    );
  });

  beforeEach(async () => {
    target = await createTarget();
  });

  afterEach(() => target.remove());
  afterAll(() => source.remove());

  const copy = (to = target.uri) => copyDatabase({ from: source.uri, to, encryption, ...runtime });
  const failureOf = async (work: Promise<unknown>) =>
    work.then(
      () => 'no failure',
      (error: unknown) => (error instanceof DatabaseFailure ? error.details : error),
    );

  async function rowsOf(place: TestDatabase): Promise<Map<string, string[]>> {
    const found = new Map<string, string[]>();
    for (const table of tables) {
      const records = await place.execute(`SELECT * FROM ${table}`);
      const texts = records.map((record) =>
        JSON.stringify(
          Object.fromEntries(
            Object.entries(record).map(([name, value]) => [name, value === null ? null : String(value)]),
          ),
        ),
      );
      found.set(table, texts.toSorted());
    }
    return found;
  }

  it('has all rows of all tables, with digests that agree', async () => {
    const copied = await copy();
    const before = await rowsOf(source);
    const empty = [...before].filter(([table, rows]) => rows.length === 0 && !ofDaemons.includes(table));
    expect(empty.map(([table]) => table)).toEqual([]);
    expect(await rowsOf(target)).toEqual(before);
    expect(copied.map(({ table }) => table).toSorted()).toEqual(
      tables.filter((table) => !ofDaemons.includes(table)).toSorted(),
    );
    for (const { table, rows } of copied) expect({ table, rows }).toEqual({ table, rows: before.get(table)?.length });
  });

  it('opens with the same key, and reads what was stored', async () => {
    await copy();
    const database = await openTestDatabase({ uri: target.uri });
    const found = await database.read((readers) => readers.telegramAccounts.findByTelegramUserId('773501'));
    await database.close();
    expect(found?.session?.reveal()).toBe('linked-session-3501');
  });

  it('is refused if the target has rows, and changes nothing', async () => {
    await copy();
    const before = await rowsOf(target);
    expect(await failureOf(copy())).toMatchObject({ kind: 'not_empty' });
    expect(await rowsOf(target)).toEqual(before);
  });

  it('to the same database is refused, also by another name', async () => {
    const other = await secondNameOf(source);
    const before = await rowsOf(source);
    for (const to of [source.uri, other.uri]) {
      expect(await failureOf(copy(to))).toMatchObject({ kind: 'same_database' });
    }
    expect(await rowsOf(source)).toEqual(before);
    await other.remove();
  });

  it('is refused if the target has a table of another program', async () => {
    await target.execute('CREATE TABLE other (id text)');
    expect(await failureOf(copy())).toMatchObject({ kind: 'not_empty', table: 'other' });
  });

  it('is accepted by a target that was opened once', async () => {
    await (await openTestDatabase({ uri: target.uri })).close();
    expect((await copy()).length).toBeGreaterThan(20);
  });

  it('is refused while a daemon runs on the source', async () => {
    const daemon = await openTestDatabase({ uri: source.uri, exclusive: true });
    try {
      expect(await failureOf(copy())).toMatchObject({ kind: expect.stringMatching(/^(in_use|daemon_running)$/) });
    } finally {
      await daemon.close();
    }
    expect((await copy()).length).toBeGreaterThan(20);
  });

  it('is refused while a daemon runs on the target', async () => {
    const daemon = await openTestDatabase({ uri: target.uri, exclusive: true });
    try {
      expect(await failureOf(copy())).toMatchObject({ kind: expect.stringMatching(/^(in_use|not_empty)$/) });
    } finally {
      await daemon.close();
    }
  });

  it('leaves the target empty if it fails in between', async () => {
    // PostgreSQL stores no NUL, and the number is out of range.
    const isSqlite = source.uri.reveal().startsWith('sqlite:');
    const [hash, until] = isSqlite ? ["'unfit' || char(0)", '1'] : ["'unfit'", '9007199254740993'];
    await source.execute(`INSERT INTO flood_waits (subject_hash, until) VALUES (${hash}, ${until})`);
    try {
      expect(await failureOf(copy())).toBeInstanceOf(Error);
      expect(await rowsOf(target).catch(() => 'no tables')).toBe('no tables');
    } finally {
      await source.execute(`DELETE FROM flood_waits WHERE subject_hash LIKE 'unfit%'`);
    }
  });

  it('requires the key of the source', async () => {
    const wrong = copyDatabase({
      from: source.uri,
      to: target.uri,
      encryption: { key: testKey(9), oldKeys: [] },
      ...runtime,
    });
    expect(await failureOf(wrong)).toMatchObject({ kind: 'wrong_key' });
  });
});

it('names no password in a failure', async () => {
  const to = new Secret('postgres://user:hunter2@127.0.0.1:1/none');
  const source = await createMigratedSqlite();
  try {
    await expect(copyDatabase({ from: source.uri, to, encryption, ...runtime })).rejects.toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('hunter2') }),
    );
  } finally {
    await source.remove();
  }
});
