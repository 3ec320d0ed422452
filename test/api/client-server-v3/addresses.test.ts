import { afterEach, describe, expect, it } from 'vitest';
import { startClientServer, type ClientServer, type ClientServerOptions } from '../../support/client-server.js';
import type { TestUser } from '../../support/address-steps.js';
import { lookupCaller } from '../../support/identity-limits.js';

const prefixes = ['/_matrix/client/v3', '/_matrix/client/r0', '/_matrix/client/unstable'] as const;
const [v3] = prefixes;
const submission = '/_matrix/client/unstable/add_threepid';
const secret = 'monkeys_are_GREAT';

let server: ClientServer;
let alice: TestUser;

afterEach(() => server.close());

async function start(options?: ClientServerOptions): Promise<void> {
  server = await startClientServer(options);
  alice = await server.contacts.logInNew('alice');
}

const tokenOf = ({ caller }: TestUser) => caller.accessToken.reveal();
const as = (user: TestUser, method: string, path: string, body?: unknown) =>
  server.call(method, path, body, tokenOf(user));
const lastToken = () => server.contacts.messenger.tokens().at(-1) ?? '';

interface Asked {
  readonly prefix?: string;
  readonly user?: TestUser | 'anonymous';
  readonly clientSecret?: string;
}

/** Requests a token, as Alice unless another user is given. */
async function ask(address: string, { prefix = v3, user = alice, clientSecret = secret }: Asked = {}) {
  const isPhone = address.startsWith('+');
  const typed = isPhone ? { country: 'GB', phone_number: address } : { email: address };
  const path = `${prefix}/account/3pid/${isPhone ? 'msisdn' : 'email'}/requestToken`;
  const body = { ...typed, client_secret: clientSecret, send_attempt: 1 };
  return server.call('POST', path, body, user === 'anonymous' ? undefined : tokenOf(user));
}

/** A session in which Alice has validated the 3PID. */
async function prove(address: string, prefix?: string) {
  const asked = await ask(address, prefix === undefined ? {} : { prefix });
  const session = { sid: String(asked.json['sid']), client_secret: secret };
  const medium = address.startsWith('+') ? 'msisdn' : 'email';
  const submitted = await server.call('POST', `${submission}/${medium}/submit_token`, {
    ...session,
    token: lastToken(),
  });
  expect(submitted).toMatchObject({ status: 200, json: { success: true } });
  return session;
}

const listed = async (user = alice) => (await as(user, 'GET', `${v3}/account/3pid`)).json['threepids'];

const password = (user: TestUser, more = {}) => ({
  type: 'm.login.password',
  identifier: { type: 'm.id.user', user: user.mxid },
  password: user.password,
  ...more,
});

describe('a 3PID', () => {
  it.each(prefixes)('is validated, added with the password, listed, and removed again below %s', async (prefix) => {
    await start();
    const session = await prove('Alice@Mail.test', prefix);
    const challenged = await as(alice, 'POST', `${prefix}/account/3pid/add`, session);
    expect(challenged).toMatchObject({
      status: 401,
      json: { flows: [{ stages: ['m.login.password'] }], params: {}, completed: [] },
    });
    expect(await listed()).toEqual([]);
    const auth = password(alice, { session: challenged.json['session'] });
    expect(await as(alice, 'POST', `${prefix}/account/3pid/add`, { ...session, auth })).toMatchObject({
      status: 200,
      json: {},
    });
    const now = server.contacts.clock.now();
    expect((await as(alice, 'GET', `${prefix}/account/3pid`)).json).toEqual({
      threepids: [{ medium: 'email', address: 'alice@mail.test', validated_at: now, added_at: now }],
    });
    const removal = { medium: 'email', address: 'ALICE@mail.test' };
    for (let time = 0; time < 2; time += 1) {
      expect(await as(alice, 'POST', `${prefix}/account/3pid/delete`, removal)).toMatchObject({
        status: 200,
        json: { id_server_unbind_result: 'no-support' },
      });
    }
    expect(await listed()).toEqual([]);
  });

  it('logs in the user of its account', async () => {
    await start();
    await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: await prove('+447470674927') });
    const identifier = { type: 'm.id.phone', country: 'GB', phone: '07470 674927' };
    expect(await server.call('POST', `${v3}/login`, { ...password(alice), identifier })).toMatchObject({
      status: 200,
      json: { user_id: alice.mxid },
    });
  });

  it.each([
    ['as specified', (sid: string) => ({ three_pid_creds: { sid, client_secret: secret, id_server: 'id.test' } })],
    [
      'in the deprecated format',
      (sid: string) => ({ threePidCreds: { sid, clientSecret: secret, idServer: 'id.test' }, bind: true }),
    ],
  ])('is added without the password by POST /account/3pid, spelled %s', async (_, bodyOf) => {
    await start();
    const { sid } = await prove('alice@mail.test');
    expect(await as(alice, 'POST', `${v3}/account/3pid`, bodyOf(sid))).toMatchObject({ status: 200, json: {} });
    expect(await listed()).toMatchObject([{ address: 'alice@mail.test' }]);
    const again = await as(alice, 'POST', `${v3}/account/3pid`, bodyOf(sid));
    expect(again).toMatchObject({ status: 403, json: { errcode: 'M_THREEPID_AUTH_FAILED' } });
  });

  it('is not added before it is validated: 400 from /add, and 403 from POST /account/3pid', async () => {
    await start();
    const session = { sid: String((await ask('alice@mail.test')).json['sid']), client_secret: secret };
    const added = await as(alice, 'POST', `${v3}/account/3pid/add`, { ...session, auth: password(alice) });
    expect(added).toMatchObject({ status: 400, json: { errcode: 'M_THREEPID_AUTH_FAILED' } });
    const posted = await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: session });
    expect(posted).toMatchObject({ status: 403, json: { errcode: 'M_THREEPID_AUTH_FAILED' } });
  });

  it('is not added with a wrong password', async () => {
    await start();
    const session = await prove('alice@mail.test');
    const auth = password(alice, { password: 'a guess' });
    expect(await as(alice, 'POST', `${v3}/account/3pid/add`, { ...session, auth })).toMatchObject({
      status: 401,
      json: { errcode: 'M_FORBIDDEN', flows: [{ stages: ['m.login.password'] }], completed: [] },
    });
    expect(await listed()).toEqual([]);
  });

  it('of another account: an authenticated user gets an error, and an anonymous client does not', async () => {
    await start();
    const bob = await server.contacts.logInNew('bob');
    await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: await prove('alice@mail.test') });
    expect(await ask('alice@mail.test', { user: bob })).toMatchObject({
      status: 400,
      json: { errcode: 'M_THREEPID_IN_USE' },
    });
    const [taken, free] = [
      await ask('alice@mail.test', { user: 'anonymous', clientSecret: 'strange' }),
      await ask('free@mail.test', { user: 'anonymous', clientSecret: 'strange' }),
    ];
    expect([taken.status, free.status]).toEqual([200, 200]);
    expect(Object.keys(taken.json)).toEqual(Object.keys(free.json));
    expect(server.contacts.messenger.sent.slice(-2).map(({ kind }) => kind)).toEqual([
      'email_in_use',
      'email_validation',
    ]);
  });

  it('of another account is reported to all clients if the configuration allows it', async () => {
    await start({ contacts: { revealsInUse: true } });
    await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: await prove('alice@mail.test') });
    expect(await ask('alice@mail.test', { user: 'anonymous' })).toMatchObject({
      status: 400,
      json: { errcode: 'M_THREEPID_IN_USE' },
    });
  });

  it('that another user has validated with their own token cannot be added by knowing the session', async () => {
    await start();
    const bob = await server.contacts.logInNew('bob');
    const session = await prove('alice@mail.test');
    expect(await as(bob, 'POST', `${v3}/account/3pid`, { three_pid_creds: session })).toMatchObject({ status: 403 });
    expect(await as(alice, 'POST', `${v3}/account/3pid`, { three_pid_creds: session })).toMatchObject({ status: 200 });
  });

  it('is bound, and unbound by the same user', async () => {
    await start();
    const { prove: proveToIdentity, idTokenOf, service } = server.contacts;
    const { sid, clientSecret } = await proveToIdentity('alice@mail.test');
    const token = await idTokenOf(alice.mxid);
    const bind = { sid, client_secret: clientSecret, id_server: 'id.test', id_access_token: token.reveal() };
    expect(await as(alice, 'POST', `${v3}/account/3pid/bind`, bind)).toMatchObject({ status: 200, json: {} });
    const found = () =>
      service.associations.find({ medium: 'email', address: 'alice@mail.test' }, lookupCaller('anybody'));
    expect(await found()).toMatchObject({ mxid: alice.mxid });
    const unbind = { medium: 'email', address: 'alice@mail.test', id_server: null };
    expect(await as(alice, 'POST', `${v3}/account/3pid/unbind`, unbind)).toMatchObject({
      status: 200,
      json: { id_server_unbind_result: 'success' },
    });
    expect(await found()).toBeUndefined();
  });
});

describe('a request for a token', () => {
  it('is answered with where to submit the token, and with the canonical phone number', async () => {
    await start();
    expect((await ask('+447470674927')).json).toEqual({
      sid: expect.stringMatching(/^\w{32}$/),
      submit_url: 'https://id.test/submit/msisdn',
      success: true,
      msisdn: '447470674927',
      intl_fmt: '+44 7470 674927',
    });
    expect((await ask('alice@mail.test')).json).toEqual({
      sid: expect.stringMatching(/^\w{32}$/),
      submit_url: 'https://id.test/submit/email',
    });
  });

  it('ignores the identity server of older clients', async () => {
    await start();
    const body = { email: 'alice@mail.test', client_secret: secret, send_attempt: 1, next_link: null };
    const named = { ...body, id_server: 'elsewhere.test', id_access_token: 'token' };
    const path = `${v3}/account/3pid/email/requestToken`;
    expect(await server.call('POST', path, named)).toMatchObject({ status: 200 });
    expect(server.contacts.identityServers.asked).toEqual([]);
  });

  it('is rejected if changes are disabled, before all other checks', async () => {
    await start({ contacts: { mayChange: false, isPublic: false } });
    const disabled = { status: 400, json: { errcode: 'M_FORBIDDEN' } };
    for (const path of ['add', 'delete', 'email/requestToken', 'msisdn/requestToken']) {
      expect(await as(alice, 'POST', `${v3}/account/3pid/${path}`, {})).toMatchObject(disabled);
    }
    expect(await as(alice, 'POST', `${v3}/account/3pid`, {})).toMatchObject(disabled);
    expect(await listed()).toEqual([]);
  });

  it('is rejected if no e-mail address can be validated, before all other checks', async () => {
    await start({ contacts: { isPublic: false } });
    expect(await server.call('POST', `${v3}/account/3pid/email/requestToken`, {})).toMatchObject({
      status: 400,
      json: { errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED' },
    });
    expect((await ask('+447470674927')).json).not.toHaveProperty('submit_url');
  });
});

describe('without accounts', () => {
  it.each([
    ['GET', `${v3}/account/3pid`],
    ['POST', `${v3}/account/3pid/add`],
    ['POST', `${v3}/account/3pid/email/requestToken`],
    ['GET', `${submission}/email/submit_token`],
  ])('%s %s is M_UNRECOGNIZED', async (method, path) => {
    await start({ disabled: true });
    expect(await server.call(method, path)).toMatchObject({ status: 404, json: { errcode: 'M_UNRECOGNIZED' } });
  });
});
