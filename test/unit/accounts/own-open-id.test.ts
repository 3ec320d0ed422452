import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createOwnOpenId } from '../../../src/accounts/own-open-id.js';
import type { Mxid, ServerName } from '../../../src/base/mxid.js';
import { Secret } from '../../../src/base/secret.js';
import { FederationFailure } from '../../../src/matrix/federation-failure.js';
import type { OpenId } from '../../../src/matrix/federation.js';
import { loginOf } from '../../support/account-requests.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../../support/embedded-accounts.js';

const elsewhere = 'elsewhere.test' as ServerName;
let embedded: EmbeddedUnderTest;
let openId: OpenId;

beforeEach(async () => {
  embedded = await openEmbeddedAccounts();
  openId = createOwnOpenId({
    serverName: embedded.serverName,
    tokens: embedded.accounts.openIdTokens,
    others: { openIdSubject: (server) => Promise.resolve(`@other:${server}` as Mxid) },
  });
});

afterEach(() => embedded.close());

async function mint(): Promise<Secret> {
  const { mxid, password } = await embedded.addUser('alice');
  const { accessToken } = await embedded.accounts.logIn(loginOf('alice', password));
  return (await embedded.accounts.openIdTokens.mint(accessToken, mxid)).token;
}

describe('the user of an OpenID token, beside embedded accounts,', () => {
  it('is found for our own token without a network request', async () => {
    expect(await openId.openIdSubject(embedded.serverName, await mint())).toBe('@alice:example.test');
  });

  it('is refused for our own token after its expiry, without a network request', async () => {
    const token = await mint();
    await embedded.clock.advance(3_600_000);
    const error: unknown = await openId.openIdSubject(embedded.serverName, token).catch((thrown: unknown) => thrown);
    expect(error instanceof FederationFailure && error.details).toEqual({ kind: 'refused', status: 401 });
  });

  it('is requested from another server for its own tokens, or from the homeserver for tokens that we did not issue', async () => {
    expect(await openId.openIdSubject(elsewhere, await mint())).toBe('@other:elsewhere.test');
    expect(await openId.openIdSubject(embedded.serverName, new Secret('theirs'))).toBe('@other:example.test');
  });
});
