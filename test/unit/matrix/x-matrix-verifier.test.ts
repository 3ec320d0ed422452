import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { canonicalJson } from '../../../src/base/canonical-json.js';
import { systemClock } from '../../../src/base/clock.js';
import type { SigningKey } from '../../../src/base/ed25519.js';
import { FederationFailure } from '../../../src/matrix/federation-failure.js';
import { createHttpFederation } from '../../../src/matrix/http-federation.js';
import { createXMatrixVerifier } from '../../../src/matrix/x-matrix-verifier.js';
import type { SignedRequest } from '../../../src/matrix/x-matrix.js';
import { testAuthority } from '../../support/certificates.js';
import { startFederatingHomeserver, testKey, type FederatingHomeserver } from '../../support/federating-homeserver.js';
import { replyJson } from '../../support/third-party-server.js';

let homeserver: FederatingHomeserver;
let origin: string;
beforeEach(async () => {
  homeserver = await startFederatingHomeserver();
  origin = homeserver.serverName;
});
afterEach(() => homeserver.close());

const verify = (request: SignedRequest) => {
  const federation = createHttpFederation({
    allowedNetworks: ['127.0.0.1'],
    servers: {},
    deadlineMs: 10_000,
    clock: systemClock,
    ca: testAuthority,
  });
  return createXMatrixVerifier({ federation, ourNames: ['id.test', 'id.test:8090', 'Alias.test'] })(request);
};

const unbind = {
  method: 'POST',
  uri: '/_matrix/identity/v2/3pid/unbind?a=%62',
  content: { mxid: '@alice:home.test', threepid: { medium: 'email', address: 'ü@home.test' } },
};

interface Signing {
  readonly key?: SigningKey;
  /** The signed content, besides the request and the origin. */
  readonly signed?: Record<string, unknown>;
  /** Additions to the header. */
  readonly header?: string;
}

/** The request as the homeserver signs it, for id.test. */
function signedRequest({ key = testKey('a_1', 1), signed = {}, header = '' }: Signing = {}): SignedRequest {
  const bytes = Buffer.from(canonicalJson({ ...unbind, origin, destination_is: 'id.test', ...signed }));
  const authorization = `X-Matrix origin="${origin}",key="${key.keyId}",sig="${key.sign(bytes)}"${header}`;
  return { ...unbind, authorization };
}

/** As the server-server API signs requests. */
const overDestination = (destination: string) => ({ destination_is: undefined, destination });

describe('a request that a homeserver signed', () => {
  it.each<[string, Signing]>([
    ['for our name', { header: ',destination="id.test"' }],
    ['for our name, which is not in the header', {}],
    ['over destination', { header: ',destination="id.test"', signed: overDestination('id.test') }],
    ['over destination, which is not in the header', { signed: overDestination('Alias.test') }],
    ['for another name of ours', { header: ',destination="id.test:8090"', signed: { destination_is: 'id.test:8090' } }],
    ['for another name of ours, which is not in the header', { signed: { destination_is: 'Alias.test' } }],
    [
      'for our name in other letters',
      { header: ',destination="ALIAS.test"', signed: { destination_is: 'ALIAS.test' } },
    ],
  ])('is its request: %s', async (_, signing) => {
    expect(await verify(signedRequest(signing))).toEqual({ kind: 'signed', origin });
  });

  it('with several keys is valid if one of them is known', async () => {
    const one = signedRequest({ key: testKey('new', 5) }).authorization;
    const other = signedRequest().authorization;
    expect(await verify({ ...unbind, authorization: `${one}, ${other}` })).toEqual({ kind: 'signed', origin });
  });

  it('without content is valid without content', async () => {
    const request = signedRequest({ signed: { content: undefined } });
    expect(await verify({ ...request, content: undefined })).toEqual({ kind: 'signed', origin });
    expect(await verify(request)).toEqual({ kind: 'wrong' });
  });

  it.each<[string, Signing, Partial<SignedRequest>]>([
    ['for another server', { header: ',destination="other.test"', signed: { destination_is: 'other.test' } }, {}],
    ['for another server, which is not in the header', { signed: { destination_is: 'other.test' } }, {}],
    ['for another of our names than in the header', { header: ',destination="id.test:8090"' }, {}],
    ['for no server', { signed: { destination_is: undefined } }, {}],
    ['over destination for another server', { signed: overDestination('other.test') }, {}],
    ['over both', { signed: { destination: 'id.test' } }, {}],
    ['in the name of another server', { signed: { origin: 'other.test' } }, {}],
    ['with another key', { key: testKey('a_1', 2) }, {}],
    ['with a key that is not published', { key: testKey('b', 1) }, {}],
    ['by another method', {}, { method: 'PUT' }],
    ['to another path', {}, { uri: '/_matrix/identity/v2/3pid/unbind?a=b' }],
    ['with other content', {}, { content: { ...unbind.content, mxid: '@bob:home.test' } }],
    ['with content that has no canonical form', {}, { content: { ...unbind.content, more: 0.5 } }],
  ])('is invalid if it was signed otherwise: %s', async (_, signing, sent) => {
    expect(await verify({ ...signedRequest(signing), ...sent })).toEqual({ kind: 'wrong' });
  });

  it('is not a request of the second origin in its header', async () => {
    const other = 'X-Matrix origin="localhost:1",key="ed25519:a_1",sig="abc"';
    const request = { ...unbind, authorization: `${other}, ${signedRequest().authorization}` };
    expect(await verify(request)).toEqual({ kind: 'unreachable' });
  });
});

describe('a request', () => {
  it.each([
    ['no header', undefined],
    ['an empty header', ''],
    ['an access token', 'Bearer abc'],
    ['no parameters', 'X-Matrix'],
    ['no signature', 'X-Matrix origin="home.test",key="ed25519:a_1"'],
  ])('that is not signed has no origin: %s', async (_, authorization) => {
    expect(await verify({ ...unbind, authorization })).toEqual({ kind: 'missing' });
  });

  it.each(['no server', 'user@home.test', '127.1', 'home.test/path', 'https://home.test'])(
    'is rejected if the origin is no server name: %s',
    async (name) => {
      const authorization = `X-Matrix origin="${name}",key="ed25519:a_1",sig="abc"`;
      expect(await verify({ ...unbind, authorization })).toEqual({ kind: 'origin_invalid' });
    },
  );

  it('for another server causes no request for keys', async () => {
    await verify(signedRequest({ header: ',destination="other.test"' }));
    expect(homeserver.requests).toEqual([]);
  });

  it('cannot be checked if the homeserver returns no keys', async () => {
    homeserver.behave((response) => replyJson(response, 500, {}));
    expect(await verify(signedRequest())).toEqual({ kind: 'unreachable' });
  });
});

describe('a signature whose keys could not be fetched', () => {
  it.each([
    { fault: { kind: 'overloaded' }, verdict: 'overloaded' },
    { fault: { kind: 'no_connection' }, verdict: 'unreachable' },
    { fault: { kind: 'no_answer', afterMs: 1 }, verdict: 'unreachable' },
    { fault: { kind: 'address_refused' }, verdict: 'unreachable' },
    { fault: { kind: 'refused', status: 404 }, verdict: 'unreachable' },
    { fault: { kind: 'answer_unfit', problem: 'no JSON object' }, verdict: 'unreachable' },
  ] as const)('because of $fault.kind makes the origin $verdict', async ({ fault, verdict }) => {
    const federation = { hasSigned: () => Promise.reject(new FederationFailure(fault)) };
    const check = createXMatrixVerifier({ federation, ourNames: ['id.test'] });
    expect(await check(signedRequest())).toEqual({ kind: verdict });
  });
});
