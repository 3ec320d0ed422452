import { afterEach, describe, expect, it } from 'vitest';
import { startClientServer, type ClientServer } from '../../support/client-server.js';

let server: ClientServer;

afterEach(() => server.close());

const cors = {
  'access-control-allow-origin': '*',
  'access-control-allow-methods': 'GET, POST, PUT, DELETE, OPTIONS',
  'access-control-allow-headers': 'Origin, X-Requested-With, Content-Type, Accept, Authorization',
};

const logins = [
  '/_matrix/client/v3/login',
  '/_matrix/client/r0/login',
  '/_matrix/client/unstable/login',
  '/_matrix/client/api/v1/login',
];

describe('every answer below /_matrix/client', () => {
  it.each([
    ['GET', '/_matrix/client/v3/login', 200],
    ['GET', '/_matrix/client/api/v1/login', 200],
    ['POST', '/_matrix/client/v3/login', 400],
    ['POST', '/_matrix/client/api/v1/login', 400],
    ['PUT', '/_matrix/client/v3/login', 405],
    ['PUT', '/_matrix/client/api/v1/login', 405],
    ['GET', '/_matrix/client/v3/account/whoami', 401],
    ['GET', '/_matrix/client/v3/nothing', 404],
    ['GET', '/_matrix/client/v4/login', 404],
    ['GET', '/_matrix/client', 404],
    ['OPTIONS', '/_matrix/client/v3/login', 200],
    ['OPTIONS', '/_matrix/client/v1/login/get_token', 200],
    ['OPTIONS', '/_matrix/client/api/v1/login', 200],
    ['OPTIONS', '/_matrix/client/v3/nothing', 200],
  ])('can be read by pages of other sites: %s %s', async (method, path, status) => {
    server = await startClientServer();
    const reply = await server.send({ method, path, headers: { origin: 'https://app.example.test' } });
    expect(reply.status).toBe(status);
    expect(reply.headers).toMatchObject(cors);
    expect(reply.headers['access-control-expose-headers']).toContain('Retry-After');
  });

  it.each([
    ['GET', '/_matrix/client/v3/nothing', 404],
    ['GET', '/_matrix/client/nothing', 404],
    ['POST', '/_matrix/client/v1/login', 404],
    ['DELETE', '/_matrix/client/v3/login', 405],
    ['GET', '/_matrix/client/v3/logout', 405],
  ])('without an endpoint is M_UNRECOGNIZED: %s %s', async (method, path, status) => {
    server = await startClientServer();
    const { json, ...reply } = await server.send({ method, path });
    expect(reply.status).toBe(status);
    expect(json).toEqual({ errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' });
  });
});

describe('without accounts', () => {
  it.each(logins.flatMap((path) => [`GET ${path}`, `POST ${path}`]))('%s is M_UNRECOGNIZED', async (request) => {
    const [method = '', path = ''] = request.split(' ');
    server = await startClientServer({ disabled: true });
    const reply = await server.send({ method, path });
    expect(reply).toMatchObject({ status: 404, json: { errcode: 'M_UNRECOGNIZED' }, headers: cors });
  });
});

describe('the prefixes of the login', () => {
  it('are those of the client-server API, current and deprecated', async () => {
    server = await startClientServer();
    const statuses = await Promise.all(logins.map(async (path) => (await server.call('GET', path)).status));
    expect(statuses).toEqual([200, 200, 200, 200]);
  });
});
