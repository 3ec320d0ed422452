import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AccountAuthority, LoginAttempt } from '../../../src/accounts/authority.js';
import { AccountFailure } from '../../../src/accounts/failure.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { loginPaths, startClientServer, type ClientServer, type MatrixReply } from '../../support/client-server.js';

const path = loginPaths.v3;
const password = 'the password of alice';

describe('a login in version 3', () => {
  let server: ClientServer;

  beforeEach(async () => {
    server = await startClientServer();
    const { mxid } = await server.embedded.addUser('alice');
    await server.embedded.addAddress(mxid, { medium: 'email', address: 'alice@example.test' });
    await server.embedded.addAddress(mxid, { medium: 'msisdn', address: '447700900123' });
  });

  afterEach(() => server.close());

  const logIn = (body: object, where: string = path): Promise<MatrixReply> =>
    server.call('POST', where, { type: 'm.login.password', password, ...body });

  it('returns a token, the Matrix ID, its server and the device', async () => {
    const { status, json } = await logIn({ identifier: { type: 'm.id.user', user: 'alice' } });
    expect(status).toBe(200);
    expect(json).toEqual({
      user_id: '@alice:example.test',
      access_token: expect.any(String) as string,
      home_server: 'example.test',
      device_id: expect.stringMatching(/^[A-Z]{10}$/) as string,
    });
  });

  it.each([
    ['a Matrix ID', { identifier: { type: 'm.id.user', user: '@alice:example.test' } }],
    ['a Matrix ID in capitals', { identifier: { type: 'm.id.user', user: '@ALICE:example.test' } }],
    ['an e-mail address', { identifier: { type: 'm.id.thirdparty', medium: 'email', address: 'Alice@Example.TEST' } }],
    ['a phone number', { identifier: { type: 'm.id.thirdparty', medium: 'msisdn', address: '447700900123' } }],
    ['a national phone number', { identifier: { type: 'm.id.phone', country: 'GB', phone: '07700 900123' } }],
    ['a phone number under its old name', { identifier: { type: 'm.id.phone', country: 'GB', number: '07700900123' } }],
    [
      'a phone number under both names',
      { identifier: { type: 'm.id.phone', country: 'GB', phone: '07700900123', number: '07700900123' } },
    ],
    ['a phone number with a plus and no country', { identifier: { type: 'm.id.phone', phone: '+44 7700 900123' } }],
    ['an identifier without a type', { identifier: { medium: 'email', address: 'alice@example.test' } }],
    ['a deprecated user', { user: 'alice' }],
    ['a deprecated 3PID', { medium: 'email', address: 'alice@example.test' }],
    ['a deprecated user and an identifier', { user: 'alice', identifier: { type: 'm.id.user', user: 'unknown' } }],
    ['a deprecated 3PID and a deprecated user', { user: 'unknown', medium: 'email', address: 'alice@example.test' }],
  ])('works with %s', async (_, body) => {
    const { status, json } = await logIn(body);
    expect([status, json['user_id']]).toEqual([200, '@alice:example.test']);
  });

  it.each([
    '/_matrix/client/r0/login',
    '/_matrix/client/unstable/login',
    '//_matrix/client/v3/login',
    '/_matrix//client/v3//login',
    '/_matrix/client/v3/login?access_token=',
  ])('works at %s', async (where) => {
    expect((await logIn({ user: 'alice' }, where)).status).toBe(200);
  });

  it('uses the requested device, and ends its earlier login', async () => {
    const first = await logIn({ user: 'alice', device_id: 'PHONE', initial_device_display_name: 'Phone' });
    expect(first.json['device_id']).toBe('PHONE');
    const second = await logIn({ user: 'alice', device_id: 'PHONE' });
    expect(await whoAmI(first)).toMatchObject({
      status: 401,
      json: { errcode: 'M_UNKNOWN_TOKEN', soft_logout: false },
    });
    expect(await whoAmI(second)).toMatchObject({ status: 200 });
  });

  it('treats null as absent', async () => {
    const { status } = await logIn({ user: 'alice', device_id: null, initial_device_display_name: null });
    expect(status).toBe(200);
  });

  it('returns refresh tokens, and tokens that expire, only on request', async () => {
    expect((await logIn({ user: 'alice', refresh_token: false })).json).not.toHaveProperty('refresh_token');
    const { json } = await logIn({ user: 'alice', refresh_token: true });
    expect(json).toMatchObject({ refresh_token: expect.any(String) as string, expires_in_ms: 300_000 });
  });

  it('ignores unknown members, and a missing Content-Type', async () => {
    expect((await logIn({ user: 'alice', 'org.example.more': { a: [1] } })).status).toBe(200);
  });

  it('keeps passwords and tokens out of the log', async () => {
    const { json } = await logIn({ user: 'alice' }, `${path}?access_token=hunter2`);
    await logIn({ user: 'alice', password: 'a wrong guess' });
    const written = JSON.stringify(server.log.lines);
    for (const secret of [password, 'a wrong guess', 'hunter2', String(json['access_token'])]) {
      expect(written).not.toContain(secret);
    }
    expect(server.log.lines).toHaveLength(2);
  });

  function whoAmI({ json }: MatrixReply): Promise<MatrixReply> {
    return server.call('GET', '/_matrix/client/v3/account/whoami', undefined, String(json['access_token']));
  }
});

describe('the login types', () => {
  it('contain the supported ones, in every spelling of the path, also for a GET with a body', async () => {
    const server = await startClientServer();
    try {
      for (const where of [path, '/_matrix/client/r0/login', '/_matrix/client/unstable/login']) {
        const { status, json } = await server.call('GET', where, {});
        expect(status).toBe(200);
        expect(json).toEqual({
          flows: [{ type: 'm.login.password' }, { type: 'm.login.token', get_login_token: true }],
        });
      }
    } finally {
      await server.close();
    }
  });
});

describe('an authority that forwards logins', () => {
  const attempts: LoginAttempt[] = [];
  const grant = {
    mxid: '@alice:example.test' as Mxid,
    deviceId: 'DEVICE',
    accessToken: new Secret('token'),
    refreshToken: undefined,
    expiresInMs: undefined,
    extra: { well_known: { 'm.homeserver': { base_url: 'https://matrix.example.test' } }, 'org.example': 1 },
  };
  const authority: AccountAuthority = {
    loginFlows: () => Promise.resolve([{ type: 'm.login.sso', identity_providers: [] }]),
    logIn(attempt) {
      attempts.push(attempt);
      return Promise.resolve(grant);
    },
    whoAmI: () => Promise.reject(new AccountFailure({ kind: 'token_missing' })),
  };
  let server: ClientServer;

  beforeEach(async () => {
    attempts.length = 0;
    server = await startClientServer({ authority });
  });

  afterEach(() => server.close());

  it('receives the whole body, the client and its token', async () => {
    const body = { type: 'm.login.application_service', identifier: { type: 'm.id.user', user: 'bot' }, more: [1] };
    const { json } = await server.send({
      method: 'POST',
      path,
      headers: { authorization: 'Bearer as_token', 'x-forwarded-for': '198.51.100.7' },
      body: JSON.stringify(body),
    });
    expect(json).toEqual({
      user_id: '@alice:example.test',
      access_token: 'token',
      home_server: 'example.test',
      device_id: 'DEVICE',
      well_known: { 'm.homeserver': { base_url: 'https://matrix.example.test' } },
      'org.example': 1,
    });
    expect(attempts).toHaveLength(1);
    expect(attempts[0]).toMatchObject({
      proof: { kind: 'other', type: 'm.login.application_service' },
      clientAddress: '198.51.100.7',
      body,
    });
    expect(attempts[0]?.accessToken?.reveal()).toBe('as_token');
  });

  it('returns its login types, with all their members', async () => {
    const { json } = await server.call('GET', path);
    expect(json).toEqual({ flows: [{ type: 'm.login.sso', identity_providers: [] }] });
  });

  it.each([
    'POST /_matrix/client/v3/refresh',
    'POST /_matrix/client/v1/refresh',
    'POST /_matrix/client/v3/logout',
    'POST /_matrix/client/v3/logout/all',
    'GET /_matrix/client/v3/account/whoami',
    'POST /_matrix/client/v1/login/get_token',
  ])('leaves %s to the homeserver', async (request) => {
    const [method = '', where = ''] = request.split(' ');
    expect(await server.call(method, where, {}, 'token')).toMatchObject({
      status: 404,
      json: { errcode: 'M_UNRECOGNIZED' },
    });
  });
});

describe('a bridge that logs in its users', () => {
  it('does not count for its address, but an unverified bridge does', async () => {
    const fault = () => Promise.reject(new AccountFailure({ kind: 'homeserver_unreachable' }));
    const server = await startClientServer({
      authority: { loginFlows: fault, logIn: fault, whoAmI: fault },
      allowances: { perAddress: { max: 1, windowMs: 60_000 } },
    });
    const logIn = (token?: string) => server.call('POST', path, { type: 'm.login.application_service' }, token);
    try {
      const statuses = [await logIn('as_token'), await logIn('as_token'), await logIn(), await logIn()];
      expect(statuses.map(({ status }) => status)).toEqual([503, 503, 503, 429]);
    } finally {
      await server.close();
    }
  });
});

it('a client that is refused too often as a bridge is not forwarded any more', async () => {
  let asked = 0;
  const body = { errcode: 'M_UNKNOWN_TOKEN', error: 'No' };
  const refuse = () => {
    asked += 1;
    return Promise.reject(new AccountFailure({ kind: 'refused_upstream', status: 401, body, retryAfter: undefined }));
  };
  const server = await startClientServer({
    authority: { loginFlows: refuse, logIn: refuse, whoAmI: refuse },
    allowances: { perAddress: { max: 2, windowMs: 60_000 } },
  });
  const logIn = (token: string) => server.call('POST', path, { type: 'm.login.application_service' }, token);
  try {
    const replies = [await logIn('bogus'), await logIn('other'), await logIn('third')];
    expect(replies.map(({ status }) => status)).toEqual([401, 401, 429]);
    expect(asked).toBe(2);
    await server.embedded.clock.advance(30_000);
    expect((await logIn('bogus')).status).toBe(401);
  } finally {
    await server.close();
  }
});

describe('a refusal of the homeserver', () => {
  it.each([
    [
      'without an errcode and error',
      { more: 1 },
      { errcode: 'M_UNKNOWN', error: 'The homeserver rejected the request' },
    ],
    [
      'with an invalid errcode and error',
      { errcode: 7, error: {} },
      { errcode: 'M_UNKNOWN', error: 'The homeserver rejected the request' },
    ],
    ['with an endless wait', { errcode: 'M', error: 'No', retry_after_ms: 1e300 }, { retry_after_ms: 86_400_000 }],
    ['with a wait in the past', { errcode: 'M', error: 'No', retry_after_ms: -5 }, { retry_after_ms: 0 }],
  ])('%s gets the default error', async (_, body, expected) => {
    const fault = { kind: 'refused_upstream', status: 429, body, retryAfter: undefined } as const;
    const fail = () => Promise.reject(new AccountFailure(fault));
    const server = await startClientServer({ authority: { loginFlows: fail, logIn: fail, whoAmI: fail } });
    try {
      const { status, json, headers } = await server.call('GET', path);
      expect([status, json]).toEqual([429, { ...body, ...expected }]);
      expect(headers['retry-after'] ?? '1').toMatch(/^\d+$/);
    } finally {
      await server.close();
    }
  });

  it.each([
    ['with all its members', { errcode: 'ORG_EXAMPLE', error: 'No', more: { a: 1 } }, '7', { 'retry-after': '7' }],
    [
      'with a header for the wait in its body',
      { errcode: 'M_LIMIT_EXCEEDED', error: 'No', retry_after_ms: 1500 },
      undefined,
      { 'retry-after': '2' },
    ],
  ])('is forwarded %s', async (_, body, retryAfter, headers) => {
    const fail = () => Promise.reject(new AccountFailure({ kind: 'refused_upstream', status: 429, body, retryAfter }));
    const server = await startClientServer({ authority: { loginFlows: fail, logIn: fail, whoAmI: fail } });
    try {
      for (const reply of [
        await server.call('POST', path, { type: 'm.login.password', user: 'alice', password }),
        await server.call('GET', path),
      ]) {
        expect(reply).toMatchObject({ status: 429, headers });
        expect(reply.json).toEqual(body);
      }
    } finally {
      await server.close();
    }
  });

  it('has an errcode and an error even if the homeserver omits them', async () => {
    const refusal = new AccountFailure({
      kind: 'refused_upstream',
      status: 418,
      body: { errcode: 'M_FORBIDDEN' },
      retryAfter: undefined,
    });
    const fail = () => Promise.reject(refusal);
    const server = await startClientServer({ authority: { loginFlows: fail, logIn: fail, whoAmI: fail } });
    try {
      const { status, json } = await server.call('GET', path);
      expect([status, json]).toEqual([418, { errcode: 'M_FORBIDDEN', error: 'The homeserver rejected the request' }]);
    } finally {
      await server.close();
    }
  });
});
