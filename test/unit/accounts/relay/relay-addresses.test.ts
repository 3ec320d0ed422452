import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AddressRemoval, Caller, ProofSession } from '../../../../src/accounts/contacts/account-addresses.js';
import { AccountFailure, type AccountFault } from '../../../../src/accounts/failure.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { Secret } from '../../../../src/base/secret.js';
import { ThreepidFailure } from '../../../../src/threepid/failure.js';
import { passwordLogin } from '../../../contract/account-authority.js';
import { sendJson, startFakeHomeserver, type FakeHomeserver } from '../../../support/fake-homeserver.js';
import type { AddressSupport } from '../../../support/fake-homeserver-addresses.js';
import {
  callerOf,
  openRelayAddresses,
  ownIdServer,
  tokenRequest,
  type RelayAddressesUnderTest,
} from '../../../support/relay-addresses.js';
import { createTestRelay } from '../../../support/relay-accounts.js';
import { minute } from '../../../support/validation.js';

const password = 'correct horse';
const email = { medium: 'email', address: 'alice@mail.test' } as const;
const phone = { medium: 'msisdn', address: '447470674927' } as const;
const incapable: AddressSupport[] = ['unproven', 'none'];

let homeserver: FakeHomeserver;
let relay: RelayAddressesUnderTest;
let alice: Caller;
let bob: Caller;

beforeEach(async () => {
  homeserver = await startFakeHomeserver('home.test');
  relay = await openRelayAddresses(homeserver.url, 'home.test');
  alice = await newUser('alice');
  bob = await newUser('bob');
});
afterEach(async () => {
  await relay.close();
  await homeserver.close();
});

async function newUser(localpart: string): Promise<Caller> {
  const mxid = homeserver.addUser(localpart, password);
  const { authority } = createTestRelay(homeserver.url, 'home.test');
  const { accessToken } = await authority.logIn(passwordLogin({ type: 'm.id.user', user: mxid }, password));
  return callerOf(mxid, accessToken.reveal());
}

const asked = () => homeserver.requests.filter(({ path }) => !path.endsWith('/login'));
const paths = () => asked().map(({ method, path }) => `${method} ${path.replace('/_matrix/client/v3', '')}`);
const devices = () => homeserver.devicesOf(alice.mxid).length;
const listed = async (caller = alice) =>
  (await relay.addresses.list(caller)).map(({ medium, address }) => `${medium} ${address}`);

async function faultOf(work: Promise<unknown>): Promise<AccountFault | ThreepidFailure['fact']> {
  const error: unknown = await work.then(
    () => expect.fail('it worked'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AccountFailure) && !(error instanceof ThreepidFailure)) throw error;
  return error.fact;
}

/** Proves an address to ourselves. */
async function prove(
  { medium, address }: { readonly medium: 'email' | 'msisdn'; readonly address: string },
  caller: Caller | undefined = alice,
): Promise<ProofSession> {
  const { sid } = await relay.addresses.requestToken(tokenRequest(medium, address, caller));
  const session = { sid: String(sid), clientSecret: 'a.secret' };
  const token = new Secret(relay.messenger.tokens().at(-1) ?? '');
  await relay.validation.submitToken({ purpose: 'account', ...session }, token, undefined);
  return session;
}

const bodyOf = ({ sid, clientSecret }: ProofSession) => ({ sid, client_secret: clientSecret });
const add = (session: ProofSession, auth?: unknown, caller = alice) =>
  relay.addresses.add(caller, session, auth, { ...bodyOf(session), ...(auth === undefined ? {} : { auth }) });
const passwordStage = (session: unknown, caller = alice, typed = password) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: caller.mxid },
  password: typed,
  ...(session === undefined ? {} : { session }),
});

/** What the client is asked to go on with. */
async function challengeOf(work: Promise<unknown>): Promise<Readonly<Record<string, unknown>>> {
  const fault = await faultOf(work);
  if (fault.kind !== 'authentication_incomplete') expect.fail(fault.kind);
  return fault.body;
}

async function addWithPassword(session: ProofSession, caller = alice): Promise<void> {
  const challenge = await challengeOf(add(session, undefined, caller));
  await add(session, passwordStage(challenge['session'], caller), caller);
}

const removal = (of: { readonly medium: string; readonly address: string }, idServer?: string): AddressRemoval => ({
  ...of,
  idServer,
  body: { ...of, ...(idServer === undefined ? {} : { id_server: idServer }) },
});

describe('the list', () => {
  it('has what the homeserver keeps, then what is kept here, and nothing twice', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await relay.keep(alice.mxid, 'email', 'second@mail.test');
    await relay.keep(alice.mxid, 'email', email.address);
    await relay.keep(bob.mxid, 'msisdn', phone.address);
    expect(await relay.addresses.list(alice)).toEqual([
      { ...email, validatedAt: 1_535_176_800_000, addedAt: 1_535_176_800_001 },
      { medium: 'email', address: 'second@mail.test', validatedAt: 1, addedAt: 2 },
    ]);
    expect(asked()).toMatchObject([
      { headers: { authorization: `Bearer ${alice.accessToken.reveal()}`, 'x-forwarded-for': alice.clientAddress } },
    ]);
  });

  it('is ours where the homeserver has none', async () => {
    await relay.keep(alice.mxid, 'msisdn', phone.address);
    expect(await listed()).toEqual(['msisdn 447470674927']);
  });

  it('leaves out what is no address', async () => {
    const entry = { ...email, validated_at: 1, added_at: 2 };
    const threepids = [entry, { ...entry, medium: 'pigeon' }, { medium: 'email' }, null];
    homeserver.intercept((response) => sendJson(response, { status: 200, body: { threepids } }));
    expect(await listed()).toEqual(['email alice@mail.test']);
  });

  it.each<[string, number, object, AccountFault]>([
    ['that it refuses', 403, { errcode: 'M_FORBIDDEN' }, refused(403, { errcode: 'M_FORBIDDEN' })],
    ['without that path for another reason', 404, { errcode: 'M_NOT_FOUND' }, refused(404, { errcode: 'M_NOT_FOUND' })],
    ['that is none', 200, { threepids: 'many' }, { kind: 'homeserver_unreachable' }],
  ])('passes an answer %s on', async (_, status, body, fault) => {
    homeserver.intercept((response) => sendJson(response, { status, body: { ...body } }));
    expect(await faultOf(relay.addresses.list(alice))).toEqual(fault);
  });
});

describe('a token', () => {
  it.each(['email', 'msisdn'] as const)(
    'for an address (%s) is the homeserver’s where it can send one',
    async (medium) => {
      homeserver.addresses.support = 'full';
      const request = tokenRequest(medium, medium === 'email' ? email.address : '07470674927', alice);
      expect(await relay.addresses.requestToken(request)).toEqual({
        sid: expect.any(String),
        submit_url: 'https://home.test/submit',
        'org.example.kept': true,
      });
      expect(asked()).toMatchObject([
        {
          path: `/_matrix/client/v3/account/3pid/${medium}/requestToken`,
          headers: { 'x-forwarded-for': '203.0.113.7', authorization: `Bearer ${alice.accessToken.reveal()}` },
          body: request.body,
        },
      ]);
      expect(relay.messenger.sent).toEqual([]);
    },
  );

  it('is asked for without an access token where there is none', async () => {
    homeserver.addresses.support = 'full';
    await relay.addresses.requestToken(tokenRequest('email', email.address, undefined));
    expect(asked()[0]?.headers).not.toHaveProperty('authorization');
  });

  it.each(incapable)('is ours where the homeserver can send none (%s)', async (support) => {
    homeserver.addresses.support = support;
    const reply = await relay.addresses.requestToken(tokenRequest('email', email.address, alice));
    expect(reply).toMatchObject({ submit_url: 'https://door.test/email/submit' });
    expect(relay.messenger.sent).toMatchObject([{ kind: 'email_validation', to: email.address }]);
  });

  it.each([
    [400, { errcode: 'M_FORBIDDEN', error: '3PID changes are disabled on this server' }],
    [403, { errcode: 'M_THREEPID_DENIED', error: 'Not here', 'org.example.kept': 1 }],
    [400, { errcode: 'M_THREEPID_IN_USE', error: 'Email is already in use' }],
    [404, { errcode: 'M_NOT_FOUND', error: 'No' }],
    [500, { errcode: 'M_UNKNOWN', error: 'Internal server error' }],
  ])('that the homeserver refuses is not sent by us: %i %j', async (status, body) => {
    homeserver.intercept((response) => sendJson(response, { status, body }));
    const fault = await faultOf(relay.addresses.requestToken(tokenRequest('email', email.address, alice)));
    expect(fault).toEqual(refused(status, body));
    expect(relay.messenger.sent).toEqual([]);
  });

  it('is not sent by us either while the homeserver is down', async () => {
    homeserver.intercept((response) => response.destroy());
    const asking = relay.addresses.requestToken(tokenRequest('email', email.address, alice));
    expect(await faultOf(asking)).toEqual({ kind: 'homeserver_unreachable' });
    expect(relay.messenger.sent).toEqual([]);
  });

  describe('for an address that another account has here', () => {
    beforeEach(async () => {
      homeserver.addresses.support = 'full';
      await relay.keep(bob.mxid, 'email', email.address);
    });

    it('is refused to users who say who they are, and the homeserver is not asked', async () => {
      const asking = relay.addresses.requestToken(tokenRequest('email', 'ALICE@mail.test', alice));
      expect(await faultOf(asking)).toEqual({ kind: 'address_in_use' });
      expect(asked()).toEqual([]);
    });

    it('goes to strangers as for any other, and what they prove with it cannot be added', async () => {
      const request = tokenRequest('email', email.address, undefined);
      const { sid } = await relay.addresses.requestToken(request);
      homeserver.addresses.prove(String(sid));
      const session = { sid: String(sid), clientSecret: request.clientSecret };
      expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'address_in_use' });
      const addDirectly = relay.addresses.addWithoutAuthentication(alice, session, {
        three_pid_creds: bodyOf(session),
      });
      expect(await faultOf(addDirectly)).toEqual({ kind: 'address_in_use' });
      expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    });

    it('is no trouble to that account', async () => {
      const request = tokenRequest('email', email.address, bob);
      const { sid } = await relay.addresses.requestToken(request);
      homeserver.addresses.prove(String(sid));
      await add({ sid: String(sid), clientSecret: request.clientSecret }, passwordStage(undefined, bob), bob);
      expect(await listed(bob)).toEqual(['email alice@mail.test']);
    });
  });

  it('is refused where changes are not allowed here, and stays the homeserver’s where it can send one', async () => {
    const strict = await openRelayAddresses(homeserver.url, 'home.test', { mayChange: false });
    try {
      const asking = () => strict.addresses.requestToken(tokenRequest('email', email.address, alice));
      expect(await faultOf(asking())).toEqual({ kind: 'address_changes_disabled' });
      homeserver.addresses.support = 'full';
      expect(await asking()).toHaveProperty('sid');
    } finally {
      await strict.close();
    }
  });
});

describe('adding what the homeserver has proven', () => {
  let session: ProofSession;
  beforeEach(async () => {
    homeserver.addresses.support = 'full';
    const { sid } = await relay.addresses.requestToken(tokenRequest('email', email.address, alice));
    session = { sid: String(sid), clientSecret: 'a.secret' };
    homeserver.addresses.prove(session.sid);
  });

  it('takes the homeserver’s own authentication, in its words, at the same path', async () => {
    const body = { ...bodyOf(session), 'org.example.kept': [1] };
    const challenge = await challengeOf(relay.addresses.add(alice, session, undefined, body));
    expect(challenge).toEqual({
      session: expect.any(String),
      flows: [{ stages: ['m.login.password'] }],
      params: {},
      'org.example.kept': true,
    });
    const auth = passwordStage(challenge['session'], alice, 'wrong');
    const again = await challengeOf(relay.addresses.add(alice, session, auth, { ...body, auth }));
    expect(again).toMatchObject({ session: challenge['session'], errcode: 'M_FORBIDDEN', completed: [] });
    expect(await listed()).toEqual([]);

    const right = passwordStage(challenge['session']);
    await relay.addresses.add(alice, session, right, { ...body, auth: right });
    expect(await listed()).toEqual(['email alice@mail.test']);
    const adding = asked().filter(({ path }) => path.endsWith('/account/3pid/add'));
    expect(adding.map((request) => request.body)).toEqual([body, { ...body, auth }, { ...body, auth: right }]);
    expect(paths()).not.toContain('POST /delete_devices');
  });

  it('passes on what the homeserver says to a session that it does not know', async () => {
    const fault = await faultOf(add({ sid: 'unknown', clientSecret: 'a.secret' }, passwordStage(undefined)));
    expect(fault).toMatchObject({ kind: 'refused_upstream', status: 400, body: { errcode: 'M_THREEPID_AUTH_FAILED' } });
  });

  it('works without authentication where the homeserver lets it, in whatever spelling', async () => {
    await relay.addresses.addWithoutAuthentication(alice, session, { threePidCreds: bodyOf(session), bind: false });
    expect(await listed()).toEqual(['email alice@mail.test']);
    expect(asked().find(({ path }) => path.endsWith('/account/3pid'))?.body).toEqual({
      threePidCreds: bodyOf(session),
      bind: false,
    });
  });
});

describe.each(incapable)('adding what was proven here (%s)', (support) => {
  beforeEach(() => {
    homeserver.addresses.support = support;
  });

  it('takes the homeserver’s own authentication, and no login', async () => {
    const session = await prove(email);
    const before = devices();
    const challenge = await challengeOf(add(session));
    expect(challenge).toMatchObject({ flows: [{ stages: ['m.login.password'] }], 'org.example.kept': true });
    expect(await listed()).toEqual([]);
    await add(session, passwordStage(challenge['session']));
    expect(await listed()).toEqual(['email alice@mail.test']);
    expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    expect(devices()).toBe(before);
    const authentications = asked().filter(({ path }) => path.endsWith('/delete_devices'));
    expect(authentications.map(({ body }) => body['devices'])).toEqual([[], [], []]);
  });

  it('takes the password in the first request', async () => {
    await add(await prove(phone), passwordStage(undefined));
    expect(await listed()).toEqual(['msisdn 447470674927']);
  });

  it('asks again after a wrong password, for the same session', async () => {
    const session = await prove(email);
    const challenge = await challengeOf(add(session));
    const again = await challengeOf(add(session, passwordStage(challenge['session'], alice, 'wrong')));
    expect(again).toMatchObject({ session: challenge['session'], errcode: 'M_FORBIDDEN', completed: [] });
    expect(await listed()).toEqual([]);
    await add(session, passwordStage(again['session']));
    expect(await listed()).toHaveLength(1);
  });

  it('does not take an authentication for something else', async () => {
    const [one, other] = [await prove(email), await prove({ medium: 'email', address: 'other@mail.test' })];
    const challenge = await challengeOf(add(one));
    const again = await challengeOf(add(other, passwordStage(challenge['session'])));
    expect(again['session']).not.toBe(challenge['session']);
    expect(again).not.toHaveProperty('errcode');

    // A session of this homeserver for removing devices, which the client has completed for itself.
    await challengeOf(add(one, { session: await completeElsewhere() }));
    expect(await listed()).toEqual([]);
  });

  it('does not take an authentication twice', async () => {
    const session = await prove(email);
    const challenge = await challengeOf(add(session));
    await add(session, passwordStage(challenge['session']));
    await relay.addresses.remove(alice, removal(email));
    await challengeOf(add(await prove(email), { session: challenge['session'] }));
  });

  it('does not take an authentication that was begun long ago', async () => {
    const session = await prove(email);
    const challenge = await challengeOf(add(session));
    await relay.clock.advance(15 * minute);
    await challengeOf(add(session, passwordStage(challenge['session'])));
    expect(await listed()).toEqual([]);
  });

  it('is refused where the homeserver lets authentication be skipped, with the right password too', async () => {
    const session = await prove(email);
    homeserver.addresses.skipsAuthentication = true;
    expect(await faultOf(add(session))).toEqual({ kind: 'authentication_unsupported' });
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'authentication_unsupported' });
    expect(await listed()).toEqual([]);
  });

  it('is refused where the address was not proven', async () => {
    const { sid } = await relay.addresses.requestToken(tokenRequest('email', email.address, alice));
    const session = { sid: String(sid), clientSecret: 'a.secret' };
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'address_not_proven' });
  });

  it('is refused where another user has proven it', async () => {
    const session = await prove(email);
    expect(await faultOf(add(session, passwordStage(undefined, bob), bob))).toEqual({ kind: 'address_not_proven' });
    expect(await listed(bob)).toEqual([]);
  });

  it('succeeds for one of two who prove one address', async () => {
    const first = await prove(email, undefined);
    const { sid } = await relay.addresses.requestToken(
      tokenRequest('email', email.address, undefined, { clientSecret: 'another.secret' }),
    );
    const second = { sid: String(sid), clientSecret: 'another.secret' };
    const token = new Secret(relay.messenger.tokens().at(-1) ?? '');
    await relay.validation.submitToken({ purpose: 'account', ...second }, token, undefined);
    const outcomes = await Promise.allSettled([
      add(first, passwordStage(undefined)),
      add(second, passwordStage(undefined, bob), bob),
    ]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect([...(await listed()), ...(await listed(bob))]).toEqual(['email alice@mail.test']);
  });

  it('loses nothing while the homeserver is down', async () => {
    const session = await prove(email);
    homeserver.intercept((response) => response.destroy());
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'homeserver_unreachable' });
    homeserver.intercept(undefined);
    await addWithPassword(session);
    expect(await listed()).toEqual(['email alice@mail.test']);
  });

  it('passes on that the homeserver has had too many attempts', async () => {
    const session = await prove(email);
    const body = { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 1500 };
    homeserver.intercept((response) => sendJson(response, { status: 429, body }, { 'Retry-After': '2' }));
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ ...refused(429, body), retryAfter: '2' });
  });

  it('works once without authentication, where the surface lets it', async () => {
    const session = await prove(email);
    const post = () => relay.addresses.addWithoutAuthentication(alice, session, { three_pid_creds: bodyOf(session) });
    await post();
    expect(await listed()).toEqual(['email alice@mail.test']);
    expect(await faultOf(post())).toMatchObject(
      support === 'none' ? { kind: 'address_not_proven' } : { body: { errcode: 'M_THREEPID_AUTH_FAILED' } },
    );
  });
});

describe('a session of one purpose', () => {
  it('is unknown where one of another is needed, so that a homeserver that asks us for proofs gets only its own', async () => {
    homeserver.addresses.support = 'none';
    const request = { medium: 'email', address: 'alice@mail.test' } as const;
    const { sid } = await relay.validation.requestToken({
      purpose: 'identity',
      typed: request,
      clientSecret: 'a.secret',
      sendAttempt: 1,
      nextLink: undefined,
      asker: { client: undefined, mxid: undefined },
    });
    const session = { sid, clientSecret: 'a.secret' };
    const token = new Secret(relay.messenger.tokens().at(-1) ?? '');
    await relay.validation.submitToken({ purpose: 'identity', ...session }, token, undefined);
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'address_not_proven' });
    expect(paths()).toEqual(['POST /account/3pid/add']);

    const ours = await prove(phone);
    const asHomeserver = relay.validation.loadValidated({ purpose: 'identity', ...ours });
    expect(await faultOf(asHomeserver)).toEqual({ kind: 'session_unknown' });
  });
});

describe('where another service has the passwords', () => {
  beforeEach(() => {
    homeserver.addresses.support = 'delegated';
  });

  it('nothing is added that was proven here, for nobody can be authenticated', async () => {
    const session = await prove(email);
    expect(await faultOf(add(session))).toEqual({ kind: 'authentication_unsupported' });
    expect(await faultOf(add(session, passwordStage(undefined)))).toEqual({ kind: 'authentication_unsupported' });
    expect(await listed()).toEqual([]);
  });

  it('what it keeps is listed, and its refusal to remove that is passed on', async () => {
    homeserver.addresses.add(alice.mxid, email);
    expect(await listed()).toEqual(['email alice@mail.test']);
    expect(await faultOf(relay.addresses.remove(alice, removal(email)))).toMatchObject({
      kind: 'refused_upstream',
      status: 404,
      body: { errcode: 'M_UNRECOGNIZED' },
    });
  });

  it('what is kept here can be removed', async () => {
    await relay.keep(alice.mxid, 'msisdn', phone.address);
    await relay.addresses.remove(alice, removal(phone));
    expect(await listed()).toEqual([]);
  });
});

describe('removing', () => {
  it('takes an address from wherever it is', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await relay.keep(alice.mxid, 'email', email.address);
    await relay.keep(alice.mxid, 'msisdn', phone.address);
    await relay.addresses.remove(alice, removal({ ...email, address: 'alice@mail.test' }));
    expect(await listed()).toEqual(['msisdn 447470674927']);
    expect(homeserver.addresses.listOf(alice.mxid)).toEqual([]);
    await relay.addresses.remove(alice, removal({ ...phone, address: '+44 7470 674927' }));
    expect(await listed()).toEqual([]);
    expect(paths().filter((path) => path.endsWith('/delete'))).toHaveLength(1);
  });

  it.each<AddressSupport>(['full', 'none'])('what nobody has is no error (%s)', async (support) => {
    homeserver.addresses.support = support;
    await relay.keep(bob.mxid, 'email', email.address);
    expect(await relay.addresses.remove(alice, removal(email))).toBe('no-support');
    expect(await listed(bob)).toEqual(['email alice@mail.test']);
  });

  it('leaves everything where it is when the homeserver refuses, or is down', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    await relay.keep(alice.mxid, 'email', email.address);
    const stored = () => relay.database.transaction((tx) => tx.accountAddresses.listByUser(alice.mxid));
    const threepids = homeserver.addresses.listOf(alice.mxid);
    const body = { errcode: 'M_FORBIDDEN', error: '3PID changes are disabled on this server' };
    homeserver.intercept((response, { method }) =>
      sendJson(response, method === 'GET' ? { status: 200, body: { threepids } } : { status: 400, body }),
    );
    expect(await faultOf(relay.addresses.remove(alice, removal(email)))).toEqual(refused(400, body));
    homeserver.intercept((response) => response.destroy());
    expect(await faultOf(relay.addresses.remove(alice, removal(email)))).toEqual({ kind: 'homeserver_unreachable' });
    expect(await stored()).toHaveLength(1);
    expect(relay.publications.asked).toEqual([]);
  });

  it('unbinds at ourselves without the homeserver', async () => {
    homeserver.addresses.support = 'full';
    homeserver.addresses.add(alice.mxid, email);
    relay.publications.unbindResult = 'success';
    expect(await relay.addresses.remove(alice, removal(email, ownIdServer))).toBe('success');
    expect(relay.publications.asked).toEqual([['unbind', alice.mxid, email, ownIdServer]]);
    expect(asked().find(({ path }) => path.endsWith('/delete'))?.body).toEqual(email);
  });

  it('lets the homeserver unbind elsewhere', async () => {
    homeserver.addresses.support = 'full';
    await relay.keep(alice.mxid, 'email', email.address);
    expect(await relay.addresses.remove(alice, removal(email, 'vector.test'))).toBe('success');
    expect(relay.publications.asked).toEqual([]);
    expect(asked().at(-1)).toMatchObject({
      path: '/_matrix/client/v3/account/3pid/unbind',
      body: { ...email, id_server: 'vector.test' },
    });
    expect(await listed()).toEqual([]);
  });

  it('takes what is kept here away, also where it cannot be unbound', async () => {
    homeserver.addresses.support = 'none';
    await relay.keep(alice.mxid, 'email', email.address);
    homeserver.intercept((response, { path }) => {
      const status = path.endsWith('/unbind') ? 500 : 404;
      sendJson(response, { status, body: { errcode: status === 500 ? 'M_UNKNOWN' : 'M_UNRECOGNIZED', error: '' } });
    });
    expect(await relay.addresses.remove(alice, removal(email, 'vector.test'))).toBe('no-support');
    homeserver.intercept(undefined);
    expect(await listed()).toEqual([]);
  });

  it('asks every side where no identity server is named', async () => {
    homeserver.addresses.support = 'unproven';
    await relay.keep(alice.mxid, 'email', email.address);
    relay.publications.unbindResult = 'success';
    expect(await relay.addresses.remove(alice, removal(email))).toBe('success');
    expect(relay.publications.asked).toEqual([['unbind', alice.mxid, email, undefined]]);
    expect(paths()).toContain('POST /account/3pid/unbind');
  });
});

describe('publishing', () => {
  const session = { sid: 'of.the.identity.server', clientSecret: 'a.secret' };
  const idAccessToken = new Secret('id_access_token');

  it('at ourselves does not touch the homeserver', async () => {
    const server = { idServer: ownIdServer, idAccessToken };
    await relay.addresses.bind(alice, session, server, {});
    relay.publications.unbindResult = 'success';
    expect(await relay.addresses.unbind(alice, removal(email, ownIdServer))).toBe('success');
    expect(relay.publications.asked).toEqual([
      ['bind', alice.mxid, session, server],
      ['unbind', alice.mxid, email, ownIdServer],
    ]);
    expect(asked()).toEqual([]);
  });

  it('elsewhere is the homeserver’s, as it came', async () => {
    homeserver.addresses.support = 'full';
    const body = { ...bodyOf(session), id_server: 'vector.test', id_access_token: 'x', 'org.example.kept': 1 };
    await relay.addresses.bind(alice, session, { idServer: 'vector.test', idAccessToken }, body);
    expect(await relay.addresses.unbind(alice, removal(email, 'vector.test'))).toBe('success');
    expect(asked()).toMatchObject([
      { path: '/_matrix/client/v3/account/3pid/bind', body },
      { path: '/_matrix/client/v3/account/3pid/unbind', body: { ...email, id_server: 'vector.test' } },
    ]);
    expect(relay.publications.asked).toEqual([]);
  });

  it('elsewhere is refused in the homeserver’s words', async () => {
    const bind = relay.addresses.bind(alice, session, { idServer: 'vector.test', idAccessToken }, {});
    expect(await faultOf(bind)).toMatchObject({ kind: 'refused_upstream', status: 404 });
    expect(await relay.addresses.unbind(alice, removal(email, 'vector.test'))).toBe('no-support');
  });

  it.each([
    ['success', 'no-support'],
    ['no-support', 'no-support'],
  ] as const)('ends on every side where no identity server is named: here %s', async (here, result) => {
    homeserver.addresses.support = 'full';
    relay.publications.unbindResult = here;
    expect(await relay.addresses.unbind(alice, removal(email))).toBe(here === 'success' ? 'success' : result);
    expect(paths()).toEqual(['POST /account/3pid/unbind']);
  });
});

describe('users of other servers', () => {
  it('have nothing here', async () => {
    const stranger = callerOf('@alice:elsewhere.test', alice.accessToken.reveal());
    const session = await prove(email, undefined);
    await relay.keep(stranger.mxid as Mxid, 'msisdn', phone.address);
    const faults = await Promise.all([
      faultOf(relay.addresses.list(stranger)),
      faultOf(relay.addresses.requestToken(tokenRequest('email', 'new@mail.test', stranger))),
      faultOf(add(session, passwordStage(undefined), stranger)),
      faultOf(relay.addresses.addWithoutAuthentication(stranger, session, {})),
      faultOf(relay.addresses.remove(stranger, removal(phone))),
      faultOf(relay.addresses.unbind(stranger, removal(phone))),
    ]);
    expect(faults).toEqual(faults.map(() => ({ kind: 'homeserver_unreachable' })));
  });
});

/** Completes the homeserver's authentication for removing devices, past us; answers its session. */
async function completeElsewhere(): Promise<string> {
  const post = async (body: object) => {
    const response = await fetch(`${homeserver.url}/_matrix/client/v3/delete_devices`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${alice.accessToken.reveal()}` },
      body: JSON.stringify({ devices: [], ...body }),
    });
    return { status: response.status, body: (await response.json()) as Readonly<Record<string, unknown>> };
  };
  const session = String((await post({})).body['session']);
  expect((await post({ auth: passwordStage(session) })).status).toBe(200);
  return session;
}

function refused(status: number, body: Readonly<Record<string, unknown>>): AccountFault {
  return { kind: 'refused_upstream', status, body, retryAfter: undefined };
}
