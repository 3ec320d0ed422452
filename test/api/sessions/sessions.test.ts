import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSessionsApi } from '../../../src/api/sessions/index.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database } from '../../../src/database/database.js';
import { createBearerAuth } from '../../../src/http/bearer-auth.js';
import { leaveSession } from '../../../src/login/owned-logins.js';
import { readUser, writeUser } from '../../../src/login/login-codec.js';
import { createConsumer, sessionFormats } from '../../../src/sessions/consumer.js';
import { createSessionLeases } from '../../../src/sessions/leases.js';
import type { TelegramUserId } from '../../../src/telegram/shapes.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { startServer, type TestServer } from '../../support/http-server.js';
import { silentLogger } from '../../support/silent-logger.js';

const alice = '@alice:example.org' as Mxid;
const id = '700020123';
const secrets = {
  archiver: 'secret of the archiver',
  indexer: 'secret of the indexer',
  reader: 'secret of the reader',
};

let server: TestServer;
let database: Database;
let clock: FakeClock;

beforeEach(async () => {
  clock = createFakeClock();
  database = await openTestDatabase({ clock });
  const consumers = Object.keys(secrets).map((name) =>
    createConsumer({
      name,
      users: ['example.org'],
      formats: name === 'indexer' ? ['gotd'] : sessionFormats,
      mayAcquire: name !== 'reader',
    }),
  );
  const leases = createSessionLeases({
    database,
    maxLeaseMs: 600_000,
    defaultLeaseMs: 60_000,
    graceMs: 30_000,
    writeSession: (format, session) => new Secret(`${format} ${session.reveal()}`),
    readProfile: readUser,
    closeConnection: () => Promise.resolve(),
    leaveSession,
    random: systemRandom,
    logger: silentLogger,
  });
  const named = Object.entries(secrets).map(([name, secret]) => ({ name, secret: new Secret(secret) }));
  const allowance = { failuresAllowed: 3, windowMs: 60_000, logger: silentLogger };
  const authenticate = createBearerAuth({ secrets: [], consumers: named, ...allowance });
  server = await startServer([createSessionsApi({ leases, listConsumers: () => consumers, authenticate })]);
  const user = {
    id: id as TelegramUserId,
    username: 'alice',
    firstName: 'Alice',
    lastName: 'A',
    phone: null,
    isBot: false,
  };
  const times = { createdAt: clock.now(), updatedAt: clock.now() };
  const account = { id: 'a1', owner: alice, telegramUserId: id, session: new Secret('key'), profile: writeUser(user) };
  await database.transaction((tx) => tx.telegramAccounts.insert({ ...account, heldBy: 'gangway', ...times }));
});

afterEach(async () => {
  await server.stop(1000);
  await database.close();
});

async function call(path: string, body?: unknown, as = 'archiver') {
  const secret = Object.entries(secrets).find(([name]) => name === as)?.[1] ?? as;
  const response = await fetch(`http://127.0.0.1:${server.port}/_gangway/v1/sessions${path}`, {
    headers: { Authorization: `Bearer ${secret}` },
    ...(body === undefined ? {} : { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const asked = { telegram_user_id: id, format: 'gotd', lifetime_seconds: 120 };

describe('the API for other programs', () => {
  it('lists, acquires, renews and releases a session', async () => {
    const listed = {
      telegram_user_id: id,
      user_id: alice,
      username: 'alice',
      name: 'Alice A',
      is_bot: false,
      held_by: 'gangway',
      logged_in_at: clock.now(),
    };
    expect(await call('')).toEqual({ status: 200, body: { sessions: [listed] } });
    const { status, body } = await call('/acquire', asked);
    const lease = { lease_id: expect.any(String), fencing: clock.now(), expires_at: clock.now() + 120_000 };
    expect({ status, body }).toEqual({
      status: 200,
      body: { ...lease, telegram_user_id: id, user_id: alice, format: 'gotd', session: 'gotd key' },
    });
    const { lease_id } = body;
    expect((await call('')).body).toMatchObject({
      sessions: [
        { held_by: 'lease', lease: { consumer: 'archiver', fencing: lease.fencing, expires_at: lease.expires_at } },
      ],
    });
    const renewed = await call('/renew', { lease_id, lifetime_seconds: 300 });
    expect(renewed).toEqual({ status: 200, body: { ...lease, lease_id, expires_at: clock.now() + 300_000 } });
    expect(await call('/release', { lease_id })).toEqual({ status: 200, body: {} });
    expect((await call('')).body).toEqual({ sessions: [listed] });
  });

  it('lists the sessions of one user', async () => {
    expect((await call(`?user_id=${encodeURIComponent(alice)}`)).body['sessions']).toHaveLength(1);
    for (const other of ['@bob:example.org', 'bob', '']) {
      expect((await call(`?user_id=${other}`)).body).toEqual({ sessions: [] });
    }
  });

  it('returns the holder of a session, and its expiry', async () => {
    await call('/acquire', asked);
    const { status, body } = await call('/acquire', asked, 'indexer');
    const held = { held_by: 'lease', consumer: 'archiver', expires_at: clock.now() + 120_000 };
    expect({ status, body }).toEqual({
      status: 409,
      body: { errcode: 'GANGWAY.SESSION_HELD', error: 'Another program has the session', ...held },
    });
  });

  it.each([
    ['a wrong secret', 401, 'M_UNKNOWN_TOKEN', '', undefined, 'wrong'],
    ['no JSON', 400, 'M_NOT_JSON', '/acquire', '{', 'archiver'],
    ['an unknown format', 400, 'M_BAD_JSON', '/acquire', { ...asked, format: 'tdata' }, 'archiver'],
    ['a lifetime of zero', 400, 'M_BAD_JSON', '/acquire', { ...asked, lifetime_seconds: 0 }, 'archiver'],
    ['no account', 400, 'M_BAD_JSON', '/acquire', { format: 'gotd' }, 'archiver'],
    ['no lease', 400, 'M_BAD_JSON', '/renew', {}, 'archiver'],
    ['a program that may only list', 403, 'M_FORBIDDEN', '/acquire', asked, 'reader'],
    ['a format that is not allowed', 403, 'M_FORBIDDEN', '/acquire', { ...asked, format: 'gramjs' }, 'indexer'],
    ['an unknown account', 404, 'M_NOT_FOUND', '/acquire', { ...asked, telegram_user_id: '1' }, 'archiver'],
    ['an unknown lease', 409, 'GANGWAY.LEASE_OVER', '/renew', { lease_id: 'x' }, 'archiver'],
    ['the release of an unknown lease', 409, 'GANGWAY.LEASE_OVER', '/release', { lease_id: 'x' }, 'archiver'],
    ['an unknown path', 404, 'M_UNRECOGNIZED', '/steal', {}, 'archiver'],
  ])('answers %s with %i %s', async (_, status, errcode, path, body, as) => {
    const answer = await call(path, body, as);
    expect({ status: answer.status, errcode: answer.body['errcode'] }).toEqual({ status, errcode });
  });

  it('slows down clients that guess secrets, and accepts right ones', async () => {
    const statuses: number[] = [];
    for (let guess = 0; guess < 5; guess += 1) statuses.push((await call('', undefined, `guess ${guess}`)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect((await call('')).status).toBe(200);
  });
});
