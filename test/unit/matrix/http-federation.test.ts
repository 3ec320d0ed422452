import type { ServerResponse } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/clock.js';
import type { ServerName } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { signJson } from '../../../src/base/signed-json.js';
import { FederationFailure, type FederationFailureDetails } from '../../../src/matrix/federation-failure.js';
import { createHttpFederation, type HttpFederationDeps } from '../../../src/matrix/http-federation.js';
import { testAuthority } from '../../support/certificates.js';
import { createFakeClock } from '../../support/fake-clock.js';
import { startFederatingHomeserver, testKey, type FederatingHomeserver } from '../../support/federating-homeserver.js';
import { startSilentServer } from '../../support/silent-server.js';
import { replyJson } from '../../support/third-party-server.js';

let homeserver: FederatingHomeserver;
let server: ServerName;
beforeEach(async () => {
  homeserver = await startFederatingHomeserver();
  server = homeserver.serverName as ServerName;
});
afterEach(() => homeserver.close());

function connect(deps: Partial<HttpFederationDeps> = {}) {
  return createHttpFederation({
    allowedNetworks: ['127.0.0.0/8'],
    servers: {},
    deadlineMs: 10_000,
    clock: systemClock,
    lookUp: () => Promise.reject(new Error('ENOTFOUND')),
    lookUpServices: () => Promise.reject(new Error('ENOTFOUND')),
    ca: testAuthority,
    ...deps,
  });
}

async function failureOf(work: Promise<unknown>): Promise<FederationFailureDetails> {
  const error: unknown = await work.then(
    () => expect.fail('there was an answer'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof FederationFailure)) throw error;
  expect(inspect(error, { depth: 9 })).not.toContain('very');
  return error.details;
}

const token = new Secret('very/secret+&');

describe('the user of an OpenID token', () => {
  it('is the one that the homeserver returns', async () => {
    homeserver.subjects.set('very/secret+&', '@alice:home.test');
    expect(await connect().openIdSubject(server, token)).toBe('@alice:home.test');
  });

  it('is absent if the homeserver refuses', async () => {
    expect(await failureOf(connect().openIdSubject(server, token))).toEqual({ kind: 'refused', status: 401 });
  });

  it.each([
    ['no member', undefined],
    ['a number', 5],
    ['a localpart', 'alice'],
    ['an empty text', ''],
    ['no server name', '@alice'],
    ['a list', ['@alice:home.test']],
  ])('is absent if the answer contains no Matrix ID: %s', async (_, sub) => {
    homeserver.behave((response) => replyJson(response, 200, { sub }));
    expect(await failureOf(connect().openIdSubject(server, token))).toMatchObject({ kind: 'answer_unfit' });
  });

  const unfit: readonly [string, (response: ServerResponse) => unknown, string][] = [
    ['a redirect', (response) => response.writeHead(307, { Location: 'https://home.test/' }).end('{}'), 'a redirect'],
    ['an HTML page', (response) => response.end('<html>'), 'no JSON object'],
    ['a list', (response) => replyJson(response, 200, []), 'no JSON object'],
    ['a book', (response) => replyJson(response, 200, { sub: 'x'.repeat(65_536) }), 'more than 65536 bytes'],
  ];
  it.each(unfit)('is absent if the answer is %s', async (_, reply, problem) => {
    homeserver.behave(reply);
    expect(await failureOf(connect().openIdSubject(server, token))).toEqual({ kind: 'answer_unfit', problem });
  });

  it('is not requested in a private network, nor without a server', async () => {
    homeserver.subjects.set('very/secret+&', '@alice:home.test');
    const strict = connect({ allowedNetworks: [] });
    expect(await failureOf(strict.openIdSubject(server, token))).toEqual({ kind: 'address_refused' });
    expect(await failureOf(connect().openIdSubject('nowhere.test' as ServerName, token))).toEqual({
      kind: 'no_connection',
    });
    expect(homeserver.requests).toEqual([]);
  });

  it('is requested at the configured address, with or without TLS', async () => {
    const plain = await startFederatingHomeserver({ certificate: 'none' });
    try {
      plain.subjects.set('very/secret+&', '@alice:home.test');
      const servers = {
        'home.test': `http://localhost:${plain.port}`,
        'other.test': `https://localhost:${homeserver.port}`,
      };
      const federation = connect({ allowedNetworks: [], servers });
      expect(await federation.openIdSubject('home.test' as ServerName, token)).toBe('@alice:home.test');
      homeserver.subjects.set('very/secret+&', '@bob:other.test');
      expect(await federation.openIdSubject('other.test' as ServerName, token)).toBe('@bob:other.test');
    } finally {
      await plain.close();
    }
  });

  it('is requested at the next address of the server if one does not answer', async () => {
    homeserver.subjects.set('very/secret+&', '@alice:home.test');
    const records = [
      { name: 'gone.test', port: homeserver.port, priority: 1, weight: 1 },
      { name: 'there.test', port: homeserver.port, priority: 2, weight: 1 },
    ];
    const federation = connect({
      lookUp: (host) => (host === 'there.test' ? Promise.resolve(['127.0.0.1']) : Promise.reject(new Error('none'))),
      lookUpServices: () => Promise.resolve(records),
    });
    expect(await federation.openIdSubject('home.test' as ServerName, token)).toBe('@alice:home.test');
    expect(homeserver.requests).toMatchObject([{ headers: { host: 'home.test' }, serverName: 'home.test' }]);
  });

  it('is awaited no longer than three deadlines, for any number of addresses', async () => {
    const clock = createFakeClock();
    const silent = await startSilentServer();
    try {
      const record = { name: 'silent.test', port: silent.port, priority: 1, weight: 1 };
      const federation = connect({
        clock,
        lookUp: () => new Promise(() => {}),
        lookUpServices: () => Promise.resolve([record, record, record]),
      });
      const fault = failureOf(federation.openIdSubject('home.test' as ServerName, token));
      for (let times = 0; times < 3; times += 1) await clock.advance(10_000);
      expect(await fault).toEqual({ kind: 'no_answer', afterMs: 30_000 });
    } finally {
      await silent.stop();
    }
  });
});

describe('a bound 3PID', () => {
  const body = { address: 'alice@home.test', medium: 'email', mxid: '@alice:home.test', invites: [{ ü: 1 }] };

  it('is posted to the homeserver', async () => {
    await connect().postOnBind(server, body);
    expect(homeserver.requests).toMatchObject([
      { method: 'POST', path: '/_matrix/federation/v1/3pid/onbind', headers: { 'content-type': 'application/json' } },
    ]);
    expect(JSON.parse(homeserver.requests[0]?.body ?? '')).toEqual(body);
  });

  it.each([201, 400, 403, 404, 500, 502])('is not accepted if the answer is %i', async (status) => {
    homeserver.behave((response) => replyJson(response, status, {}));
    expect(await failureOf(connect().postOnBind(server, body))).toEqual({ kind: 'refused', status });
  });
});

describe('a signature of a homeserver', () => {
  const bytes = Buffer.from('signed');
  const key = testKey('a_1', 1);
  const signedBy = ({ keyId, sign } = key) => ({ keyId, signature: sign(bytes), bytes });
  const asked = () => homeserver.requests.length;

  it('is valid with a key that the homeserver publishes', async () => {
    expect(await connect().hasSigned(server, signedBy())).toBe(true);
  });

  it('is invalid for other bytes, with another key, or with an unknown one', async () => {
    const federation = connect();
    expect(await federation.hasSigned(server, { ...signedBy(), bytes: Buffer.from('other') })).toBe(false);
    expect(await federation.hasSigned(server, { ...signedBy(), signature: testKey('a_1', 2).sign(bytes) })).toBe(false);
    expect(await federation.hasSigned(server, { ...signedBy(), signature: 'no base64!' })).toBe(false);
    expect(await federation.hasSigned(server, signedBy(testKey('b', 1)))).toBe(false);
    expect(await federation.hasSigned(server, { ...signedBy(), keyId: 'constructor' })).toBe(false);
  });

  const forged: readonly [string, () => Record<string, unknown>][] = [
    ['are those of another server', () => ({ ...homeserver.published(), server_name: 'other.test' })],
    ['are not signed', () => ({ ...homeserver.published(), signatures: {} })],
    ['are signed in the name of another server', () => signJson(unsigned(), 'other.test', key)],
    ['were changed afterwards', () => ({ ...homeserver.published(), old_verify_keys: { a: 1 } })],
    ['hold what cannot be signed', () => ({ ...homeserver.published(), 'org.example': 1.5 })],
    ['are none', () => ({ ...homeserver.published(), verify_keys: [] })],
    ['are no texts', () => ({ ...homeserver.published(), verify_keys: { [key.keyId]: { key: 5 } } })],
    ['are valid no longer', () => signJson({ ...unsigned(), valid_until_ts: 1_600_000_000_000 }, server, key)],
    ['have an unlimited validity', () => signJson({ ...unsigned(), valid_until_ts: '9' }, server, key)],
    ['are old', () => signJson({ ...unsigned(), verify_keys: {}, old_verify_keys: oldKeys() }, server, key)],
  ];
  const unsigned = () => ({ ...homeserver.published(), signatures: {} });
  const oldKeys = () => ({ [key.keyId]: { key: key.publicKey, expired_ts: Number.MAX_SAFE_INTEGER } });
  it.each(forged)('cannot be checked if the published keys %s', async (_, published) => {
    homeserver.behave((response) => replyJson(response, 200, published()));
    expect(await failureOf(connect().hasSigned(server, signedBy()))).toMatchObject({ kind: 'answer_unfit' });
  });

  it('is invalid with a key that the homeserver publishes without signing by it', async () => {
    const stolen = testKey('stolen', 9);
    homeserver.behave((response) => {
      const verifyKeys = { [key.keyId]: { key: key.publicKey }, [stolen.keyId]: { key: stolen.publicKey } };
      replyJson(response, 200, signJson({ ...unsigned(), verify_keys: verifyKeys }, server, key));
    });
    const federation = connect();
    expect(await federation.hasSigned(server, signedBy(stolen))).toBe(false);
    expect(await federation.hasSigned(server, signedBy())).toBe(true);
  });

  it('is checked with cached keys for an hour', async () => {
    const clock = createFakeClock();
    const federation = connect({ clock });
    await federation.hasSigned(server, signedBy());
    await clock.advance(3_599_999);
    expect(await federation.hasSigned(server, signedBy())).toBe(true);
    expect(asked()).toBe(1);
    homeserver.keys = [testKey('a_1', 3)];
    await clock.advance(1);
    expect(await federation.hasSigned(server, signedBy())).toBe(false);
    expect(asked()).toBe(2);
  });

  it('is checked with no key beyond its validity', async () => {
    const clock = createFakeClock();
    const federation = connect({ clock });
    homeserver.validUntil = clock.now() + 60_000;
    await federation.hasSigned(server, signedBy());
    await clock.advance(60_000);
    expect(await failureOf(federation.hasSigned(server, signedBy()))).toMatchObject({ kind: 'answer_unfit' });
  });

  it('with a new key is valid after the keys are requested again, every ten seconds at most', async () => {
    const clock = createFakeClock();
    const federation = connect({ clock });
    const renewed = testKey('a_2', 2);
    await federation.hasSigned(server, signedBy());
    homeserver.keys = [renewed];
    await clock.advance(9_999);
    expect(await federation.hasSigned(server, signedBy(renewed))).toBe(false);
    await clock.advance(1);
    expect(await federation.hasSigned(server, signedBy(renewed))).toBe(true);
    expect(await federation.hasSigned(server, signedBy())).toBe(false);
    expect(asked()).toBe(2);
  });

  it('of a homeserver that returned no keys is not checked again for ten seconds', async () => {
    const clock = createFakeClock();
    const federation = connect({ clock });
    homeserver.behave((response) => replyJson(response, 502, {}));
    const refused = { kind: 'refused', status: 502 };
    expect(await failureOf(federation.hasSigned(server, signedBy()))).toEqual(refused);
    homeserver.behave();
    await clock.advance(9_999);
    expect(await failureOf(federation.hasSigned(server, signedBy()))).toEqual(refused);
    expect(asked()).toBe(1);
    await clock.advance(1);
    expect(await federation.hasSigned(server, signedBy())).toBe(true);
  });

  it('is checked by one request for concurrent callers', async () => {
    const federation = connect();
    const checks = Array.from({ length: 5 }, () => federation.hasSigned(server, signedBy()));
    expect(await Promise.all(checks)).toEqual([true, true, true, true, true]);
    expect(asked()).toBe(1);
  });
});

describe('a full queue', () => {
  /** A homeserver that withholds the user of a token until it is released. */
  const holdOpenId = () => {
    let letGo: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      homeserver.behave((response) => {
        letGo = () => replyJson(response, 401, {});
        resolve();
      });
    });
    return { asked, letGo: () => letGo() };
  };

  it('of anonymous requests delays no invite, and is not recorded as a fault of the server', async () => {
    const key = testKey('a_1', 1);
    const bytes = Buffer.from('signed');
    const signed = { keyId: key.keyId, signature: key.sign(bytes), bytes };
    const federation = connect({ clock: createFakeClock(), bounds: { maxConcurrent: 1, maxWaiting: 0 } });
    const { asked, letGo } = holdOpenId();
    const holding = failureOf(federation.openIdSubject(server, token));
    await asked;
    expect(await failureOf(federation.hasSigned(server, signed))).toEqual({ kind: 'overloaded' });
    homeserver.behave();
    await federation.postOnBind(server, {});
    letGo();
    expect(await holding).toEqual({ kind: 'refused', status: 401 });
    expect(await federation.hasSigned(server, signed)).toBe(true);
  });
});
