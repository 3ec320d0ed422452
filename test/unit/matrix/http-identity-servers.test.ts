import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { Mxid } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { FederationFailure } from '../../../src/matrix/federation-failure.js';
import { createHttpIdentityServers, type HttpIdentityServersDeps } from '../../../src/matrix/http-identity-servers.js';
import { testAuthority } from '../../support/certificates.js';
import { replyJson, startThirdPartyServer, type ThirdPartyServer } from '../../support/third-party-server.js';

let server: ThirdPartyServer;
let name: string;
beforeEach(async () => {
  server = await startThirdPartyServer();
  name = `127.0.0.1:${server.port}`;
});
afterEach(() => server.close());

const connect = (deps: Partial<HttpIdentityServersDeps> = {}) =>
  createHttpIdentityServers({
    allowedNetworks: ['127.0.0.0/8'],
    servers: {},
    deadlineMs: 10_000,
    clock: systemClock,
    ca: testAuthority,
    ...deps,
  });
const asked = { sid: 's1', clientSecret: new Secret('very.secret'), mxid: '@alice:example.test' as Mxid };
const address = { medium: 'email', address: 'alice@mail.test' } as const;
const bind = (at = name, deps: Partial<HttpIdentityServersDeps> = {}) =>
  connect(deps).bind(at, asked, new Secret('very/secret token'));

async function failureOf(work: Promise<unknown>) {
  const error: unknown = await work.then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FederationFailure)) throw error;
  expect(inspect(error, { depth: 9 })).not.toContain('very');
  return error.details;
}

describe('an identity server', () => {
  it('receives a bind in the name of the user of that token', async () => {
    server.answer((response) => replyJson(response, 200, { medium: 'email', address: 'alice@mail.test' }));
    expect(await bind()).toEqual({ status: 200, body: { medium: 'email', address: 'alice@mail.test' } });
    const [request] = server.requests;
    expect(request).toMatchObject({
      method: 'POST',
      path: '/_matrix/identity/v2/3pid/bind',
      headers: { authorization: 'Bearer very/secret token', 'content-type': 'application/json', host: name },
    });
    expect(JSON.parse(request?.body ?? '')).toEqual({
      sid: 's1',
      client_secret: 'very.secret',
      mxid: '@alice:example.test',
    });
  });

  it.each([
    ['id.test', '', '/_matrix/identity/v2/3pid/bind'],
    ['id.test/there', '', '/there/_matrix/identity/v2/3pid/bind'],
    ['id.test', '/inside', '/inside/_matrix/identity/v2/3pid/bind'],
    ['id.test:8090', '', '/_matrix/identity/v2/3pid/bind'],
  ])('is reached at the configured address: %s at %j', async (named, inside, path) => {
    const plain = await startThirdPartyServer({ certificate: 'none' });
    plain.answer((response) => replyJson(response, 200, {}));
    const base = `http://127.0.0.1:${plain.port}${inside}`;
    const servers = { 'id.test': base, 'id.test:8090': base };
    const lookUp = () => expect.fail('it was looked up');
    await bind(named, { servers, allowedNetworks: [], lookUp });
    expect(plain.requests).toMatchObject([{ path }]);
    await plain.close();
  });

  it('receives an unbind by the session, without a token', async () => {
    server.answer((response) => replyJson(response, 200, {}));
    const answer = await connect().unbind(`${name}/sydent`, { ...asked, address });
    expect(answer).toEqual({ status: 200, body: {} });
    const [request] = server.requests;
    expect(request?.path).toBe('/sydent/_matrix/identity/v2/3pid/unbind');
    expect(request?.headers.authorization).toBeUndefined();
    expect(JSON.parse(request?.body ?? '')).toEqual({
      sid: 's1',
      client_secret: 'very.secret',
      mxid: '@alice:example.test',
      threepid: address,
    });
  });

  it('refuses with its own error', async () => {
    const body = { errcode: 'M_TERMS_NOT_SIGNED', error: 'Terms' };
    server.answer((response) => replyJson(response, 403, body));
    expect(await bind()).toEqual({ status: 403, body });
  });

  it('can refuse without an error text', async () => {
    server.answer((response) => void response.writeHead(502).end('<html>'));
    expect(await bind()).toEqual({ status: 502, body: {} });
  });

  it.each([204, 301, 307])('that answers %d has not answered', async (status) => {
    server.answer((response) => void response.writeHead(status, { Location: 'https://elsewhere.test' }).end());
    expect(await failureOf(bind())).toMatchObject({ kind: 'answer_unfit' });
    expect(server.requests).toHaveLength(1);
  });

  it('is not reached in a private network, nor with another server’s certificate', async () => {
    expect(await failureOf(bind(name, { allowedNetworks: [] }))).toEqual({ kind: 'address_refused' });
    const lookUp = () => Promise.resolve(['127.0.0.1']);
    expect(await failureOf(bind(`elsewhere.test:${server.port}`, { lookUp }))).toEqual({ kind: 'no_connection' });
    expect(server.requests).toEqual([]);
  });

  it('has not answered if its answer is endless', async () => {
    server.answer((response) => void response.writeHead(200).end('x'.repeat(70_000)));
    expect(await failureOf(bind())).toMatchObject({ kind: 'answer_unfit' });
  });
});
