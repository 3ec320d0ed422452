import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Caller, ProofSession } from '../../../../src/accounts/threepids/account-addresses.js';
import { failureOf } from '../../../support/account-requests.js';
import { challengeOf } from '../../../support/address-steps.js';
import { tokenRequest } from '../../../support/contacts.js';
import { sendJson } from '../../../support/fake-homeserver.js';
import type { AddressSupport } from '../../../support/fake-homeserver-addresses.js';
import {
  bodyOf,
  email,
  openRelayWorld,
  passwordStage,
  phone,
  refused,
  removalOf,
  type RelayWorld,
} from '../../../support/relay-world.js';
import { threepidFailureOf } from '../../../support/threepid-failures.js';
import { minute } from '../../../support/validation.js';

let world: RelayWorld;
let alice: Caller;
let bob: Caller;
let homeserver: RelayWorld['homeserver'];

beforeEach(async () => {
  world = await openRelayWorld();
  ({ alice, bob, homeserver } = world);
});
afterEach(() => world.close());

describe('adding a 3PID that the homeserver has validated', () => {
  let session: ProofSession;
  beforeEach(async () => {
    homeserver.addresses.support = 'full';
    session = await world.proveThere(email.address, alice);
  });

  it('forwards the homeserver’s own authentication, unchanged, at the same path', async () => {
    const body = { ...bodyOf(session), 'org.example.kept': [1] };
    const { body: challenge } = await challengeOf(world.addresses.add(alice, session, undefined, body));
    expect(challenge).toEqual({
      session: expect.any(String),
      flows: [{ stages: ['m.login.password'] }],
      params: {},
      'org.example.kept': true,
    });
    const wrong = passwordStage(challenge['session'], alice, 'wrong');
    const { body: again } = await challengeOf(world.addresses.add(alice, session, wrong, { ...body, auth: wrong }));
    expect(again).toMatchObject({ session: challenge['session'], errcode: 'M_FORBIDDEN', completed: [] });
    expect(await world.listed()).toEqual([]);

    const right = passwordStage(challenge['session'], alice);
    await world.addresses.add(alice, session, right, { ...body, auth: right });
    expect(await world.listed()).toEqual(['email alice@mail.test']);
    const adding = world.asked().filter(({ path }) => path.endsWith('/account/3pid/add'));
    expect(adding.map((request) => request.body)).toEqual([body, { ...body, auth: wrong }, { ...body, auth: right }]);
    expect(world.paths()).not.toContain('POST /delete_devices');
  });

  it('forwards the homeserver’s answer for a session that it does not know', async () => {
    const unknown = { sid: 'unknown', clientSecret: 'a.secret' };
    expect(await failureOf(world.add(unknown, passwordStage(undefined, alice)))).toMatchObject({
      kind: 'refused_upstream',
      status: 400,
      body: { errcode: 'M_THREEPID_AUTH_FAILED' },
    });
  });

  it('works without authentication if the homeserver allows it, in any spelling', async () => {
    const other = { sid: 'other', client_secret: 'other' };
    const body = { threePidCreds: bodyOf(session), Three_Pid_Creds: other, bind: false };
    await world.addresses.addWithoutAuthentication(alice, session, body);
    expect(world.asked().find(({ path }) => path.endsWith('/account/3pid'))?.body).toEqual({
      three_pid_creds: bodyOf(session),
      bind: false,
    });
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });
});

describe.each<AddressSupport>(['unproven', 'none'])('adding a 3PID that was validated here (%s)', (support) => {
  beforeEach(() => {
    homeserver.addresses.support = support;
  });

  it('requires the homeserver’s own authentication, and makes no login', async () => {
    const session = await world.proveHere(email.address, alice);
    const devices = homeserver.devicesOf(alice.mxid);
    const { body: challenge } = await challengeOf(world.add(session));
    expect(challenge).toMatchObject({ flows: [{ stages: ['m.login.password'] }], 'org.example.kept': true });
    expect(await world.listed()).toEqual([]);
    await world.add(session, passwordStage(challenge['session'], alice));
    expect(await world.listed()).toEqual(['email alice@mail.test']);
    expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    expect(homeserver.devicesOf(alice.mxid)).toEqual(devices);
    const authentications = world.asked().filter(({ path }) => path.endsWith('/delete_devices'));
    expect(authentications.map(({ body }) => body['devices'])).toEqual([[], [], []]);
  });

  it('accepts the password in the first request', async () => {
    await world.add(await world.proveHere(`+${phone.address}`, alice), passwordStage(undefined, alice));
    expect(await world.listed()).toEqual(['msisdn 447470674927']);
  });

  it('requires the password again after a wrong one, for the same session', async () => {
    const session = await world.proveHere(email.address, alice);
    const { body: challenge } = await challengeOf(world.add(session));
    const { body: again } = await challengeOf(world.add(session, passwordStage(challenge['session'], alice, 'wrong')));
    expect(again).toMatchObject({ session: challenge['session'], errcode: 'M_FORBIDDEN', completed: [] });
    expect(await world.listed()).toEqual([]);
    await world.add(session, passwordStage(again['session'], alice));
    expect(await world.listed()).toHaveLength(1);
  });

  it('rejects an authentication for another operation', async () => {
    const one = await world.proveHere(email.address, alice);
    const other = await world.proveHere('other@mail.test', alice);
    const { body: challenge } = await challengeOf(world.add(one));
    const { body: again } = await challengeOf(world.add(other, passwordStage(challenge['session'], alice)));
    expect(again['session']).not.toBe(challenge['session']);
    expect(again).not.toHaveProperty('errcode');

    await challengeOf(world.add(one, { session: await authenticateElsewhere() }));
    expect(await world.listed()).toEqual([]);
  });

  it('rejects an authentication that was already used', async () => {
    const session = await world.proveHere(email.address, alice);
    const { body: challenge } = await challengeOf(world.add(session));
    await world.add(session, passwordStage(challenge['session'], alice));
    await world.addresses.remove(alice, removalOf(email));
    const anew = await world.proveHere(email.address, alice);
    await challengeOf(world.add(anew, { session: challenge['session'] }));
    expect(await world.listed()).toEqual([]);
  });

  it('rejects an authentication that was begun long ago', async () => {
    const session = await world.proveHere(email.address, alice);
    const { body: challenge } = await challengeOf(world.add(session));
    await world.clock.advance(15 * minute);
    await challengeOf(world.add(session, passwordStage(challenge['session'], alice)));
    expect(await world.listed()).toEqual([]);
  });

  it('is refused if the homeserver skips authentication, with the right password too', async () => {
    const session = await world.proveHere(email.address, alice);
    homeserver.addresses.skipsAuthentication = true;
    const adding = [world.add(session), world.add(session, passwordStage(undefined, alice))];
    for (const work of adding) expect(await failureOf(work)).toEqual({ kind: 'authentication_unsupported' });
    expect(await world.listed()).toEqual([]);
  });

  it('is refused if the 3PID was not validated', async () => {
    const request = tokenRequest(email.address, alice);
    const { sid } = await world.addresses.requestToken(request);
    const session = { sid: String(sid), clientSecret: request.clientSecret };
    const adding = world.add(session, passwordStage(undefined, alice));
    expect(await failureOf(adding)).toEqual({ kind: 'address_not_proven' });
  });

  it('is refused if another user has validated it', async () => {
    const session = await world.proveHere(email.address, alice);
    const adding = world.add(session, passwordStage(undefined, bob), bob);
    expect(await failureOf(adding)).toEqual({ kind: 'address_not_proven' });
    expect(await world.listed(bob)).toEqual([]);
  });

  it('loses nothing while the homeserver is unreachable', async () => {
    const session = await world.proveHere(email.address, alice);
    homeserver.intercept((response) => response.destroy());
    const adding = world.add(session, passwordStage(undefined, alice));
    expect(await failureOf(adding)).toEqual({ kind: 'homeserver_unreachable' });
    homeserver.intercept(undefined);
    await world.add(session, passwordStage(undefined, alice));
    expect(await world.listed()).toEqual(['email alice@mail.test']);
  });

  it('forwards the homeserver’s rate limit', async () => {
    const session = await world.proveHere(email.address, alice);
    const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 1500 };
    homeserver.intercept((response) => sendJson(response, { status: 429, body }, { 'Retry-After': '2' }));
    const adding = world.add(session, passwordStage(undefined, alice));
    expect(await failureOf(adding)).toEqual({ ...refused(429, body), retryAfter: '2' });
  });

  it('works once without authentication if the endpoint allows it', async () => {
    const session = await world.proveHere(email.address, alice);
    const body = { three_pid_creds: bodyOf(session) };
    const post = () => world.addresses.addWithoutAuthentication(alice, session, body);
    await post();
    expect(await world.listed()).toEqual(['email alice@mail.test']);
    const again = support === 'none' ? { kind: 'address_not_proven' } : { body: { errcode: 'M_THREEPID_AUTH_FAILED' } };
    expect(await failureOf(post())).toMatchObject(again);
  });
});

describe('a session of one purpose', () => {
  it(
    'is unknown if another purpose is required, so that a homeserver that delegates validation to us gets ' +
      'only its own',
    async () => {
      const session = await world.prove(email.address);
      const asHomeserver = (key: ProofSession) => world.validation.loadValidated({ purpose: 'identity', ...key });
      expect(await asHomeserver(session)).toMatchObject(email);
      const adding = world.add(session, passwordStage(undefined, alice));
      expect(await failureOf(adding)).toEqual({ kind: 'address_not_proven' });
      expect(world.paths()[0]).toBe('POST /account/3pid/add');

      const ours = await world.proveHere(`+${phone.address}`, alice);
      expect(await threepidFailureOf(asHomeserver(ours))).toEqual({ kind: 'session_unknown' });
    },
  );
});

describe('if another service has the passwords', () => {
  it('a 3PID that was validated here is not added, because no user can be authenticated', async () => {
    homeserver.addresses.support = 'delegated';
    const session = await world.proveHere(email.address, alice);
    const adding = [world.add(session), world.add(session, passwordStage(undefined, alice))];
    for (const work of adding) expect(await failureOf(work)).toEqual({ kind: 'authentication_unsupported' });
    expect(await world.listed()).toEqual([]);
  });
});

/**
 * Completes the homeserver's authentication for deleting devices, without us. Returns its session.
 */
async function authenticateElsewhere(): Promise<string> {
  const post = async (body: object) => {
    const headers = { Authorization: `Bearer ${alice.accessToken.reveal()}` };
    const init = { method: 'POST', headers, body: JSON.stringify({ devices: [], ...body }) };
    const response = await fetch(`${homeserver.url}/_matrix/client/v3/delete_devices`, init);
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  const session = String((await post({})).body['session']);
  expect((await post({ auth: passwordStage(session, alice) })).status).toBe(200);
  return session;
}
