import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  alice,
  aliceOpenId,
  aliceToken,
  bob,
  bridgeUrl,
  mysteriousOpenId,
  prefix,
  sharedSecret,
  startProvisioning,
  type Provisioning,
} from '../../support/provisioning.js';

let api: Provisioning;

beforeEach(async () => {
  api = await startProvisioning();
});

afterEach(() => api.close());

async function whoami(authorization: string | undefined, query = ''): Promise<string> {
  const headers = authorization === undefined ? {} : { authorization };
  const reply = await api.send({ method: 'GET', path: `/v3/logins${query}`, headers });
  return `${reply.status} ${reply.text}`;
}

const ok = '200 {"login_ids":[]}';
const notOwn = '403 {"errcode":"M_FORBIDDEN","error":"Your token is valid for your own user ID only"}';
const unknown = '401 {"errcode":"M_UNKNOWN_TOKEN","error":"Invalid auth token"}';
const missing = '401 {"errcode":"M_MISSING_TOKEN","error":"Missing auth token"}';

describe('the caller of version 3', () => {
  it.each([sharedSecret, `Bearer ${sharedSecret}`])('acts for any user with the secret: %s', async (text) => {
    expect(await whoami(text, `?user_id=${alice}`)).toBe(ok);
    expect(await whoami(text, `?user_id=${encodeURIComponent(bob)}`)).toBe(ok);
    expect(await whoami(text)).toBe(
      '400 {"errcode":"M_MISSING_PARAM","error":"The query parameter user_id is missing"}',
    );
  });

  it.each([aliceToken, `Bearer ${aliceToken}`, `Bearer openid:${aliceOpenId}`, `openid:${aliceOpenId}`])(
    'acts for themselves with a token of their own: %s',
    async (text) => {
      expect(await whoami(text)).toBe(ok);
      expect(await whoami(text, `?user_id=${alice}`)).toBe(ok);
      expect(await whoami(text, '?user_id=@bob:example.org')).toBe(notOwn);
      expect(await whoami(text, '?user_id=@Alice:example.org')).toBe(notOwn);
    },
  );

  it('has its OpenID token checked by the server of the user', async () => {
    expect(await whoami(`openid:${aliceOpenId}`, '?user_id=@alice:elsewhere.org')).toBe(unknown);
    expect(await whoami(`openid:${aliceOpenId}`)).toBe(ok);
    expect(api.openIdLookups).toEqual([`${aliceOpenId} at elsewhere.org`, `${aliceOpenId} at example.org`]);
    expect(api.lookups).toEqual([]);
  });

  it('receives an error if the server cannot check the OpenID token', async () => {
    expect(await whoami(`openid:${mysteriousOpenId}`)).toMatch(/^503 /);
  });

  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['Bearer', 'Bearer'],
    ['Bearer and a blank', 'Bearer '],
  ])('must have a token: %s', async (_, text) => {
    expect(await whoami(text)).toBe(missing);
  });

  it.each(['wrong', 'Bearer wrong', `Basic ${sharedSecret}`, 'openid:', `openid:${aliceToken}`])(
    'must have a right one: %s',
    async (text) => {
      expect(await whoami(text, `?user_id=${alice}`)).toBe(unknown);
    },
  );

  it('may be a page of another site', async () => {
    const reply = await api.send({ method: 'OPTIONS', path: '/v3/login/start/phone' });
    expect(reply.status).toBe(200);
    expect(reply.headers).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-headers': expect.stringContaining('Authorization'),
    });
  });
});

describe('an OpenID token', () => {
  it('is accepted in version 3 only', async () => {
    const headers = { authorization: `Bearer openid:${aliceOpenId}` };
    for (const path of [`/${alice}/get_me`, `/v1/user/${alice}`]) {
      expect((await api.send({ method: 'GET', path, headers })).status).toBe(401);
    }
  });
});

describe('/.well-known/matrix/mautrix', () => {
  it('contains the base URL of the bridge', async () => {
    const reply = await fetch(`http://127.0.0.1:${api.port}/.well-known/matrix/mautrix`);
    expect(await reply.json()).toEqual({ 'fi.mau.bridges': [bridgeUrl] });
    expect(reply.headers.get('access-control-allow-origin')).toBe('*');
    expect(prefix).toBe('/_matrix/provision');
  });
});
