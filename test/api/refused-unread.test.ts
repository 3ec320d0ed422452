import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClientServer, type ClientServer } from '../support/client-server.js';
import { startIdentityApi, type IdentityApi } from '../support/identity-api.js';
import { allowances, hour } from '../support/validation.js';

const two = { max: 2, windowMs: hour };
const few = { ...allowances, perClient: two };

let accounts: ClientServer;
let identity: IdentityApi;
let idToken: string;

beforeAll(async () => {
  accounts = await startClientServer({ allowances: { perAddress: two }, contacts: { allowances: few } });
  identity = await startIdentityApi({ allowances: few, registrationsPerClient: two });
  idToken = await identity.register('@alice:example.test');
});
afterAll(() => Promise.all([accounts.close(), identity.close()]));

type Body = (attempt: number) => Readonly<Record<string, unknown>>;

const mail: Body = (attempt) => ({ client_secret: 'secret', send_attempt: attempt, email: 'bob@example.test' });
const text: Body = (attempt) => ({
  client_secret: 'secret',
  send_attempt: attempt,
  country: 'GB',
  phone_number: '07700 900123',
});
const v3 = '/_matrix/client/v3';
const id = '/_matrix/identity';

/** Every endpoint that counts its requests by client, with a body that counts. */
const counted: readonly (readonly [path: string, body: Body])[] = [
  [`${v3}/login`, () => ({ type: 'm.login.password', user: 'unknown', password: 'wrong' })],
  ['/_matrix/client/api/v1/login', () => ({ username: 'unknown', password: 'wrong' })],
  [`${v3}/account/password`, () => ({ new_password: 'correct horse' })],
  [`${v3}/account/3pid/email/requestToken`, mail],
  [`${v3}/account/3pid/msisdn/requestToken`, text],
  [`${v3}/account/password/email/requestToken`, mail],
  [`${v3}/account/password/msisdn/requestToken`, text],
  [`${id}/v2/validate/email/requestToken`, mail],
  [`${id}/v2/validate/msisdn/requestToken`, text],
  [`${id}/api/v1/validate/email/requestToken`, mail],
  [`${id}/api/v1/validate/msisdn/requestToken`, text],
  [`${id}/v2/account/register`, () => ({ access_token: '@bob:example.test', matrix_server_name: 'example.test' })],
];

describe('a client that has used up a rate limit', () => {
  it.each(counted.map((row, at) => [...row, `203.0.113.${at + 1}`] as const))(
    'is refused by %s before the body is parsed, and invalid bodies use up nothing',
    async (path, body, client) => {
      const send = async (content: string) => {
        const token = path.includes('/v2/validate/') ? { authorization: `Bearer ${idToken}` } : {};
        const headers = { 'x-forwarded-for': client, 'content-type': 'application/json', ...token };
        const { status } = await (path.startsWith(id) ? identity : accounts).send({
          method: 'POST',
          path,
          headers: { ...headers, 'content-length': String(Buffer.byteLength(content)) },
          body: content,
        });
        return status;
      };
      expect([await send('{'), await send('{'), await send('{')]).toEqual([400, 400, 400]);
      for (const attempt of [1, 2]) expect(await send(JSON.stringify(body(attempt)))).not.toBe(429);
      expect(await send('{')).toBe(429);
    },
  );

  it('is not refused by the login before the body shows whether a bridge logs in', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.100', authorization: 'Bearer of-a-bridge', 'content-length': '1' };
    const wrong = { ...headers, 'content-length': '2' };
    for (const body of ['{}', '{}', '{}']) {
      await accounts.send({ method: 'POST', path: `${v3}/login`, headers: wrong, body });
    }
    const { status } = await accounts.send({ method: 'POST', path: `${v3}/login`, headers, body: '{' });
    expect(status).toBe(400);
  });
});
