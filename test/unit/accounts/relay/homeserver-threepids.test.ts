import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller } from '../../../../src/accounts/threepids/account-addresses.js';
import { createHomeserverThreepids } from '../../../../src/accounts/relay/homeserver-threepids.js';
import { systemClock } from '../../../../src/base/clock.js';
import type { ServerName } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { createHttpHomeserver } from '../../../../src/matrix/http-homeserver.js';
import { failureOf } from '../../../support/account-requests.js';
import { tokenRequest } from '../../../support/contacts.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { fakeAdminToken, sendJson } from '../../../support/fake-homeserver.js';
import { openRelayAddresses, type RelayAddressesUnderTest } from '../../../support/relay-addresses.js';
import { bodyOf, email, openRelayWorld, passwordStage, phone, type RelayWorld } from '../../../support/relay-world.js';
import { until } from '../../../support/until.js';

let world: RelayWorld;
let alice: Caller;
let bob: Caller;
let homeserver: RelayWorld['homeserver'];
const opened: RelayAddressesUnderTest[] = [];

beforeEach(async () => {
  world = await openRelayWorld();
  ({ alice, bob, homeserver } = world);
  homeserver.addresses.support = 'unproven';
});
afterEach(async () => {
  for (const relay of opened.splice(0)) await relay.close();
  await world.close();
});

/** A relay with that token of an administrator. */
async function open(token: string | undefined): Promise<RelayAddressesUnderTest> {
  const relay = await openRelayAddresses(homeserver.url, 'home.test', {
    ...(token !== undefined && { adminAccessToken: new Secret(token) }),
  });
  opened.push(relay);
  return relay;
}

/**
 * Adds the 3PID that was validated here, with the password, and again without one: for Alice unless
 * specified.
 */
async function proveAndAdd(relay: RelayAddressesUnderTest, address: string, how: 'add' | 'post' = 'add') {
  const request = tokenRequest(address, alice);
  const session = {
    sid: String((await relay.addresses.requestToken(request))['sid']),
    clientSecret: request.clientSecret,
  };
  await relay.submit(session);
  const { addresses } = relay;
  if (how === 'post') return addresses.addWithoutAuthentication(alice, session, { three_pid_creds: bodyOf(session) });
  const auth = passwordStage(undefined, alice);
  return addresses.add(alice, session, auth, { ...bodyOf(session), auth });
}
const questions = () => world.asked().filter(({ path }) => path.startsWith('/_synapse/'));

describe('with the token of an administrator', () => {
  it.each(['add', 'post'] as const)('a 3PID of another user at the homeserver is not added here: %s', async (how) => {
    homeserver.addresses.add(bob.mxid, phone);
    const relay = await open(fakeAdminToken);
    expect(await failureOf(proveAndAdd(relay, `+${phone.address}`, how))).toEqual({ kind: 'address_in_use' });
    expect(await relay.own.list(alice.mxid)).toEqual([]);
    expect(homeserver.addresses.listOf(bob.mxid)).toHaveLength(1);
    expect(questions()).toMatchObject([
      { method: 'GET', path: `/_synapse/admin/v1/threepid/msisdn/users/${phone.address}` },
    ]);
    expect(questions()[0]?.headers).not.toHaveProperty('x-forwarded-for');
  });

  it('nor is a 3PID of the same user', async () => {
    homeserver.addresses.add(alice.mxid, email);
    const relay = await open(fakeAdminToken);
    expect(await failureOf(proveAndAdd(relay, 'ALICE@mail.test'))).toEqual({ kind: 'address_in_use' });
  });

  it('a 3PID without a user there is added, for any characters in it', async () => {
    const relay = await open(fakeAdminToken);
    await proveAndAdd(relay, 'a/b?c#d+41&e@mail.test');
    expect(await relay.own.list(alice.mxid)).toMatchObject([{ address: 'a/b?c#d+41&e@mail.test' }]);
    homeserver.addresses.add(bob.mxid, { medium: 'email', address: 'f/g?h#i@mail.test' });
    expect(await failureOf(proveAndAdd(relay, 'f/g?h#i@mail.test'))).toEqual({ kind: 'address_in_use' });
  });

  it('sends no query before the 3PID is validated, and the user authenticated', async () => {
    homeserver.addresses.add(bob.mxid, email);
    const relay = await open(fakeAdminToken);
    const request = tokenRequest(email.address, alice);
    const session = {
      sid: String((await relay.addresses.requestToken(request))['sid']),
      clientSecret: request.clientSecret,
    };
    const add = (auth?: object) =>
      relay.addresses.add(alice, session, auth, { ...bodyOf(session), ...(auth && { auth }) });
    const right = passwordStage(undefined, alice);
    expect(await failureOf(add(right))).toEqual({ kind: 'address_not_proven' });
    await relay.submit(session);
    expect(await failureOf(add())).toMatchObject({ kind: 'authentication_incomplete' });
    expect(questions()).toEqual([]);
    expect(await failureOf(add(right))).toEqual({ kind: 'address_in_use' });
  });

  it.each([
    [401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Unrecognised access token.' }],
    [403, { errcode: 'M_FORBIDDEN', error: 'You are not a server admin' }],
    [404, { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' }],
    [404, {}],
    [429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests' }],
    [200, {}],
    [200, { user_id: 'unknown' }],
    [200, { user_id: '@bob:elsewhere.test' }],
  ])('nothing is added without an answer: %i %j', async (status, body) => {
    const relay = await open(fakeAdminToken);
    const request = tokenRequest(email.address, alice);
    const session = {
      sid: String((await relay.addresses.requestToken(request))['sid']),
      clientSecret: request.clientSecret,
    };
    await relay.submit(session);
    const post = () => relay.addresses.addWithoutAuthentication(alice, session, { three_pid_creds: bodyOf(session) });
    homeserver.intercept((response, { path }) =>
      path.startsWith('/_synapse/')
        ? sendJson(response, { status, body })
        : sendJson(response, { status: 404, body: { errcode: 'M_UNRECOGNIZED', error: '' } }),
    );
    expect(await failureOf(post())).toEqual({ kind: 'homeserver_unreachable' });
    expect(await relay.own.list(alice.mxid)).toEqual([]);
    homeserver.intercept(undefined);
    await post();
    expect(await relay.own.list(alice.mxid)).toHaveLength(1);
  });
});

it('with such a token no request waits longer than 10 s for an unresponsive homeserver', async () => {
  homeserver.intercept(() => undefined);
  const clock = createFakeClock();
  const book = createHomeserverThreepids({
    homeserver: createHttpHomeserver({ address: homeserver.url, deadlineMs: 60_000, clock: systemClock }),
    serverName: 'home.test' as ServerName,
    adminAccessToken: new Secret(fakeAdminToken),
    clock,
  });
  const failure = failureOf(book.findUser(email));
  await until(() => questions().length === 1);
  await clock.advance(10_000);
  expect(await failure).toEqual({ kind: 'homeserver_unreachable' });
});

it('without such a token the homeserver is not queried, and may have the 3PID of another user', async () => {
  homeserver.addresses.add(bob.mxid, email);
  const relay = await open(undefined);
  await proveAndAdd(relay, email.address);
  expect(await relay.own.list(alice.mxid)).toHaveLength(1);
  expect(questions()).toEqual([]);
});
