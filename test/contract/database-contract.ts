import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { DatabaseOptions } from '../../src/database/open-database.js';
import type { LoginProcessRecord } from '../../src/database/tables/login-processes.js';
import type { TelegramAccountRecord } from '../../src/database/tables/telegram-accounts.js';
import { createFakeClock } from '../support/fake-clock.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { createRecordingLogger } from '../support/recording-logger.js';

const alice = '@alice:example.org' as Mxid;
const bob = '@bob:example.org' as Mxid;
/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;

function loginProcess(changes: Partial<LoginProcessRecord> = {}): LoginProcessRecord {
  return {
    id: 'p1',
    owner: alice,
    state: new Secret('{"phone":1}'),
    createdAt: later,
    expiresAt: later + 600_000,
    ...changes,
  };
}

function account(changes: Partial<TelegramAccountRecord> = {}): TelegramAccountRecord {
  return {
    id: 'a1',
    owner: alice,
    telegramUserId: '9007199254740993',
    session: new Secret('session'),
    profile: new Secret('profile'),
    createdAt: later,
    updatedAt: later,
    heldBy: 'gangway',
    ...changes,
  };
}

function clear(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value, (_key, part: unknown) => (part instanceof Secret ? part.reveal() : part)));
}

/** Holds work at a point until the test releases it. */
function createGate(): { readonly passed: Promise<void>; readonly open: () => void } {
  let open = () => {};
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { passed, open };
}

/** What the database promises, on every engine. */
export function describeDatabase(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const openAgain = (options: Partial<DatabaseOptions> = {}) => openTestDatabase({ uri: testDatabase.uri, ...options });

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openAgain();
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  describe('login processes', () => {
    const save = (...records: LoginProcessRecord[]) =>
      database.transaction(async (tx) => {
        for (const record of records) await tx.loginProcesses.save(record);
      });

    it('lists the login processes of one owner, newest first, expired ones only on request', async () => {
      const older = loginProcess({ id: 'p0', createdAt: 1, expiresAt: 2 });
      await save(older, loginProcess(), loginProcess({ id: 'p2', owner: bob }));
      const found = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
      expect(found.map(clear)).toEqual([clear(loginProcess()), clear(older)]);
      const current = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, older.expiresAt));
      expect(current.map(clear)).toEqual([clear(loginProcess())]);
    });

    it('finds a login process by its ID for its owner only', async () => {
      await save(loginProcess());
      const find = (owner: Mxid, id: string) => database.transaction((tx) => tx.loginProcesses.find(owner, id));
      expect([await find(alice, 'p1')].map((found) => found && clear(found))).toEqual([clear(loginProcess())]);
      expect(await find(bob, 'p1')).toBeUndefined();
      expect(await find(alice, 'p2')).toBeUndefined();
    });

    it('replaces the login process with the same ID', async () => {
      await save(loginProcess());
      const changed = loginProcess({ state: new Secret('other'), expiresAt: later + 1 });
      await save(changed);
      const found = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
      expect(found.map(clear)).toEqual([clear(changed)]);
    });

    it('lists expired login processes, oldest first, up to the limit', async () => {
      await save(
        loginProcess({ id: 'p3', expiresAt: later + 3 }),
        loginProcess({ id: 'p1', expiresAt: later + 1 }),
        loginProcess({ id: 'p4', expiresAt: later + 4 }),
        loginProcess({ id: 'p2', expiresAt: later + 2 }),
      );
      const ids = (limit: number) =>
        database.transaction(async (tx) => (await tx.loginProcesses.listExpired(later + 3, limit)).map(({ id }) => id));
      expect(await ids(10)).toEqual(['p1', 'p2', 'p3']);
      expect(await ids(2)).toEqual(['p1', 'p2']);
    });

    it('returns whether there was a login process to delete', async () => {
      await save(loginProcess());
      expect(await database.transaction((tx) => tx.loginProcesses.delete('p1'))).toBe(true);
      expect(await database.transaction((tx) => tx.loginProcesses.delete('p1'))).toBe(false);
      expect(await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0))).toEqual([]);
    });
  });

  describe('Telegram accounts', () => {
    const insert = (record: TelegramAccountRecord) => database.transaction((tx) => tx.telegramAccounts.insert(record));
    const stored = (record: TelegramAccountRecord) => clear({ ...record, usedAt: record.createdAt });

    it('lists the accounts of one owner, oldest first, as they were saved', async () => {
      const second = account({ id: 'a0', telegramUserId: '2', createdAt: later + 1 });
      await insert(second);
      await insert(account());
      await insert(account({ id: 'a3', telegramUserId: '3', owner: bob }));
      const found = await database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
      expect(found.map(clear)).toEqual([stored(account()), stored(second)]);
    });

    it('finds an account by its Telegram user ID', async () => {
      await insert(account());
      const find = (id: string) => database.transaction((tx) => tx.telegramAccounts.findByTelegramUserId(id));
      expect(clear(await find('9007199254740993'))).toEqual(stored(account()));
      expect(await find('9007199254740992')).toBeUndefined();
    });

    it('rejects a Telegram account that is already linked, and the transaction continues', async () => {
      expect(await insert(account())).toBe(true);
      const second = await database.transaction(async (tx) => {
        const inserted = await tx.telegramAccounts.insert(account({ id: 'a2', owner: bob }));
        await tx.loginProcesses.save(loginProcess({ owner: bob }));
        return inserted;
      });
      expect(second).toBe(false);
      await database.transaction(async (tx) => {
        expect((await tx.telegramAccounts.findByTelegramUserId('9007199254740993'))?.owner).toBe(alice);
        expect(await tx.telegramAccounts.listByOwner(bob)).toEqual([]);
        expect(await tx.loginProcesses.listByOwner(bob, 0)).toHaveLength(1);
      });
    });

    it('links a Telegram account for exactly one of several concurrent requests', async () => {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          insert(account({ id: `a${index}`, owner: `@u${index}:example.org` as Mxid })),
        ),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      const winner = await database.transaction((tx) => tx.telegramAccounts.findByTelegramUserId('9007199254740993'));
      expect(winner?.id).toBe(`a${answers.indexOf(true)}`);
    });

    it('replaces session, profile and time of change only', async () => {
      await insert(account());
      const news = { session: new Secret('s2'), profile: new Secret('p2'), updatedAt: later + 5 };
      const update = (record: TelegramAccountRecord) =>
        database.transaction((tx) => tx.telegramAccounts.update(record));
      expect(await update(account({ ...news, owner: bob, createdAt: 1, telegramUserId: '1' }))).toBe(true);
      expect(await update(account({ ...news, id: 'gone' }))).toBe(false);
      const [found] = await database.transaction((tx) => tx.telegramAccounts.listByOwner(alice));
      expect(clear(found)).toEqual(stored(account(news)));
    });

    it('returns whether there was an account to delete, which can then be linked again', async () => {
      await insert(account());
      expect(await database.transaction((tx) => tx.telegramAccounts.delete('a1'))).toBe(true);
      expect(await database.transaction((tx) => tx.telegramAccounts.delete('a1'))).toBe(false);
      expect(await insert(account({ owner: bob }))).toBe(true);
    });
  });

  describe('flood waits', () => {
    const save = (subject: string, until: number) => database.transaction((tx) => tx.floodWaits.save(subject, until));
    const find = async (subject: string, now: number) => {
      const found = await database.read((readers) => readers.floodWaits.find(subject, now));
      expect(await database.transaction((tx) => tx.floodWaits.find(subject, now))).toBe(found);
      return found;
    };

    it('return their end, until they are over', async () => {
      await save('+99966', later);
      expect(await find('+99966', later - 1)).toBe(later);
      expect(await find('+99966', later)).toBeUndefined();
      expect(await find('+99967', later - 1)).toBeUndefined();
    });

    it('keep the latest end of one subject', async () => {
      await save('+99966', later);
      await save('+99966', later - 10);
      expect(await find('+99966', later - 20)).toBe(later - 10);
    });

    it('are deleted when they are over', async () => {
      await save('over', later);
      await save('not over', later + 1);
      await database.transaction((tx) => tx.floodWaits.deleteExpired(later));
      expect(await find('over', 0)).toBeUndefined();
      expect(await find('not over', 0)).toBe(later + 1);
    });

    it('is found under an old key too, and replaced there', async () => {
      await save('+99966', later);
      await database.close();
      const key = new Secret(Buffer.alloc(32, 2).toString('base64'));
      const old = new Secret(Buffer.alloc(32, 1).toString('base64'));
      database = await openAgain({ encryption: { key, oldKeys: [old] } });
      expect(await find('+99966', 0)).toBe(later);
      await save('+99966', 5);
      expect(await find('+99966', 0)).toBe(5);
    });
  });

  describe('reads outside of transactions', () => {
    const idsRead = async () => {
      const found = await database.read(({ loginProcesses }) => loginProcesses.listByOwner(alice, 0));
      return found.map(({ id }) => id).toSorted();
    };

    it('return what was committed last', async () => {
      await database.transaction((tx) => tx.loginProcesses.save(loginProcess()));
      expect(await idsRead()).toEqual(['p1']);
      await database.transaction((tx) => tx.loginProcesses.delete('p1'));
      expect(await idsRead()).toEqual([]);
    });

    it('wait for no open transaction, and do not see what it wrote', async () => {
      const wrote = createGate();
      const mayEnd = createGate();
      const writing = database.transaction(async (tx) => {
        await tx.loginProcesses.save(loginProcess());
        wrote.open();
        await mayEnd.passed;
      });
      await wrote.passed;
      expect(await idsRead()).toEqual([]);
      mayEnd.open();
      await writing;
      expect(await idsRead()).toEqual(['p1']);
    });

    it('run 50 at once, beside 50 transactions', async () => {
      const writes = Array.from({ length: 50 }, (_, index) =>
        database.transaction((tx) => tx.loginProcesses.save(loginProcess({ id: `p${index}` }))),
      );
      const reads = await Promise.all(Array.from({ length: 50 }, () => idsRead()));
      await Promise.all(writes);
      expect(reads).toHaveLength(50);
      expect(await idsRead()).toHaveLength(50);
    });

    it('are rejected inside a transaction, which would not be seen by them', async () => {
      const nested = database.transaction((tx) => tx.loginProcesses.save(loginProcess()).then(idsRead));
      await expect(nested).rejects.toThrow('inside another transaction');
      expect(await idsRead()).toEqual([]);
    });

    it('fail as busy once the database is closed, as transactions and locks do', async () => {
      await database.close();
      const late = [idsRead(), database.transaction((tx) => tx.floodWaits.find('subject', 0)), database.probe()];
      for (const work of late) await expect(work).rejects.toMatchObject({ details: { kind: 'busy' } });
    });
  });

  describe('transactions', () => {
    const ids = async () => {
      const found = await database.transaction((tx) => tx.loginProcesses.listByOwner(alice, 0));
      return found.map(({ id }) => id).toSorted();
    };

    it('leave nothing if they fail, and reject with the reason', async () => {
      const reason = new Error('changed my mind');
      const failing = database.transaction(async (tx) => {
        await tx.loginProcesses.save(loginProcess());
        throw reason;
      });
      await expect(failing).rejects.toBe(reason);
      expect(await ids()).toEqual([]);
    });

    it('run 50 at once, of which every fifth fails and leaves nothing', async () => {
      const outcomes = await Promise.allSettled(
        Array.from({ length: 50 }, (_, index) =>
          database.transaction(async (tx) => {
            await tx.loginProcesses.save(loginProcess({ id: `p${index}` }));
            if (index % 5 === 0) throw new Error('fifth');
          }),
        ),
      );
      const expected = Array.from({ length: 50 }, (_, index) => index).filter((index) => index % 5 !== 0);
      expect(outcomes.flatMap((outcome, index) => (outcome.status === 'fulfilled' ? [index] : []))).toEqual(expected);
      expect(await ids()).toEqual(expected.map((index) => `p${index}`).toSorted());
    });

    it('do not read what another transaction has not committed', async () => {
      const wrote = createGate();
      const mayEnd = createGate();
      const writing = database.transaction(async (tx) => {
        await tx.loginProcesses.save(loginProcess());
        wrote.open();
        await mayEnd.passed;
        throw new Error('never mind');
      });
      await wrote.passed;
      const reading = ids();
      mayEnd.open();
      await expect(writing).rejects.toThrow('never mind');
      expect(await reading).toEqual([]);
    });

    it('refuse to begin inside another one', async () => {
      const nested = database.transaction((tx) =>
        tx.loginProcesses.save(loginProcess()).then(() => database.transaction(() => Promise.resolve())),
      );
      await expect(nested).rejects.toThrow('inside another');
      expect(await ids()).toEqual([]);
    });

    it('refuse to begin inside another one after others have ended', async () => {
      await ids();
      const nested = database.transaction(() => ids());
      await expect(nested).rejects.toThrow('inside another');
    });

    it('run one after another, also if an earlier one starts a later one', async () => {
      const mayEnd = createGate();
      let afterwards: Promise<string[]> | undefined;
      await database.transaction((tx) => {
        afterwards = mayEnd.passed.then(ids);
        return tx.loginProcesses.save(loginProcess());
      });
      mayEnd.open();
      expect(await afterwards).toEqual(['p1']);
    });

    it('reject without the parameters of the failed query, which may be sealed values', async () => {
      const failing = database.transaction(async (tx) => {
        await tx.telegramAccounts.insert(account());
        await tx.telegramAccounts.insert(account({ telegramUserId: 'another one of the same id' }));
      });
      const error: unknown = await failing.catch((reason: unknown) => reason);
      expect(error).toMatchObject({ message: 'a database query failed' });
      expect(inspect(error, { depth: 10, showHidden: true })).not.toMatch(/v1\.[0-9a-f]{12}|another one/);
    });

    it('close their stores when they end', async () => {
      const stores = await database.transaction((tx) => Promise.resolve(tx.loginProcesses));
      await expect(stores.listByOwner(alice, 0)).rejects.toThrow('over');
    });

    it.each(['transaction', 'read'] as const)(
      'and reads are logged if they take longer than a second (%s)',
      async (method) => {
        const clock = createFakeClock();
        const logger = createRecordingLogger();
        await database.close();
        database = await openAgain({ clock, logger });
        const warnings = () => logger.lines.filter(({ level }) => level === 'warn');
        await database[method](() => clock.advance(1_000));
        expect(warnings()).toEqual([]);
        const fields = { tookMs: 1_001, waitedMs: 0 };
        const failing = database[method](() => clock.advance(1_001).then(() => Promise.reject(new Error('too late'))));
        await expect(failing).rejects.toThrow('too late');
        expect(warnings()).toEqual([
          { level: 'warn', message: 'slow database call', fields: { call: method, ...fields } },
        ]);
      },
    );

    it('are finished before the database closes, and none begins after that', async () => {
      const began = createGate();
      const mayEnd = createGate();
      const writing = database.transaction(async (tx) => {
        began.open();
        await mayEnd.passed;
        await tx.loginProcesses.save(loginProcess());
      });
      await began.passed;
      const closing = database.close();
      await expect(database.transaction(() => Promise.resolve())).rejects.toMatchObject({ details: { kind: 'busy' } });
      mayEnd.open();
      await Promise.all([writing, closing, database.close()]);
      database = await openAgain();
      expect(await ids()).toEqual(['p1']);
    });
  });

  describe('locks', () => {
    it('run work of one name in the order of the requests, and of other names concurrently', async () => {
      const order: string[] = [];
      const mayEnd = createGate();
      const first = database.locks.run('a', async () => {
        await mayEnd.passed;
        order.push('a1');
      });
      const second = database.locks.run('a', () => Promise.resolve(order.push('a2')));
      const third = database.locks.run('a', () => Promise.resolve(order.push('a3')));
      await database.locks.run('b', () => Promise.resolve(order.push('b')));
      mayEnd.open();
      await Promise.all([first, second, third]);
      expect(order).toEqual(['b', 'a1', 'a2', 'a3']);
    });

    it('run again after work that failed', async () => {
      await expect(database.locks.run('a', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
      expect(await database.locks.run('a', () => Promise.resolve('yes'))).toBe('yes');
    });
  });
}
