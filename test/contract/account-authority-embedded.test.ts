import { afterAll, describe } from 'vitest';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from '../support/embedded-accounts.js';
import { accountAuthorityContract } from './account-authority.js';

describe('the embedded accounts', () => {
  let embedded: EmbeddedUnderTest | undefined;

  accountAuthorityContract(async () => {
    const opened = await openEmbeddedAccounts();
    embedded = opened;
    const { accounts, administration, clock } = opened;
    return {
      ...opened,
      authority: accounts,
      async deactivate(mxid) {
        await administration.deactivate(mxid);
      },
      async mintLoginToken(accessToken, { mxid, password }) {
        const auth = { type: 'm.login.password', identifier: { type: 'm.id.user', user: mxid }, password };
        return (await accounts.mintLoginToken(accessToken, auth)).loginToken;
      },
      logOut: (accessToken) => accounts.logOut(accessToken),
      forget: () => clock.advance(3_600_000),
    };
  });

  afterAll(() => embedded?.close());
});
