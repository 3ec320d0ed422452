import { afterAll, describe } from 'vitest';
import type { Mxid, ServerName } from '../../src/base/mxid.js';
import { Secret } from '../../src/base/secret.js';
import { startFakeHomeserver, type FakeHomeserver } from '../support/fake-homeserver.js';
import { createTestRelay } from '../support/relay-accounts.js';
import { accountAuthorityContract } from './account-authority.js';

describe('the relay in front of the fake homeserver', () => {
  let homeserver: FakeHomeserver;
  afterAll(() => homeserver.close());

  accountAuthorityContract(async () => {
    homeserver = await startFakeHomeserver('home.test');
    const { authority, clock, addresses } = createTestRelay(homeserver.url, 'home.test');
    return {
      authority,
      serverName: 'home.test' as ServerName,
      addUser(localpart) {
        const password = `secret of ${localpart}`;
        return Promise.resolve({ mxid: homeserver.addUser(localpart, password) as Mxid, password });
      },
      addAddress: (mxid, { medium, address }) => Promise.resolve(void addresses.set(`${medium} ${address}`, mxid)),
      deactivate: (mxid) => Promise.resolve(homeserver.deactivate(mxid)),
      devicesOf: (mxid) => Promise.resolve(homeserver.devicesOf(mxid)),
      mintLoginToken: (token) => Promise.resolve(new Secret(homeserver.mint(token.reveal()))),
      logOut: (token) => Promise.resolve(homeserver.logOut(token.reveal())),
      forget: () => clock.advance(30_000),
    };
  });
});
