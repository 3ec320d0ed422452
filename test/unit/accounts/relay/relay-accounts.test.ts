import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AccountFailure, type AccountFailureDetails } from '../../../../src/accounts/failure.js';
import { readIdentifier } from '../../../../src/accounts/read-identifier.js';
import type { Mxid } from '../../../../src/base/mxid.js';
import { HomeserverFailure } from '../../../../src/matrix/failure.js';
import { Secret } from '../../../../src/base/secret.js';
import { otherLogin, passwordLogin, tokenLogin } from '../../../contract/account-authority.js';
import { sendJson, startFakeHomeserver, type FakeHomeserver } from '../../../support/fake-homeserver.js';
import { createTestRelay, type RelayUnderTest } from '../../../support/relay-accounts.js';

const here = '203.0.113.7';
const password = 'correct horse';
let homeserver: FakeHomeserver;
let relay: RelayUnderTest;
let alice: Mxid;

beforeEach(async () => {
  homeserver = await startFakeHomeserver('home.test');
  relay = createTestRelay(homeserver.url, 'home.test');
  alice = homeserver.addUser('alice', password) as Mxid;
});
afterEach(() => homeserver.close());

const sent = () => homeserver.requests.map(({ body }) => body);
const logIn = (identifier: object, more = {}) =>
  relay.authority.logIn(passwordLogin(identifier as Record<string, unknown>, password, more));
const answerWith = (status: number, body: Record<string, unknown>, headers: Record<string, string> = {}) =>
  homeserver.intercept((response) => sendJson(response, { status, body }, headers));

async function failureOf(work: Promise<unknown>): Promise<AccountFailureDetails> {
  const error: unknown = await work.then(
    () => expect.fail('it worked'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof AccountFailure)) throw error;
  return error.details;
}

describe('a login that the relay forwards', () => {
  const alone = { type: 'm.login.password', password };
  const byName = (user: string) => ({ ...alone, identifier: { type: 'm.id.user', user } });
  const byMail = (address: string) => ({ ...alone, identifier: { type: 'm.id.thirdparty', medium: 'email', address } });
  const byPhone = {
    ...alone,
    identifier: { type: 'm.id.thirdparty', medium: 'msisdn', address: '447470674927' },
  };
  const passOn = async (body: Record<string, unknown>) => {
    const proof = { kind: 'password', identifier: readIdentifier(body), password: new Secret(password) } as const;
    await relay.authority.logIn({ ...passwordLogin({}, password), body, proof }).catch(() => undefined);
    return sent();
  };

  it.each([
    [
      { user: 'alice', 'org.example.extra': { a: [1] } },
      { ...byName('alice'), 'org.example.extra': { a: [1] } },
    ],
    [{ user: ' alice\u200b\n' }, byName('alice')],
    [{ identifier: { type: 'm.id.user', user: '@alice:elsewhere.test', extra: 1 } }, byName('@alice:elsewhere.test')],
    [{ medium: 'email', address: 'Unknown@Mail.test' }, byMail('unknown@mail.test')],
    [{ identifier: { medium: 'email', address: 'unknown@mail.test' } }, byMail('unknown@mail.test')],
    [{ medium: 'email', address: ' un\u00adknown@Bücher.test' }, byMail('unknown@bücher.test')],
    [{ medium: 'email', address: 'unknown@Straẞe.test' }, byMail('unknown@xn--strae-oqa.test')],
    [
      { medium: 'email', address: 'a@b', device_id: 'KITCHEN', initial_device_display_name: 'ü' },
      { ...byMail('a@b'), device_id: 'KITCHEN', initial_device_display_name: 'ü' },
    ],
    [{ identifier: { type: 'm.id.phone', country: 'GB', phone: '07470 674927' } }, byPhone],
    [{ identifier: { type: 'm.id.phone', country: 'gb', number: '07470674927' } }, byPhone],
    [{ identifier: { type: 'm.id.phone', country: 'XX', phone: '+447470674927', number: '1' } }, byPhone],
    [{ identifier: { type: 'm.id.phone', phone: '+44 (0)7470 674927' } }, byPhone],
    [{ identifier: { type: 'm.id.thirdparty', medium: 'msisdn', address: '+447470674927' } }, byPhone],
    [{ medium: 'msisdn', address: '+447470674927', user: 'bob' }, byPhone],
  ])('contains the identified user once: %j', async (written, passedOn) => {
    expect(await passOn({ ...alone, ...written })).toEqual([passedOn]);
  });

  const victim = { type: 'm.id.user', user: 'victim' };
  it.each([
    { user: 'decoy', identifier: victim },
    { user: 'decoy', medium: 'email', identifier: victim },
    { user: 'decoy', address: 'victim@mail.test' },
    { user: 'decoy', Identifier: victim },
    { user: 'decoy', IDENTIFIER: victim, Type: 'm.login.token', TOKEN: 'x' },
    { user: 'decoy', USER: 'victim' },
    { identifier: { type: 'm.id.user', user: 'decoy', User: 'victim', address: 'victim@mail.test' } },
    { identifier: { type: 'm.id.user', user: 'decoy', medium: 'email', address: 'victim@mail.test' } },
    { user: 'decoy', Password: 'other', 'u\u017fer': 'victim', 'to\u212aen': 'x' },
  ])('contains no user that was not counted: %j', async (written) => {
    expect(await passOn({ ...alone, ...written })).toEqual([byName('decoy')]);
  });

  it('of another type has no members either that differ in case only', async () => {
    const login = tokenLogin(new Secret('token'));
    const body = { ...login.body, Type: 'm.login.password', Identifier: victim, PASSWORD: password, Extra: 1 };
    await failureOf(relay.authority.logIn({ ...login, body }));
    expect(sent()).toEqual([{ ...login.body, Extra: 1 }]);
  });

  it.each([
    { type: 'm.id.phone', country: 'GB', phone: 'none' },
    { type: 'm.id.phone', country: 'GB', phone: 'none', number: '07470 674927' },
    { type: 'm.id.thirdparty', medium: 'email', address: '"victim"@mail.test' },
    { type: 'm.id.thirdparty', medium: 'email', address: 'a@b@c' },
    { type: 'm.id.thirdparty', medium: 'Email', address: 'victim@mail.test' },
  ])('is refused here if its 3PID has no canonical form: %j', async (identifier) => {
    expect(await failureOf(logIn(identifier))).toEqual({ kind: 'wrong_credentials' });
    expect(sent()).toEqual([]);
  });

  it('requests refresh tokens only if the client supports them', async () => {
    const attempt = passwordLogin({ type: 'm.id.user', user: 'alice' }, password, { refresh_token: true });
    await relay.authority.logIn(attempt);
    await relay.authority.logIn({ ...attempt, wantsRefreshToken: false });
    expect(sent().map((body) => body['refresh_token'])).toEqual([true, undefined]);
  });

  it('may be of a type that only the homeserver supports, and contains the access token of an application service', async () => {
    const attempt = otherLogin('m.login.application_service', 'alice');
    await failureOf(relay.authority.logIn({ ...attempt, accessToken: new Secret('as_token') }));
    expect(homeserver.requests).toMatchObject([
      { body: attempt.body, headers: { authorization: 'Bearer as_token', 'x-forwarded-for': here } },
    ]);
  });

  it('may use a login token', async () => {
    const { accessToken } = await logIn({ type: 'm.id.user', user: 'alice' });
    const token = homeserver.mint(accessToken.reveal());
    await relay.authority.logIn(tokenLogin(new Secret(token)));
    expect(sent()[1]).toEqual({ type: 'm.login.token', token });
  });
});

describe('a login by a 3PID of an account', () => {
  it('is forwarded as one by Matrix ID, without members that could identify another user', async () => {
    relay.addresses.set('email alice@mail.test', alice);
    const attempt = passwordLogin({ type: 'm.id.thirdparty', medium: 'email', address: 'ALICE@mail.test' }, password);
    const body = { ...attempt.body, user: 'bob', medium: 'email', address: 'bob@mail.test', device_id: 'KITCHEN' };
    await relay.authority.logIn({ ...attempt, body });
    expect(sent()).toEqual([
      { type: 'm.login.password', identifier: { type: 'm.id.user', user: alice }, password, device_id: 'KITCHEN' },
    ]);
  });

  it('is forwarded by that 3PID if the account is on another server, which is logged', async () => {
    relay.addresses.set('email alice@mail.test', '@alice:elsewhere.test' as Mxid);
    const identifier = { type: 'm.id.thirdparty', medium: 'email', address: 'alice@mail.test' };
    await failureOf(logIn(identifier));
    expect(sent()).toMatchObject([{ identifier }]);
    expect(relay.log.lines).toMatchObject([{ level: 'warn', fields: { mxid: '@alice:elsewhere.test' } }]);
  });
});

describe('the answer to a login', () => {
  it('keeps the homeserver’s additional members', async () => {
    const body = { user_id: alice, access_token: 'syt', device_id: 'D', home_server: 'home.test', 'org.example': [1] };
    answerWith(200, body);
    const grant = await logIn({ type: 'm.id.user', user: 'alice' });
    expect(grant).toMatchObject({ mxid: alice, deviceId: 'D', refreshToken: undefined, expiresInMs: undefined });
    expect(grant.accessToken.reveal()).toBe('syt');
    expect(grant.extra).toEqual({ home_server: 'home.test', 'org.example': [1] });
  });

  it.each([
    [429, { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 1500 }, '2'],
    [401, { errcode: 'M_USER_LOCKED', error: 'Locked', soft_logout: true }, undefined],
    [403, { errcode: 'M_FORBIDDEN', error: 'Invalid username or password', 'org.example': { a: 1 } }, undefined],
    [500, { errcode: 'M_UNKNOWN', error: 'Internal server error' }, undefined],
    [401, { error: 'Unknown user' }, undefined],
    [400, { errcode: 7, error: { text: 'No' } }, undefined],
    [502, { message: 'no server is available' }, undefined],
  ])('%i %j is returned unchanged', async (status, body, retryAfter) => {
    answerWith(status, body, retryAfter === undefined ? {} : { 'Retry-After': retryAfter });
    const fault = { kind: 'refused_upstream', status, body, retryAfter };
    expect(await failureOf(logIn({ type: 'm.id.user', user: 'alice' }))).toEqual(fault);
    expect(await failureOf(relay.authority.loginFlows(here))).toEqual(fault);
    expect(await failureOf(relay.authority.whoAmI(new Secret('syt'), here))).toEqual(fault);
  });

  it.each([
    [200, {}],
    [200, { user_id: 'alice', access_token: 'syt', device_id: 'D' }],
    [200, { user_id: '@alice:home.test', access_token: 7, device_id: 'D' }],
    [200, { user_id: '@alice:elsewhere.test', access_token: 'syt', device_id: 'D' }],
    [204, { user_id: '@alice:home.test', access_token: 'syt', device_id: 'D' }],
  ])('%i %j does not come from our homeserver', async (status, body) => {
    answerWith(status === 204 ? 202 : status, body);
    expect(await failureOf(logIn({ type: 'm.id.user', user: 'alice' }))).toEqual({ kind: 'homeserver_unreachable' });
  });

  it('may have null for an optional member, and its server name in another case', async () => {
    const id = '@alice:HOME.test';
    answerWith(200, { user_id: id, access_token: 'syt', device_id: 'D', refresh_token: null, expires_in_ms: null });
    const grant = await logIn({ type: 'm.id.user', user: 'alice' });
    expect(grant).toMatchObject({ mxid: id, refreshToken: undefined, expiresInMs: undefined });
    answerWith(200, { user_id: id, device_id: null, is_guest: null });
    expect(await relay.authority.whoAmI(new Secret('syt'), here)).toEqual({ mxid: id, deviceId: undefined });
  });

  it('that does not come means an unreachable homeserver, for every query', async () => {
    homeserver.intercept((response) => void response.socket?.destroy());
    const fault = { kind: 'homeserver_unreachable' };
    expect(await failureOf(logIn({ type: 'm.id.user', user: 'alice' }))).toEqual(fault);
    expect(await failureOf(relay.authority.loginFlows(here))).toEqual(fault);
    expect(await failureOf(relay.authority.whoAmI(new Secret('syt'), here))).toEqual(fault);
  });
});

describe('the login types', () => {
  it('are requested once for all concurrent callers, and cached for ten seconds', async () => {
    const ask = () => relay.authority.loginFlows(here);
    await Promise.all([ask(), ask()]);
    await relay.clock.advance(9_999);
    expect(await ask()).toContainEqual({ type: 'm.login.password' });
    expect(homeserver.requests).toHaveLength(1);
    await relay.clock.advance(1);
    await ask();
    expect(homeserver.requests).toHaveLength(2);
  });

  it('are not cached after a failed request', async () => {
    answerWith(500, { errcode: 'M_UNKNOWN', error: 'No' });
    await failureOf(relay.authority.loginFlows(here));
    answerWith(200, { flows: [] });
    expect(await relay.authority.loginFlows(here)).toEqual([]);
  });
});

it('logins beyond the concurrency limit of the homeserver are rejected with a wait', async () => {
  const busy = () => Promise.reject(new HomeserverFailure({ kind: 'overloaded' }));
  const { authority } = createTestRelay(homeserver.url, 'home.test', {
    homeserver: { loginFlows: busy, logIn: busy, whoAmI: busy },
  });
  const fault = { kind: 'overloaded', retryAfterMs: 1000 };
  expect(await failureOf(authority.logIn(passwordLogin({ type: 'm.id.user', user: 'alice' }, password)))).toEqual(
    fault,
  );
});

it('a login that is nested too deeply is a client error', async () => {
  const deep: unknown = JSON.parse('['.repeat(200_000) + ']'.repeat(200_000));
  expect(await failureOf(logIn({ type: 'm.id.user', user: 'alice' }, { deep }))).toEqual({ kind: 'body_too_deep' });
});

describe('well_known', () => {
  const upstream = { 'm.homeserver': { base_url: 'https://matrix.test/' }, 'org.example': { kept: true } };
  it.each([
    ['is absent with the rule drop', 'drop', undefined],
    ['is that of the homeserver with the rule keep', 'keep', upstream],
    [
      'contains the configured base URLs',
      { homeserver: 'https://gangway.test', identityServer: 'https://id.test' },
      {
        'm.homeserver': { base_url: 'https://gangway.test' },
        'm.identity_server': { base_url: 'https://id.test' },
        'org.example': { kept: true },
      },
    ],
    [
      'contains no identity server if only a homeserver is configured',
      { homeserver: 'https://gangway.test', identityServer: undefined },
      { 'm.homeserver': { base_url: 'https://gangway.test' }, 'org.example': { kept: true } },
    ],
  ] as const)('%s', async (_, wellKnown, expected) => {
    relay = createTestRelay(homeserver.url, 'home.test', { wellKnown });
    expect((await logIn({ type: 'm.id.user', user: 'alice' })).extra['well_known']).toEqual(expected);
  });

  it('is created if the homeserver sends none and we have a base URL', async () => {
    relay = createTestRelay(homeserver.url, 'home.test', {
      wellKnown: { homeserver: 'https://gangway.test', identityServer: undefined },
    });
    answerWith(200, { user_id: alice, access_token: 'syt', device_id: 'D' });
    expect((await logIn({ type: 'm.id.user', user: 'alice' })).extra).toEqual({
      well_known: { 'm.homeserver': { base_url: 'https://gangway.test' } },
    });
  });
});

describe('the owner of an access token', () => {
  const questions = () => homeserver.requests.filter(({ path }) => path.endsWith('/whoami')).length;
  const whoAmI = (token: Secret) => relay.authority.whoAmI(token, here);

  it('is requested once in 30 seconds', async () => {
    const { accessToken } = await logIn({ type: 'm.id.user', user: 'alice' });
    await whoAmI(accessToken);
    await relay.clock.advance(29_999);
    await whoAmI(accessToken);
    expect(questions()).toBe(1);
    await relay.clock.advance(1);
    await whoAmI(accessToken);
    expect(questions()).toBe(2);
  });

  it('is requested once for all concurrent callers', async () => {
    const { accessToken } = await logIn({ type: 'm.id.user', user: 'alice' });
    await Promise.all([1, 2, 3].map(() => whoAmI(new Secret(accessToken.reveal()))));
    expect(questions()).toBe(1);
  });

  it('is not cached for invalid tokens', async () => {
    await failureOf(whoAmI(new Secret('syt_unknown')));
    await failureOf(whoAmI(new Secret('syt_unknown')));
    expect(questions()).toBe(2);
  });

  it.each([true, false])('is refused with soft_logout %s as the homeserver answers', async (softLogout) => {
    answerWith(401, { errcode: 'M_UNKNOWN_TOKEN', error: 'Expired', soft_logout: softLogout });
    expect(await failureOf(whoAmI(new Secret('syt')))).toEqual({ kind: 'token_unknown', softLogout });
  });

  it('may be an application service, which has no device', async () => {
    answerWith(200, { user_id: alice });
    expect(await whoAmI(new Secret('as_token'))).toEqual({ mxid: alice, deviceId: undefined });
  });

  it.each([
    [
      'a guest',
      { user_id: '@7:home.test', is_guest: true, device_id: 'D' },
      { kind: 'token_unknown', softLogout: false },
    ],
    ['a user of another server', { user_id: '@a:elsewhere.test' }, { kind: 'homeserver_unreachable' }],
  ])('is not accepted in %s', async (_, body, fault) => {
    answerWith(200, body);
    expect(await failureOf(whoAmI(new Secret('syt')))).toEqual(fault);
  });
});

describe('a login by a 3PID whose user only the relay finds', () => {
  const known = { type: 'm.id.thirdparty', medium: 'email', address: 'alice@mail.test' };
  const unknown = { type: 'm.id.thirdparty', medium: 'email', address: 'unknown@mail.test' };
  const forbidden = { errcode: 'M_FORBIDDEN', error: 'Invalid username or password' };

  it.each([
    ['limits the account', 429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 9000 }],
    ['has deactivated the account', 403, { errcode: 'M_USER_DEACTIVATED' }],
  ])('is answered as one by any other 3PID if the homeserver %s', async (_, status, body) => {
    relay.addresses.set('email alice@mail.test', alice);
    homeserver.intercept((response, request) => {
      const isAlice = JSON.stringify(request.body).includes(alice);
      sendJson(response, isAlice ? { status, body } : { status: 403, body: forbidden });
    });
    const refusal = await failureOf(logIn(unknown));
    expect(await failureOf(logIn(known))).toEqual(refusal);
    expect(refusal).toMatchObject({ kind: 'refused_upstream', status: 403 });
    const [, , last] = sent() as Record<string, unknown>[];
    expect(last).toMatchObject({ identifier: known });
    expect(last?.['password']).not.toBe(password);
  });

  it('gets the limit of its client, as any other', async () => {
    relay.addresses.set('email alice@mail.test', alice);
    answerWith(429, { errcode: 'M_LIMIT_EXCEEDED', retry_after_ms: 9000 });
    expect(await failureOf(logIn(known))).toEqual(await failureOf(logIn(unknown)));
  });
});
