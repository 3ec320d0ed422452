import { afterEach, describe, expect, it } from 'vitest';
import { startIdentityApi, type IdentityApi } from '../../support/identity-api.js';

let api: IdentityApi;

afterEach(() => api.close());

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'Origin, X-Requested-With, Content-Type, Accept, Authorization',
};

describe('every answer below /_matrix/identity', () => {
  it.each([
    ['GET', '/_matrix/identity/api/v1', 200],
    ['GET', '/_matrix/identity/v2', 200],
    ['GET', '/_matrix/identity/versions', 200],
    ['GET', '/_matrix/identity/v2/terms', 200],
    ['GET', '/_matrix/identity/v2/account', 401],
    ['GET', '/_matrix/identity/v2/nothing', 404],
    ['GET', '/_matrix/identity/v3', 404],
    ['GET', '/_matrix/identity', 404],
    ['POST', '/_matrix/identity/v2', 405],
    ['PUT', '/_matrix/identity/v2/terms', 405],
    ['GET', '/_matrix/identity/api/v1/validate/email/submitToken', 400],
    ['OPTIONS', '/_matrix/identity/v2/lookup', 200],
    ['OPTIONS', '/_matrix/identity/api/v1/lookup', 200],
    ['OPTIONS', '/_matrix/identity/nothing', 200],
    ['GET', '//_matrix/identity//v2/', 404],
    ['GET', '//_matrix//identity/v2', 200],
  ])('can be read by pages of other sites: %s %s', async (method, path, status) => {
    api = await startIdentityApi();
    const reply = await api.send({ method, path, headers: { origin: 'https://app.example.test' } });
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject(cors);
  });

  it.each([
    ['/_matrix/identity/api/v1', {}],
    ['/_matrix/identity/v2', {}],
    ['/_matrix/identity/versions', { versions: expect.arrayContaining(['r0.3.0', 'v1.1', 'v1.18']) as string[] }],
  ])('shows that there is an identity service: %s', async (path, json) => {
    api = await startIdentityApi();
    expect((await api.call('GET', path)).json).toEqual(json);
  });

  it.each(['/_matrix/identity/v2', '/_matrix/identity/api/v1', '/_matrix/identity/v2/account/register'])(
    'is M_UNRECOGNIZED without an identity service: %s',
    async (path) => {
      api = await startIdentityApi({ disabled: true });
      expect(await api.call('GET', path)).toMatchObject({
        status: 404,
        json: { errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' },
        headers: cors,
      });
    },
  );
});
