import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import type { Database, Transaction } from '../../src/database/database.js';
import type { ValidationSessionRecord } from '../../src/database/tables/validation-sessions.js';
import type { ValidationTokenRecord } from '../../src/database/tables/validation-tokens.js';
import { ThreepidFailure } from '../../src/threepid/failure.js';
import type { TestDatabase } from '../support/test-database.js';
import { openTestDatabase, testKey } from '../support/database.js';
import { createRecordingMessenger } from '../support/recording-messenger.js';
import { threepidFailureOf } from '../support/threepid-failures.js';
import {
  allowances,
  askerOf,
  day,
  emailRequest,
  hour,
  keyOf,
  nothing,
  openValidation,
  phoneRequest,
} from '../support/validation.js';

const alice = '@alice:example.test' as Mxid;
/** Beyond 32 bits, as times in milliseconds are. */
const later = 1_795_000_000_000;
const clientSecret = new Secret('secret of the client');
const token = new Secret('token of the session');

const session = (changes: Partial<ValidationSessionRecord> = {}): ValidationSessionRecord => ({
  id: 's1',
  purpose: 'identity',
  medium: 'email',
  address: 'alice@mail.test',
  mxid: alice,
  alias: 'alias of alice@mail.test',
  nextLink: 'https://chat.test/?alice',
  lastAttempt: undefined,
  createdAt: later,
  validatedAt: undefined,
  expiresAt: later + day,
  ...changes,
});

const tokenOf = (id: string, changes: Partial<ValidationTokenRecord> = {}): ValidationTokenRecord => ({
  id,
  sessionId: 's1',
  createdAt: later,
  wrongGuesses: 0,
  ...changes,
});

const key = { id: 's1', purpose: 'identity', clientSecret } as const;
const wanted = { purpose: 'identity', medium: 'email', address: 'alice@mail.test', mxid: alice, clientSecret } as const;

async function outcomeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work;
    return 'done';
  } catch (error) {
    if (error instanceof ThreepidFailure) return error.details.kind;
    throw error;
  }
}
/** Returns how many of many concurrent requests had each outcome. */
async function outcomesOf(count: number, work: (index: number) => Promise<unknown>): Promise<Record<string, number>> {
  const outcomes = await Promise.all(Array.from({ length: count }, (_, index) => outcomeOf(work(index))));
  return Object.fromEntries(
    [...new Set(outcomes)].map((outcome) => [outcome, outcomes.filter((one) => one === outcome).length]),
  );
}

/** What the database promises of the validation of 3PIDs, on every engine. */
export function describeValidation(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let database: Database;
  const within = <T>(work: (tx: Transaction) => Promise<T>) => database.transaction(work);
  const insert = (...records: readonly ValidationSessionRecord[]) =>
    within(async (tx) => {
      for (const record of records) await tx.validationSessions.insert(record, clientSecret);
    });
  const reopen = async (encryption = { key: testKey(), oldKeys: [] as readonly Secret[] }) => {
    await database.close();
    database = await openTestDatabase({ uri: testDatabase.uri, encryption });
  };

  beforeEach(async () => {
    testDatabase = await createDatabase();
    database = await openTestDatabase({ uri: testDatabase.uri });
  });

  afterEach(async () => {
    await database.close();
    await testDatabase.remove();
  });

  describe('validation sessions', () => {
    it('are found by ID, purpose and secret, as they were saved', async () => {
      const bare = session({
        id: 's2',
        medium: 'msisdn',
        address: '447470674927',
        mxid: undefined,
        nextLink: undefined,
      });
      const full = session({ purpose: 'account', lastAttempt: 2 ** 53 - 1, validatedAt: later + 1 });
      await insert(full, bare);
      await within(async ({ validationSessions }) => {
        expect(await validationSessions.find({ ...key, purpose: 'account' })).toEqual(full);
        expect(await validationSessions.hold({ ...key, purpose: 'account' })).toEqual(full);
        expect(await validationSessions.find({ ...key, id: 's2' })).toEqual(bare);
        expect(await validationSessions.find(key)).toBeUndefined();
        expect(await validationSessions.hold(key)).toBeUndefined();
        expect(await validationSessions.find({ ...key, id: 's3' })).toBeUndefined();
        const wrong = { ...key, id: 's2', clientSecret: new Secret('secret of another') };
        expect(await validationSessions.find(wrong)).toBeUndefined();
      });
    });

    it('are open until they are validated or expire, the newest first', async () => {
      await insert(session({ id: 'old', createdAt: later - 1 }), session());
      await insert(
        session({ id: 'validated', createdAt: later + 1, validatedAt: later }),
        session({ id: 'expired', createdAt: later + 1, expiresAt: later }),
        session({ id: 'of no user', createdAt: later + 1, mxid: undefined }),
        session({ id: 'of account', createdAt: later + 1, purpose: 'account' }),
        session({ id: 'of phone', createdAt: later + 1, medium: 'msisdn' }),
        session({ id: 'of bob', createdAt: later + 1, address: 'bob@mail.test' }),
      );
      await within(async ({ validationSessions }) => {
        const idOf = async (changes: object, now = later) =>
          (await validationSessions.findOpen({ ...wanted, ...changes }, now))?.id;
        expect(await idOf({})).toBe('s1');
        expect(await idOf({ mxid: undefined })).toBe('of no user');
        expect(await idOf({ purpose: 'account' })).toBe('of account');
        expect(await idOf({ medium: 'msisdn' })).toBe('of phone');
        expect(await idOf({ address: 'bob@mail.test' })).toBe('of bob');
        expect(await idOf({ address: 'carol@mail.test' })).toBeUndefined();
        expect(await idOf({ clientSecret: new Secret('secret of another') })).toBeUndefined();
        expect(await idOf({}, later + day)).toBeUndefined();
      });
    });

    it('are updated one by one', async () => {
      await insert(session(), session({ id: 's2' }));
      await within(async ({ validationSessions }) => {
        for (const attempt of [3, 2, 0]) await validationSessions.advance('s1', attempt);
        expect((await validationSessions.find(key))?.lastAttempt).toBe(3);
        await validationSessions.advance('s1', 4);
        await validationSessions.setNextLink('s1', 'https://chat.test/again');
        await validationSessions.validate('s1', later + 5, later + 6);
        const changed = {
          lastAttempt: 4,
          nextLink: 'https://chat.test/again',
          validatedAt: later + 5,
          expiresAt: later + 6,
        };
        expect(await validationSessions.find(key)).toEqual(session(changed));
        await validationSessions.setNextLink('s1', undefined);
        expect((await validationSessions.find(key))?.nextLink).toBeUndefined();
        expect(await validationSessions.find({ ...key, id: 's2' })).toEqual(session({ id: 's2' }));
      });
    });

    it('have tokens that are compared, charged and counted', async () => {
      await insert(
        session(),
        session({ id: 's2', purpose: 'account' }),
        session({ id: 's3', address: 'bob@mail.test' }),
      );
      const other = new Secret('another token');
      await within(async ({ validationSessions }) => {
        await validationSessions.insertToken(tokenOf('t2', { createdAt: later + 1 }), other);
        await validationSessions.insertToken(tokenOf('t1'), token);
        await validationSessions.insertToken(tokenOf('t3', { sessionId: 's2', createdAt: later + 2 }), token);
        await validationSessions.insertToken(tokenOf('t4', { sessionId: 's3' }), token);
        await validationSessions.chargeTokens(['t1', 't2']);
        await validationSessions.chargeTokens(['t2']);
        await validationSessions.chargeTokens([]);
        const compared = (given: Secret) => validationSessions.compareTokens('s1', given);
        const first = tokenOf('t1', { wrongGuesses: 1 });
        const second = tokenOf('t2', { createdAt: later + 1, wrongGuesses: 2 });
        expect(await compared(token)).toEqual([
          { ...first, isGiven: true },
          { ...second, isGiven: false },
        ]);
        expect((await compared(other)).map(({ isGiven }) => isGiven)).toEqual([false, true]);
        expect((await compared(new Secret(''))).map(({ isGiven }) => isGiven)).toEqual([false, false]);
        expect(await validationSessions.compareTokens('unknown', token)).toEqual([]);

        const times = async (since: number) => (await validationSessions.listSent(wanted, since)).map(({ at }) => at);
        expect(await times(0)).toEqual([later, later + 1, later + 2]);
        expect(await times(later)).toEqual([later + 1, later + 2]);
        expect(await validationSessions.listSent({ medium: 'msisdn', address: '1' }, 0)).toEqual([]);
        await validationSessions.deleteToken('t2');
        expect(await times(0)).toEqual([later, later + 2]);
        await validationSessions.delete('s1');
        expect(await times(0)).toEqual([later + 2]);
        expect(await validationSessions.find(key)).toBeUndefined();
      });
      expect(await testDatabase.execute('SELECT id FROM validation_tokens ORDER BY id')).toEqual([
        { id: 't3' },
        { id: 't4' },
      ]);
    });

    it('are deleted with their tokens after their expiry', async () => {
      await insert(session(), session({ id: 's2', expiresAt: later + day + 1 }));
      await within(async ({ validationSessions }) => {
        await validationSessions.insertToken(tokenOf('t1'), token);
        await validationSessions.insertToken(tokenOf('t2', { sessionId: 's2' }), token);
        await validationSessions.deleteExpired(later + day);
      });
      expect(await testDatabase.execute('SELECT id FROM validation_sessions')).toEqual([{ id: 's2' }]);
      expect(await testDatabase.execute('SELECT id FROM validation_tokens')).toEqual([{ id: 't2' }]);
    });

    it('are not in the database in clear', async () => {
      await insert(session(), session({ id: 's2', medium: 'msisdn', address: '447700900123' }));
      await within(async ({ validationSessions }) => {
        await validationSessions.insertToken(tokenOf('t1'), token);
        await validationSessions.setNextLink('s2', 'https://chat.test/?alice');
      });
      const stored = await testDatabase.dump();
      expect(stored).toContain(alice);
      expect(stored).not.toMatch(/alice@mail\.test|447700900123|chat\.test|secret of the client|token of the session/);
    });

    it('do not show whether secrets and tokens are equal', async () => {
      await insert(session(), session({ id: 's2' }));
      await within(async ({ validationSessions }) => {
        await validationSessions.insertToken(tokenOf('t1'), token);
        await validationSessions.insertToken(tokenOf('t2', { sessionId: 's2' }), token);
      });
      const secrets = await testDatabase.execute('SELECT DISTINCT client_secret_hash FROM validation_sessions');
      expect(secrets).toHaveLength(2);
      expect(await testDatabase.execute('SELECT DISTINCT token_hash FROM validation_tokens')).toHaveLength(2);
    });

    it('continue under a new encryption key while the old one is available', async () => {
      await insert(session());
      await within((tx) => tx.validationSessions.insertToken(tokenOf('t1'), token));
      await reopen({ key: testKey(2), oldKeys: [testKey(1)] });
      await within(async ({ validationSessions }) => {
        expect(await validationSessions.find(key)).toEqual(session());
        expect(await validationSessions.findOpen(wanted, later)).toEqual(session());
        expect(await validationSessions.compareTokens('s1', token)).toMatchObject([{ isGiven: true }]);
      });
      await reopen({ key: testKey(2), oldKeys: [] });
      await within(async ({ validationSessions }) => {
        expect(await validationSessions.listSent(wanted, 0)).toEqual([{ at: later, mxid: session().mxid }]);
        expect(await validationSessions.find(key)).toBeUndefined();
      });
    });
  });

  describe('a validation', () => {
    it('sends one message for equal concurrent requests', async () => {
      const { validation, messenger } = await openValidation({ database });
      const tickets = await Promise.all(Array.from({ length: 8 }, () => validation.requestToken(emailRequest())));
      expect(new Set(tickets.map(({ sid }) => sid)).size).toBe(1);
      expect(messenger.sent).toHaveLength(1);
    });

    it('sends no more messages to an address than allowed at concurrent requests', async () => {
      const limits = { ...allowances, perEmailAddress: { max: 3, windowMs: hour } };
      const { validation, messenger } = await openValidation({ database, allowances: limits });
      const outcomes = await outcomesOf(10, (index) =>
        validation.requestToken(emailRequest({ clientSecret: `s${index}`, asker: askerOf(`user${index}`) })),
      );
      expect(outcomes).toEqual({ done: 3, rate_limited: 7 });
      expect(messenger.sent).toHaveLength(3);
    });

    it('succeeds at one time for all who submit the right token at once', async () => {
      const { validation, messenger } = await openValidation({ database });
      const request = emailRequest();
      const { sid } = await validation.requestToken(request);
      const right = new Secret(messenger.tokens()[0] ?? '');
      const give = () => validation.submitToken(keyOf(request, sid), right, undefined);
      expect(await outcomesOf(8, give)).toEqual({ done: 8 });
      expect(await validation.loadValidated(keyOf(request, sid))).toMatchObject({ address: 'alice@mail.test' });
    });

    it('limits concurrent guesses as it limits consecutive ones', async () => {
      const { validation, messenger } = await openValidation({ database });
      const request = phoneRequest();
      const { sid } = await validation.requestToken(request);
      const right = messenger.tokens()[0] ?? '';
      const guesses = Array.from({ length: 20 }, (_, index) => String((Number(right) + index + 1) % 1_000_000));
      const outcomes = await outcomesOf(20, (index) =>
        validation.submitToken(keyOf(request, sid), new Secret((guesses[index] ?? '').padStart(6, '0')), undefined),
      );
      expect(outcomes).toEqual({ token_wrong: 5, too_many_guesses: 15 });
      const late = validation.submitToken(keyOf(request, sid), new Secret(right), undefined);
      expect(await threepidFailureOf(late)).toMatchObject({ kind: 'too_many_guesses' });
    });

    it('uses up a session once at concurrent requests', async () => {
      const { validation, messenger } = await openValidation({ database });
      const request = emailRequest();
      const { sid } = await validation.requestToken(request);
      await validation.submitToken(keyOf(request, sid), new Secret(messenger.tokens()[0] ?? ''), undefined);
      const outcomes = await outcomesOf(8, () => validation.consume(keyOf(request, sid), nothing));
      expect(outcomes).toEqual({ done: 1, session_unknown: 7 });
    });

    it('continues after the daemon was killed between the message and its answer', async () => {
      const request = emailRequest();
      const before = createRecordingMessenger();
      before.hold();
      const first = await openValidation({ database, messenger: before });
      const unanswered = first.validation.requestToken(request);
      unanswered.catch(() => undefined);
      await expect.poll(() => before.sent.length).toBe(1);
      await reopen();

      const { validation, messenger } = await openValidation({ database });
      const { sid } = await validation.requestToken(request);
      expect(messenger.sent).toHaveLength(1);
      const [mail] = before.sent;
      expect(mail?.kind === 'email_validation' && mail.link.reveal()).toContain(sid);
      await validation.submitToken(keyOf(request, sid), new Secret(before.tokens()[0] ?? ''), undefined);
      expect(await validation.loadValidated(keyOf(request, sid))).toMatchObject({ address: 'alice@mail.test' });
    });
  });
}

/** What several daemons promise of validation if they share one database. */
export function describeSharedValidation(createDatabase: () => Promise<TestDatabase>): void {
  let testDatabase: TestDatabase;
  let databases: Database[];

  beforeEach(async () => {
    testDatabase = await createDatabase();
    databases = [await openTestDatabase({ uri: testDatabase.uri }), await openTestDatabase({ uri: testDatabase.uri })];
  });

  afterEach(async () => {
    await Promise.all(databases.map((database) => database.close()));
    await testDatabase.remove();
  });

  const openAll = async () => {
    const messenger = createRecordingMessenger();
    const daemons = await Promise.all(databases.map((database) => openValidation({ database, messenger })));
    const daemonOf = (index: number) => daemons[index % daemons.length]?.validation ?? expect.fail('no daemon');
    return { messenger, daemonOf };
  };

  it('one message is sent for equal concurrent requests', async () => {
    const { messenger, daemonOf } = await openAll();
    const tickets = await Promise.all([0, 1, 2, 3].map((index) => daemonOf(index).requestToken(emailRequest())));
    expect(new Set(tickets.map(({ sid }) => sid)).size).toBe(1);
    expect(messenger.sent).toHaveLength(1);
  });

  it('concurrent guesses are limited as consecutive ones', async () => {
    const { messenger, daemonOf } = await openAll();
    const request = phoneRequest();
    const { sid } = await daemonOf(0).requestToken(request);
    const right = messenger.tokens()[0] ?? '';
    const wrong = new Secret(String((Number(right) + 1) % 1_000_000).padStart(6, '0'));
    const outcomes = await outcomesOf(20, (index) =>
      daemonOf(index).submitToken(keyOf(request, sid), wrong, undefined),
    );
    expect(outcomes).toEqual({ token_wrong: 5, too_many_guesses: 15 });
  });

  it('a session is used up once', async () => {
    const { messenger, daemonOf } = await openAll();
    const request = emailRequest();
    const { sid } = await daemonOf(0).requestToken(request);
    await daemonOf(1).submitToken(keyOf(request, sid), new Secret(messenger.tokens()[0] ?? ''), undefined);
    const outcomes = await outcomesOf(8, (index) => daemonOf(index).consume(keyOf(request, sid), nothing));
    expect(outcomes).toEqual({ done: 1, session_unknown: 7 });
  });
}
