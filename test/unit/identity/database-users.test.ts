import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Mxid, ServerName } from '../../../src/base/mxid.js';
import { systemRandom } from '../../../src/base/random.js';
import { Secret } from '../../../src/base/secret.js';
import type { Database } from '../../../src/database/database.js';
import { createIdentityUsers, type IdentityUsersDeps } from '../../../src/identity/database-users.js';
import { IdentityFailure, type IdentityFailureDetails } from '../../../src/identity/failure.js';
import { FederationFailure, type FederationFailureDetails } from '../../../src/matrix/federation-failure.js';
import { openTestDatabase } from '../../support/database.js';
import { createFakeClock, type FakeClock } from '../../support/fake-clock.js';
import { createRecordingLogger } from '../../support/recording-logger.js';

const alice = '@alice:example.test' as Mxid;
const bob = '@bob:example.test' as Mxid;
const day = 86_400_000;
const year = 365 * day;

let database: Database;
let clock: FakeClock;
const logger = createRecordingLogger();

/** A federation in which each server returns this user for any token. */
const saying = (subject: string) => ({ openIdSubject: () => Promise.resolve(subject as Mxid) });
const failing = (failure: FederationFailureDetails) => ({
  openIdSubject: () => Promise.reject(new FederationFailure(failure)),
});

const accountsWith = (options: Partial<IdentityUsersDeps> = {}) =>
  createIdentityUsers({
    database,
    openId: saying(alice),
    allowedServers: [],
    policies: {},
    registrationsPerClient: { max: 100, windowMs: day },
    clock,
    random: systemRandom,
    logger,
    ...options,
  });

const openId = (matrixServerName = 'example.test', client = '198.51.100.7') => ({
  accessToken: new Secret('open id token'),
  matrixServerName,
  client,
});

async function failureOf(work: Promise<unknown>): Promise<IdentityFailureDetails> {
  const outcome: unknown = await work.then(
    () => new Error('expected a failure, and there was none'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof IdentityFailure) return outcome.details;
  throw outcome;
}

beforeEach(async () => {
  clock = createFakeClock();
  database = await openTestDatabase({ clock });
});

afterEach(() => database.close());

describe('a user', () => {
  it('gets no token if the account was deactivated while the homeserver was queried', async () => {
    const times = { createdAt: clock.now(), deactivatedAt: undefined };
    await database.transaction((tx) => tx.accounts.insert({ mxid: alice, passwordHash: undefined, ...times }));
    const openIdSubject = async () => {
      await database.transaction((tx) => tx.accounts.deactivate(alice, clock.now()));
      return alice;
    };
    const registered = accountsWith({ openId: { openIdSubject } }).register(openId());
    expect(await failureOf(registered)).toEqual({ kind: 'open_id_refused' });
  });

  it('gets no token if all logins of the account ended while its OpenID token was checked', async () => {
    const times = { createdAt: clock.now(), deactivatedAt: undefined };
    await database.transaction((tx) => tx.accounts.insert({ mxid: alice, passwordHash: undefined, ...times }));
    let isValid = true;
    const openIdSubject = async () => {
      if (!isValid) throw new FederationFailure({ kind: 'refused', status: 401 });
      isValid = false;
      await database.transaction((tx) => tx.identityTokens.deleteByUser(alice));
      return alice;
    };
    const random = { ...systemRandom, bytes: (size: number) => Buffer.alloc(size, 7) };
    const registered = accountsWith({ openId: { openIdSubject }, random }).register(openId());
    expect(await failureOf(registered)).toEqual({ kind: 'open_id_refused' });
    // The same token can be inserted again, so it was deleted.
    const token = await accountsWith({ random }).register(openId());
    expect(await accountsWith().holder(token)).toBe(alice);
  });

  it('gets a token after the homeserver’s confirmation, and is identified by it', async () => {
    const asked: unknown[] = [];
    const users = accountsWith({
      openId: {
        openIdSubject: (server, token) => {
          asked.push([server, token.reveal()]);
          return Promise.resolve(alice);
        },
      },
    });
    const token = await users.register(openId());
    expect(asked).toEqual([['example.test', 'open id token']]);
    expect(token.reveal()).toMatch(/^[0-9A-Za-z]{64}$/);
    expect(await users.holder(token)).toBe(alice);
    const another = await users.register(openId());
    expect(another.equals(token)).toBe(false);
    expect(await users.holder(token)).toBe(alice);
  });

  it.each([
    '@alice:evil.test',
    '@alice:example.test.evil.test',
    '@alice:sub.example.test',
    '@alice:example.test:8448',
    '@alice:EXAMPLE.test',
    '@alice:evil.test:example.test',
  ])('is refused if the homeserver vouches for a user of another server: %s', async (subject) => {
    const users = accountsWith({ openId: saying(subject) });
    expect(await failureOf(users.register(openId()))).toEqual({ kind: 'open_id_refused' });
  });

  it.each(['', 'example.test/path', 'user@example.test', 'a b', 'example.test:', 'example.test:99999', '[::1', 'a#b'])(
    'is refused if the server name is impossible: %j',
    async (name) => {
      const users = accountsWith({ openId: failing({ kind: 'no_connection' }) });
      expect(await failureOf(users.register(openId(name)))).toEqual({ kind: 'server_name_invalid' });
    },
  );

  it('is refused if the configuration does not admit users of that server', async () => {
    const users = accountsWith({ allowedServers: ['example.test' as ServerName, 'friend.test' as ServerName] });
    await users.register(openId());
    expect(await failureOf(users.register(openId('other.test')))).toEqual({ kind: 'server_not_allowed' });
    expect(await failureOf(users.register(openId('example.test:8448')))).toEqual({ kind: 'server_not_allowed' });
  });

  it.each<[FederationFailureDetails, IdentityFailureDetails['kind']]>([
    [{ kind: 'refused', status: 401 }, 'open_id_refused'],
    [{ kind: 'refused', status: 403 }, 'open_id_refused'],
    [{ kind: 'refused', status: 404 }, 'open_id_refused'],
    [{ kind: 'refused', status: 429 }, 'homeserver_unreachable'],
    [{ kind: 'refused', status: 502 }, 'homeserver_unreachable'],
    [{ kind: 'address_refused' }, 'homeserver_unreachable'],
    [{ kind: 'no_connection' }, 'homeserver_unreachable'],
    [{ kind: 'overloaded' }, 'overloaded'],
    [{ kind: 'no_answer', afterMs: 9 }, 'homeserver_unreachable'],
    [{ kind: 'answer_unfit', problem: 'a redirect' }, 'homeserver_unreachable'],
  ])('is refused if the homeserver does not vouch, %j, as %s', async (failure, kind) => {
    expect(await failureOf(accountsWith({ openId: failing(failure) }).register(openId()))).toEqual({ kind });
  });

  it('can be requested a limited number of times by one client, whatever the outcome', async () => {
    const registrationsPerClient = { max: 2, windowMs: day };
    const users = accountsWith({ registrationsPerClient, openId: failing({ kind: 'no_connection' }) });
    await failureOf(users.register(openId()));
    await failureOf(users.register(openId()));
    expect(await failureOf(users.register(openId()))).toEqual({ kind: 'rate_limited', retryAfterMs: day / 2 });
    expect(await failureOf(users.register(openId('example.test', 'another')))).toMatchObject({
      kind: 'homeserver_unreachable',
    });
  });
});

describe('a token', () => {
  const unknown = { kind: 'token_unknown' };

  it('ends when its user logs out', async () => {
    const users = accountsWith();
    const [token, other] = [await users.register(openId()), await users.register(openId())];
    await users.logOut(token);
    expect(await failureOf(users.holder(token))).toEqual(unknown);
    expect(await failureOf(users.logOut(token))).toEqual(unknown);
    expect(await users.holder(other)).toBe(alice);
  });

  it.each(['', 'a'.repeat(64), 'a'.repeat(63), '\0', 'ü'.repeat(64)])(
    'that does not exist is unknown: %j',
    async (text) => {
      const users = accountsWith();
      expect(await failureOf(users.holder(new Secret(text)))).toEqual(unknown);
      expect(await failureOf(users.logOut(new Secret(text)))).toEqual(unknown);
    },
  );

  it('is valid while it is used, and a year longer', async () => {
    const users = accountsWith();
    const [used, unused] = [await users.register(openId()), await users.register(openId())];
    await clock.advance(year - 1);
    await users.holder(used);
    await clock.advance(1);
    await users.sweep();
    expect(await failureOf(users.holder(unused))).toEqual(unknown);
    await clock.advance(year - 2);
    await users.sweep();
    expect(await users.holder(used)).toBe(alice);
    await clock.advance(year);
    await users.sweep();
    expect(await failureOf(users.holder(used))).toEqual(unknown);
  });
});

describe('policies', () => {
  const text = (url: string) => ({ name: 'A policy', url });
  const policies = {
    privacy: { version: '1', languages: { en: text('https://p.test/en'), fr: text('https://p.test/fr') } },
    use: { version: '1', languages: { en: text('https://u.test/en') } },
  };
  const unsigned = { kind: 'terms_unsigned' };

  it('need no acceptance if there are none', async () => {
    const users = accountsWith();
    await users.requireTerms(alice);
    await users.acceptTerms(alice, []);
    expect(users.policies).toEqual({});
  });

  it('must each be accepted, in any language, in one or several requests', async () => {
    const users = accountsWith({ policies });
    expect(users.policies).toEqual(policies);
    expect(await failureOf(users.requireTerms(alice))).toEqual(unsigned);
    await users.acceptTerms(alice, ['https://p.test/fr']);
    await users.acceptTerms(alice, ['https://p.test/fr']);
    expect(await failureOf(users.requireTerms(alice))).toEqual(unsigned);
    await users.acceptTerms(alice, ['https://u.test/en']);
    await users.requireTerms(alice);
    expect(await failureOf(users.requireTerms(bob))).toEqual(unsigned);
  });

  it('of an unknown URL are not accepted, nor is any other in the same request', async () => {
    const users = accountsWith({ policies });
    const urls = ['https://p.test/en', 'https://u.test/en', 'https://u.test/de'];
    expect(await failureOf(users.acceptTerms(alice, urls))).toEqual({ kind: 'terms_unknown_url' });
    expect(await failureOf(users.requireTerms(alice))).toEqual(unsigned);
  });

  it('must be accepted again in a new version', async () => {
    const urls = ['https://p.test/en', 'https://u.test/en'];
    await accountsWith({ policies }).acceptTerms(alice, urls);
    const renewed = accountsWith({ policies: { ...policies, use: { ...policies.use, version: '2' } } });
    expect(await failureOf(renewed.requireTerms(alice))).toEqual(unsigned);
    await renewed.acceptTerms(alice, urls);
    await renewed.requireTerms(alice);
    await accountsWith({ policies }).requireTerms(alice);
  });
});
