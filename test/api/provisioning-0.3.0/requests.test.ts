import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  alice,
  authorization,
  sharedSecret,
  startProvisioning,
  outsider,
  type Provisioning,
} from '../../support/provisioning.js';
import type { RawRequest } from '../../support/raw-http.js';
import { phones } from './operations.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

const goodBody = JSON.stringify({ phone: phones.plain });

async function answer(request: Partial<RawRequest>): Promise<{ status: number; errcode: unknown }> {
  const reply = await api.send({
    method: 'POST',
    path: `/login/${alice}/request_code`,
    headers: { authorization },
    ...(request.method === 'GET' ? {} : { body: goodBody }),
    ...request,
  });
  expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
  const body = JSON.parse(reply.text) as { errcode?: unknown };
  return { status: reply.status, errcode: body.errcode };
}

describe('the Matrix ID in a path', () => {
  it.each([
    '@alice:example.org',
    '%40alice%3Aexample.org',
    '@alice%3aexample.org',
    '@a/b:ok',
    '@a%2Fb:ok',
    '@:example.org',
    '@alice:example.org:8448',
    '@login/x:example.org',
    '@%C3%A4:example.org',
    '@100%25:example.org',
  ])('may be %s', async (mxid) => {
    expect(await answer({ path: `/login/${mxid}/request_code` })).toEqual({ status: 200, errcode: undefined });
    expect(await answer({ method: 'GET', path: `/${mxid}/get_me` })).toEqual({ status: 403, errcode: 'not_logged_in' });
  });

  it('names the same user raw and encoded', async () => {
    await answer({ path: '/login/@a%2Fb:ok/request_code' });
    const reply = await api.call('POST', '/login/@a/b:ok/request_code', { phone: phones.plain });
    expect(reply.json['message']).toContain('already on its way');
  });

  it.each([
    ['', 'mxid_empty'],
    ['alice', 'mxid_invalid'],
    ['alice:example.org', 'mxid_invalid'],
    ['@alice', 'mxid_invalid'],
    ['@alice:', 'mxid_invalid'],
    ['@a%20b:ok', 'mxid_invalid'],
    ['%zz', 'mxid_invalid'],
    ['@%zz:ok', 'mxid_invalid'],
    ['@%ff:ok', 'mxid_invalid'],
    [`@${'a'.repeat(300)}:ok`, 'mxid_invalid'],
  ])('must not be "%s"', async (mxid, errcode) => {
    expect(await answer({ path: `/login/${mxid}/request_code` })).toEqual({ status: 400, errcode });
    expect(await answer({ method: 'GET', path: `/${mxid}/get_me` })).toEqual({ status: 400, errcode });
  });

  it('does not treat the names of other paths as users', async () => {
    expect(await answer({ method: 'GET', path: '/login/get_me' })).toEqual({ status: 400, errcode: 'mxid_invalid' });
    expect(await answer({ method: 'GET', path: '/v1/user/@a:ok/get_me' })).toEqual({
      status: 404,
      errcode: 'unhandled_http_404',
    });
  });
});

describe('a request', () => {
  it.each([
    ['of no path', { method: 'GET', path: '' }],
    ['with a slash at its end', { path: `/login/${alice}/request_code/` }],
    ['without a Matrix ID', { path: '/login/request_code' }],
    ['of get_me without a Matrix ID', { method: 'GET', path: '/get_me' }],
    ['of another case', { path: `/LOGIN/${alice}/request_code` }],
    ['malformed somewhere else', { path: '/%zz' }],
    ['of a method and path that do not exist', { method: 'PROPFIND', path: '/nothing' }],
  ])('%s is 404, with or without the secret', async (_, request) => {
    expect(await answer(request)).toEqual({ status: 404, errcode: 'unhandled_http_404' });
    expect(await answer({ ...request, headers: {} })).toEqual({ status: 404, errcode: 'unhandled_http_404' });
  });

  it.each([
    ['GET', `/login/${alice}/send_code`, 'POST'],
    ['PUT', `/login/${alice}/send_code`, 'POST'],
    ['POST', `/${alice}/get_me`, 'GET, HEAD'],
    ['DELETE', '/openapi.json', 'GET, HEAD'],
  ])('with the method %s to %s is 405 and lists the allowed methods', async (method, path, allow) => {
    const reply = await api.send({ method, path });
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe(allow);
    expect(JSON.parse(reply.text)).toMatchObject({ errcode: 'unhandled_http_405' });
  });

  it('with HEAD returns the headers of GET', async () => {
    const reply = await api.send({ method: 'HEAD', path: `/${alice}/get_me`, headers: { authorization } });
    expect(reply.status).toBe(403);
    expect(reply.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(reply.text).toBe('');
  });

  it.each([null, 'application/json', 'text/plain', 'application/x-www-form-urlencoded', 'nonsense', 'image/png'])(
    'of Content-Type %s is read as JSON',
    async (type) => {
      const headers = { authorization, ...(type === null ? {} : { 'content-type': type }) };
      expect(await answer({ headers })).toEqual({ status: 200, errcode: undefined });
    },
  );

  it.each([
    '',
    ' ',
    '{}',
    ' {} ',
    'null',
    '[]',
    '[{}]',
    '0',
    '1',
    '""',
    '"x"',
    'false',
    'true',
    '{',
    '{"a":1}x',
    '\ufeff{"a":1}',
    '{"__proto__":{"phone":"+9996620234"}}',
  ])('with the body %j is json_invalid', async (body) => {
    expect(await answer({ body })).toEqual({ status: 400, errcode: 'json_invalid' });
  });

  it('with bytes that are not UTF-8 is json_invalid, and with the replacement character itself is not', async () => {
    const invalid = Buffer.from('{"phone":"\u00c3\u0028"}', 'latin1');
    expect(await answer({ body: invalid })).toEqual({ status: 400, errcode: 'json_invalid' });
    expect(await answer({ body: '{"phone":"\ufffd"}' })).toEqual({ status: 400, errcode: 'phone_number_invalid' });
  });

  it('for get_me has its body ignored', async () => {
    const headers = { authorization, 'content-length': '7' };
    const reply = await answer({ method: 'GET', path: `/${alice}/get_me`, headers, body: '{"token' });
    expect(reply).toEqual({ status: 403, errcode: 'not_logged_in' });
  });

  it('may declare the encoding identity', async () => {
    expect((await answer({ headers: { authorization, 'content-encoding': 'identity' } })).status).toBe(200);
  });

  it('is processed as usual after one whose body was too large', async () => {
    expect(await answer({ body: Buffer.alloc(4 * 1024 * 1024, ' ') })).toEqual({
      status: 413,
      errcode: 'unhandled_http_413',
    });
    expect(await answer({})).toEqual({ status: 200, errcode: undefined });
  });
});

describe('the secret', () => {
  it.each([
    null,
    '',
    'Bearer',
    'Bearer ',
    sharedSecret,
    `Bearer${sharedSecret}`,
    `Bearer ${sharedSecret}x`,
    `Bearer ${sharedSecret.slice(0, -1)}`,
    'Bearer None',
    'Bearer undefined',
    `Basic ${sharedSecret}`,
  ])('is not %j', async (header) => {
    const headers = header === null ? {} : { authorization: header };
    expect(await answer({ headers })).toEqual({ status: 401, errcode: 'shared_secret_invalid' });
  });

  it('is not taken from the query', async () => {
    const path = `/login/${alice}/request_code?access_token=${encodeURIComponent(sharedSecret)}`;
    expect((await answer({ path, headers: {} })).status).toBe(401);
  });
});

describe('the order of checks', () => {
  const path = (mxid: string) => ({ path: `/login/${mxid}/request_code` });

  it('is route, secret, JSON, Matrix ID, whitelist, and nothing is stored of a user who may not log in', async () => {
    const wrong = { headers: { authorization: 'Bearer wrong' }, body: '{' };
    expect((await answer({ ...wrong, path: '/login' })).errcode).toBe('unhandled_http_404');
    expect((await answer({ ...wrong, ...path('unknown') })).errcode).toBe('shared_secret_invalid');
    expect((await answer({ body: '{', ...path('unknown') })).errcode).toBe('json_invalid');
    expect((await answer({ body: '{"phone":""}', ...path('unknown') })).errcode).toBe('mxid_invalid');
    expect((await answer({ body: '{"phone":""}', ...path(outsider) })).errcode).toBe('mxid_not_whitelisted');
    expect((await answer({ body: '{"phone":""}' })).errcode).toBe('phone_number_invalid');
    expect(api.telegram.calls('connect')).toBe(0);
  });

  it('has the completed login before the input', async () => {
    await api.call('POST', `/login/${alice}/request_code`, { phone: phones.plain });
    await api.call('POST', `/login/${alice}/send_code`, { code: '22222' });
    for (const step of ['request_code', 'send_code', 'send_password', 'bot_token']) {
      const reply = await api.call('POST', `/login/${alice}/${step}`, { nothing: 'useful' });
      expect(reply.json['errcode']).toBe('already_logged_in');
    }
  });
});
