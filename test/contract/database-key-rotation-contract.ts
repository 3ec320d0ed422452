import { afterEach, beforeEach, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.js';
import type { Mxid } from '../../src/base/mxid.js';
import { systemRandom } from '../../src/base/random.js';
import { Secret } from '../../src/base/secret.js';
import { dataSourceOptions } from '../../src/database/data-source.js';
import type { Transaction } from '../../src/database/database.js';
import { DatabaseFailure } from '../../src/database/failure.js';
import { rotateKey } from '../../src/database/rotate-key.js';
import { sealedColumns } from '../../src/database/tables/index.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { fillTables } from '../support/filled-tables.js';
import { createRecordingLogger } from '../support/recording-logger.js';
import { silentLogger } from '../support/silent-logger.js';
import type { TestDatabase } from '../support/test-database.js';

const tables = dataSourceOptions(silentLogger).entities.map(({ options }) => String(options.tableName));
const [oldKey, newKey] = [testKey(1), testKey(2)];
const runtime = { clock: systemClock, logger: silentLogger };
const processes = 450;

/** Fills the sealed columns that other rows leave empty. */
async function fillOptionalColumns(tx: Transaction, mxid: Mxid): Promise<void> {
  const handOver = { process: null, reason: null, attempts: 0, refusals: 0, dueAt: 1, createdAt: 1 };
  const session = new Secret('any');
  await tx.handOvers.save({ id: 'h1', owner: mxid, telegramUserId: '9', state: 'pending', session, ...handOver });
  const address = { medium: 'email', address: 'other@mail.test', alias: 'Other@mail.test' } as const;
  await tx.identityAssociations.insert({ id: 'i1', mxid, ...address, signed: '{}', createdAt: 1 });
  const times = { lastAttempt: 1, createdAt: 1, validatedAt: undefined, expiresAt: 9e12 };
  const sent = { nextLink: 'https://next.test/', ...times };
  await tx.validationSessions.insert({ id: 'v1', purpose: 'identity', ...address, mxid, ...sent }, new Secret('any'));
}

/** What `gangway key rotate` promises, on every engine. */
export function describeKeyRotation(createDatabase: () => Promise<TestDatabase>): void {
  let place: TestDatabase;

  beforeEach(async () => {
    place = await createDatabase();
    const database = await openTestDatabase({ uri: place.uri, encryption: { key: oldKey, oldKeys: [] } });
    await database.transaction(async (tx) => {
      await tx.lookupHashes.insertPepper({ id: 'pepper', pepper: 'any', createdAt: 0 });
      await tx.lookupHashes.activatePepper('pepper', 0);
      const at = { owner: '@alice:example.test' as Mxid, telegramUserId: '1', at: 1 };
      await tx.events.append({ ...at, what: { type: 'phone.added', phone: '+447400123501' } });
      await fillTables(tx, { mxid: at.owner, tag: '3501', at: 1 });
      await fillOptionalColumns(tx, at.owner);
    });
    await database.close();
    // More than two batches, of values that open in their rows.
    const filler = await openTestDatabase({ uri: place.uri, encryption: { key: oldKey, oldKeys: [] } });
    await filler.transaction(async (tx) => {
      const [like] = await tx.loginProcesses.listByOwner('@alice:example.test' as Mxid, 0);
      for (let index = 0; index < processes; index += 1) {
        if (like) await tx.loginProcesses.save({ ...like, id: `p${index}` });
      }
    });
    await filler.close();
  });

  afterEach(() => place.remove());

  const rotate = (random = systemRandom, oldKeys = [oldKey]) =>
    rotateKey({ uri: place.uri, encryption: { key: newKey, oldKeys }, ...runtime, random });

  /** Returns the IDs of the keys in all columns of all tables, with the columns that have them. */
  async function keysInUse(): Promise<Map<string, Set<string>>> {
    const found = new Map<string, Set<string>>();
    for (const table of tables) {
      for (const row of await place.execute(`SELECT * FROM ${table}`)) {
        for (const [column, value] of Object.entries(row)) {
          const [, key] = /^v1\.([0-9a-f]{12})\./.exec(String(value)) ?? [];
          if (key === undefined) continue;
          found.set(key, (found.get(key) ?? new Set()).add(`${table}.${column}`));
        }
      }
    }
    return found;
  }

  const opensWith = (key: typeof oldKey) =>
    openTestDatabase({ uri: place.uri, encryption: { key, oldKeys: [] } }).then(
      (database) => database.close().then(() => 'opened'),
      (error: unknown) => (error instanceof DatabaseFailure ? error.details.kind : error),
    );

  it('leaves no value of any column under the old key', async () => {
    const [before] = [...(await keysInUse()).values()];
    // A column that is sealed but not declared, or declared but not filled here, fails.
    expect(before).toEqual(new Set(sealedColumns.map(({ table, column }) => `${table}.${column}`)));
    const rotated = await rotate();
    const after = [...(await keysInUse()).values()];
    expect(after).toEqual([before]);
    expect(rotated.map(({ table, column }) => `${table}.${column}`)).toEqual(
      sealedColumns.map(({ table, column }) => `${table}.${column}`),
    );
    for (const { resealed, verified } of rotated) expect(resealed).toBe(verified);
    expect(rotated.find(({ table }) => table === 'login_processes')?.verified).toBeGreaterThan(processes);
    expect(await opensWith(oldKey)).toBe('wrong_key');
    expect(await opensWith(newKey)).toBe('opened');
  });

  it('finds 3PIDs by the hashes of the new key', async () => {
    await rotate();
    const database = await openTestDatabase({ uri: place.uri, encryption: { key: newKey, oldKeys: [] } });
    const address = { medium: 'email', address: 'user3501@mail.test' } as const;
    const found = await database.read(({ accountAddresses }) => accountAddresses.find(address));
    await database.close();
    expect(found).toMatchObject(address);
  });

  it('continues after it was interrupted', async () => {
    let nonces = 0;
    const dying = {
      ...systemRandom,
      bytes(count: number) {
        nonces += 1;
        if (nonces > processes / 2) throw new Error('killed');
        return systemRandom.bytes(count);
      },
    };
    await expect(rotate(dying)).rejects.toThrow('killed');
    expect((await keysInUse()).size).toBe(2);
    expect(await opensWith(oldKey)).toBe('wrong_key');
    const rotated = await rotate();
    expect((await keysInUse()).size).toBe(1);
    const state = rotated.find(({ table }) => table === 'login_processes');
    expect(state?.resealed).toBeGreaterThan(0);
    expect(state?.resealed).toBeLessThan(state?.verified ?? 0);
    expect(await opensWith(newKey)).toBe('opened');
  });

  it('does nothing the second time', async () => {
    await rotate();
    const rotated = await rotate();
    expect(rotated.map(({ resealed }) => resealed).filter((count) => count > 0)).toEqual([]);
  });

  it('is refused without the old key', async () => {
    await expect(rotate(systemRandom, [testKey(9)])).rejects.toMatchObject({ details: { kind: 'wrong_key' } });
    expect((await keysInUse()).size).toBe(1);
    expect(await opensWith(oldKey)).toBe('opened');
  });

  it('is refused while a daemon runs', async () => {
    const logger = createRecordingLogger();
    const encryption = { key: oldKey, oldKeys: [] };
    const daemon = await openTestDatabase({ uri: place.uri, encryption, exclusive: true, logger });
    try {
      const kind: unknown = expect.stringMatching(/^(in_use|daemon_running)$/);
      await expect(rotate()).rejects.toMatchObject({ details: { kind } });
    } finally {
      await daemon.close();
    }
    expect((await keysInUse()).size).toBe(1);
  });
}
