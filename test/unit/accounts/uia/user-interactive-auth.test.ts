import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountFailure } from '../../../../src/accounts/failure.js';
import { nameOperation, type UiaOperation } from '../../../../src/accounts/uia/operation.js';
import {
  createUserInteractiveAuth,
  type UiaStage,
  type UserInteractiveAuth,
} from '../../../../src/accounts/uia/user-interactive-auth.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { systemRandom } from '../../../../src/base/random.js';
import type { Database } from '../../../../src/database/database.js';
import { failureOf } from '../../../support/account-requests.js';
import { openTestDatabase } from '../../../support/database.js';
import { createFakeClock, type FakeClock } from '../../../support/fake-clock.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
const operation: UiaOperation = {
  owner: alice,
  method: 'POST',
  path: '/add',
  params: { sid: 's', client_secret: 'c' },
};
const word: UiaStage = { type: 'word', isPassed: (owner, { said }) => Promise.resolve(said === `word of ${owner}`) };
const nod: UiaStage = { type: 'nod', isPassed: () => Promise.resolve(true) };
const right = { type: 'word', said: `word of ${alice}` };
const wrong = { type: 'word', said: 'another' };

let database: Database;
let clock: FakeClock;
let uia: UserInteractiveAuth;
const create = (flows: readonly (readonly string[])[] = [['word']]) =>
  createUserInteractiveAuth({ database, stages: [word, nod], flows, clock, random: systemRandom });

beforeEach(async () => {
  clock = createFakeClock();
  database = await openTestDatabase({ clock });
  uia = create();
});

afterEach(() => database.close());

/** The response to the client, if the authentication is not complete. */
async function asked(work: Promise<void>): Promise<Readonly<Record<string, unknown>>> {
  const failure = await failureOf(work);
  if (failure.kind !== 'authentication_incomplete') throw new AccountFailure(failure);
  return failure.body;
}

const begin = async (wanted = operation) => String((await asked(uia.authenticate(wanted, undefined)))['session']);

describe('user-interactive authentication', () => {
  it('returns its stages to a client that sends nothing', async () => {
    for (const auth of [undefined, null, {}]) {
      const body = await asked(uia.authenticate(operation, auth));
      expect(body).toEqual({
        flows: [{ stages: ['word'] }],
        params: {},
        session: expect.stringMatching(/^[\w-]{22}$/),
        completed: [],
      });
    }
  });

  it('is complete at once for a client that sends all stages, without a session', async () => {
    await uia.authenticate(operation, right);
  });

  it('is complete in its session once, and starts again after that', async () => {
    const session = await begin();
    await uia.authenticate(operation, { ...right, session });
    const body = await asked(uia.authenticate(operation, { ...right, session }));
    expect(body).toMatchObject({ errcode: 'M_UNKNOWN', error: expect.any(String), completed: [] });
    expect(body['session']).not.toBe(session);
  });

  it('is complete for one of several requests that finish the same session at once', async () => {
    const session = await begin();
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => uia.authenticate(operation, { ...right, session })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('stays open after a failure, and reports it', async () => {
    const session = await begin();
    expect(await asked(uia.authenticate(operation, { ...wrong, session }))).toMatchObject({
      errcode: 'M_FORBIDDEN',
      error: expect.any(String),
      flows: [{ stages: ['word'] }],
      session,
      completed: [],
    });
    await uia.authenticate(operation, { ...right, session });
  });

  it('does not reopen by a failure that was pending when it was completed', async () => {
    let reach = (_answer: (isPassed: boolean) => void): void => undefined;
    const reached = new Promise<(isPassed: boolean) => void>((resolve) => (reach = resolve));
    const slow: UiaStage = { type: 'slow', isPassed: () => new Promise((resolve) => reach(resolve)) };
    const inPieces = () =>
      createUserInteractiveAuth({
        database,
        stages: [word, slow],
        flows: [['word'], ['slow']],
        clock,
        random: systemRandom,
      });
    const session = await begin();
    const failing = asked(inPieces().authenticate(operation, { type: 'slow', session }));
    const answer = await reached;
    await inPieces().authenticate(operation, { ...right, session });
    answer(false);
    const body = await failing;
    expect(body).toMatchObject({ errcode: 'M_FORBIDDEN', completed: [] });
    expect(body['session']).not.toBe(session);
    expect(await asked(uia.authenticate(operation, { ...right, session }))).toMatchObject({ errcode: 'M_UNKNOWN' });
    await uia.authenticate(operation, { ...right, session: body['session'] });
  });

  it('keeps the ten newest sessions of a user, and those of others', async () => {
    const bobs = await begin({ ...operation, owner: bob });
    const sessions: string[] = [];
    for (let count = 0; count < 11; count += 1) {
      sessions.push(await begin());
      await clock.advance(1);
    }
    const found = await database.transaction(async (tx) => {
      const kept: boolean[] = [];
      for (const id of [bobs, ...sessions]) kept.push((await tx.uiaSessions.find(id)) !== undefined);
      return kept;
    });
    expect(found).toEqual([true, false, ...Array.from({ length: 10 }, () => true)]);
  });

  it.each(['', '\0', 'x'.repeat(22) + '\0', 'é'.repeat(22), 'x'.repeat(10_000)])(
    'starts again with an invalid session: %j',
    async (session) => {
      expect(await asked(uia.authenticate(operation, { ...right, session }))).toMatchObject({ errcode: 'M_UNKNOWN' });
    },
  );

  it('survives a restart', async () => {
    const session = await begin();
    await create().authenticate(operation, { ...right, session });
  });

  it.each<[string, Partial<UiaOperation>]>([
    ['user', { owner: bob }],
    ['method', { method: 'PUT' }],
    ['path', { path: '/delete' }],
    ['parameters', { params: { sid: 'other', client_secret: 'c' } }],
    ['number of parameters', { params: { sid: 's' } }],
  ])('does not count for another %s: it starts again, for that request', async (_, change) => {
    const other = { ...operation, ...change };
    const session = await begin();
    const said = `word of ${other.owner}`;
    const body = await asked(uia.authenticate(other, { ...right, said, session }));
    expect(body).toMatchObject({ errcode: 'M_UNKNOWN', completed: [] });
    await uia.authenticate(other, { ...right, said, session: body['session'] });
  });

  it('expires after a quarter of an hour, and is then deleted', async () => {
    const session = await begin();
    const other = await begin();
    await clock.advance(15 * 60_000 - 1);
    await uia.authenticate(operation, { ...right, session: other });
    await clock.advance(1);
    expect(await asked(uia.authenticate(operation, { ...right, session }))).toMatchObject({ errcode: 'M_UNKNOWN' });
    await uia.sweep();
    expect(await database.transaction((tx) => tx.uiaSessions.find(session))).toBeUndefined();
  });

  it('rejects stages that it does not offer', async () => {
    expect(await asked(uia.authenticate(operation, { type: 'm.login.sso' }))).toMatchObject({
      errcode: 'M_UNRECOGNIZED',
      flows: [{ stages: ['word'] }],
    });
  });

  it('accepts the stages of a flow one after the other, in any order', async () => {
    uia = create([['word', 'nod']]);
    const session = await begin();
    expect(await asked(uia.authenticate(operation, { type: 'nod', session }))).toMatchObject({
      session,
      completed: ['nod'],
    });
    expect(await asked(uia.authenticate(operation, { session }))).toMatchObject({ session, completed: ['nod'] });
    await uia.authenticate(operation, { ...right, session });
  });

  it('keeps both stages that pass at one moment', async () => {
    const both = createUserInteractiveAuth({
      database,
      stages: [word, nod],
      flows: [['word', 'nod', 'last']],
      clock,
      random: systemRandom,
    });
    const session = await begin();
    await Promise.all([
      asked(both.authenticate(operation, { ...right, session })),
      asked(both.authenticate(operation, { type: 'nod', session })),
    ]);
    const { completed } = await asked(both.authenticate(operation, { session }));
    expect([...(completed as string[])].toSorted((one, other) => one.localeCompare(other))).toEqual(['nod', 'word']);
  });

  it('is complete for one of two stages that pass at one moment', async () => {
    uia = create([['word', 'nod']]);
    const session = await begin();
    const outcomes = await Promise.allSettled([
      uia.authenticate(operation, { ...right, session }),
      uia.authenticate(operation, { type: 'nod', session }),
    ]);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('keeps a stage in spite of a failure that was pending when it passed', async () => {
    let reach = (_answer: (isPassed: boolean) => void): void => undefined;
    const reached = new Promise<(isPassed: boolean) => void>((resolve) => (reach = resolve));
    const slow: UiaStage = { type: 'slow', isPassed: () => new Promise((resolve) => reach(resolve)) };
    const flows = [['nod', 'slow']];
    const inPieces = () =>
      createUserInteractiveAuth({ database, stages: [nod, slow], flows, clock, random: systemRandom });
    const session = await begin();
    const failing = asked(inPieces().authenticate(operation, { type: 'slow', session }));
    const answer = await reached;
    await asked(inPieces().authenticate(operation, { type: 'nod', session }));
    answer(false);
    expect(await failing).toMatchObject({ errcode: 'M_FORBIDDEN', session, completed: ['nod'] });
  });

  it('offers the flows of the operation, and no stage of others', async () => {
    const flows = [['nod']];
    expect(await asked(uia.authenticate(operation, undefined, flows))).toMatchObject({ flows: [{ stages: ['nod'] }] });
    expect(await asked(uia.authenticate(operation, right, flows))).toMatchObject({ errcode: 'M_UNRECOGNIZED' });
    expect(await asked(uia.authenticate(operation, { type: 'nod' }))).toMatchObject({ errcode: 'M_UNRECOGNIZED' });
    await uia.authenticate(operation, { type: 'nod' }, flows);
  });

  it('is complete with the first complete flow', async () => {
    uia = create([['word'], ['nod']]);
    await uia.authenticate(operation, { type: 'nod' });
    await uia.authenticate(operation, right);
  });

  it(
    'allows a user ten failures at once, over all sessions, then one every half minute, without an effect ' +
      'on other users',
    async () => {
      const tries = Array.from({ length: 12 }, () => failureOf(uia.authenticate(operation, wrong)));
      const kinds = (await Promise.all(tries)).map(({ kind }) => kind);
      expect(kinds.filter((kind) => kind === 'authentication_incomplete')).toHaveLength(10);
      expect(kinds.filter((kind) => kind === 'rate_limited')).toHaveLength(2);
      expect(await failureOf(uia.authenticate(operation, right))).toEqual({
        kind: 'rate_limited',
        retryAfterMs: 30_000,
      });
      await uia.authenticate({ ...operation, owner: bob }, { type: 'word', said: `word of ${bob}` });
      await clock.advance(30_000);
      await uia.authenticate(operation, right);
    },
  );

  it.each([
    ['auth', 'a text'],
    ['auth', []],
    ['auth.session', { session: 5 }],
    ['auth.type', { type: {} }],
  ])('rejects %s if it is %j', async (name, auth) => {
    expect(await failureOf(uia.authenticate(operation, auth))).toMatchObject({ kind: 'parameter_invalid', name });
  });
});

describe('the name of an operation', () => {
  it('does not depend on the order of members', () => {
    const nested = (params: UiaOperation['params']) => nameOperation({ ...operation, params });
    expect(nested({ a: 1, b: { c: [1, 2], d: null } })).toBe(nested({ b: { d: null, c: [1, 2] }, a: 1 }));
    expect(nested({ a: [1, 2] })).not.toBe(nested({ a: [2, 1] }));
    expect(nested({ a: { b: 1 } })).not.toBe(nested({ a: [['b', 1]] }));
  });
});
