import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  alice,
  aliceToken,
  mysteriousToken,
  startProvisioning,
  outsider,
  type Provisioning,
} from '../../support/provisioning.js';
import { readyOperations } from './operations.js';

let api: Provisioning;
beforeEach(async () => {
  api = await startProvisioning({ failuresAllowed: 3 });
});
afterEach(() => api.close());

async function getMe(mxid: string, token: string): Promise<{ status: number; errcode: unknown }> {
  const headers = { authorization: `Bearer ${token}` };
  const reply = await api.send({ method: 'GET', path: `/${mxid}/get_me`, headers });
  return { status: reply.status, errcode: (JSON.parse(reply.text) as { errcode?: unknown }).errcode };
}

const notLoggedIn = { status: 403, errcode: 'not_logged_in' };
const notOwn = { status: 403, errcode: 'mxid_not_own' };

describe('a user’s own access token', () => {
  it('logs the user in to Telegram', async () => {
    const { method, pathOf, body, prepare } = readyOperations.bot_token;
    await prepare(api);
    const headers = { authorization: `Bearer ${aliceToken}` };
    const request = { method, path: pathOf(alice), headers, body: JSON.stringify(body) };
    expect((await api.send(request)).status).toBe(200);
    expect((await getMe(alice, aliceToken)).status).toBe(200);
  });

  it.each([alice, '%40alice%3Aexample.org', '@%61lice:example.org'])('is accepted for %s', async (mxid) => {
    expect(await getMe(mxid, aliceToken)).toEqual(notLoggedIn);
  });

  it.each([
    '@Alice:example.org',
    '@alice:EXAMPLE.org',
    '@alice:example.org:8448',
    '@alice:elsewhere.org',
    '@bob:example.org',
    outsider,
    '@alice:example.org%2F',
  ])('is rejected for %s', async (mxid) => {
    expect(await getMe(mxid, aliceToken)).toEqual(notOwn);
  });

  it.each([
    ['', 'mxid_empty'],
    ['alice', 'mxid_invalid'],
  ])('does not change the error of "%s"', async (mxid, errcode) => {
    expect(await getMe(mxid, aliceToken)).toEqual({ status: 400, errcode });
  });

  it('is checked before the JSON, and the JSON before the owner of the Matrix ID', async () => {
    const post = async (token: string, body: string) => {
      const headers = { authorization: `Bearer ${token}` };
      const reply = await api.send({ method: 'POST', path: '/login/@bob:example.org/request_code', headers, body });
      return (JSON.parse(reply.text) as { errcode?: unknown }).errcode;
    };
    expect(await post('nobodys', '{')).toBe('shared_secret_invalid');
    expect(await post(mysteriousToken, '{')).toBe('homeserver_unreachable');
    expect(await post(aliceToken, '{')).toBe('json_invalid');
    expect(await post(aliceToken, '{"phone":1}')).toBe('mxid_not_own');
  });
});

it('an unknown token counts as a wrong secret, and after the limit the homeserver is not asked about tokens', async () => {
  const wrong = { status: 401, errcode: 'shared_secret_invalid' };
  for (const token of ['a', 'b', 'c']) expect(await getMe(alice, token)).toEqual(wrong);
  expect((await getMe(alice, 'd')).status).toBe(429);
  expect((await getMe(alice, aliceToken)).status).toBe(429);
  expect(api.lookups).toEqual(['a', 'b', 'c']);
  expect((await api.call('GET', `/${alice}/get_me`)).status).toBe(403);
});
