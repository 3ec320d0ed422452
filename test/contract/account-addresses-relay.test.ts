import { describe } from 'vitest';
import { canonicalAddress } from '../../src/base/canonical-address.js';
import type { AddressesUnderTest } from '../support/address-steps.js';
import type { AddressSupport } from '../support/fake-homeserver-addresses.js';
import { startFakeHomeserver } from '../support/fake-homeserver.js';
import { identityServer } from '../support/identity-service.js';
import { callerOf, openRelayAddresses } from '../support/relay-addresses.js';
import { accountAddressesContract } from './account-addresses.js';
import { passwordLogin } from './account-authority.js';

async function open(support: AddressSupport): Promise<AddressesUnderTest> {
  const homeserver = await startFakeHomeserver('example.test');
  homeserver.addresses.support = support;
  const relay = await openRelayAddresses(homeserver.url, 'example.test');
  return {
    ...relay,
    ownIdServer: identityServer,
    async logInNew(localpart) {
      const password = `secret of ${localpart}`;
      const user = homeserver.addUser(localpart, password);
      const attempt = passwordLogin({ type: 'm.id.user', user }, password);
      const { mxid, accessToken } = await relay.authority.logIn(attempt);
      return { mxid, password, caller: callerOf(mxid, accessToken.reveal()) };
    },
    async logInBy(medium, address, password) {
      const attempt = passwordLogin({ type: 'm.id.thirdparty', medium, address }, password);
      return (await relay.authority.logIn(attempt)).mxid;
    },
    async publishedFor(typed) {
      const medium = typed.startsWith('+') ? 'msisdn' : 'email';
      const address = canonicalAddress({ medium, address: typed });
      const found = address && (await relay.database.transaction((tx) => tx.identityAssociations.find(address)));
      return found?.mxid;
    },
    async close() {
      await relay.close();
      await homeserver.close();
    },
  };
}

describe.each<AddressSupport>(['none', 'unproven'])('the 3PIDs of a homeserver’s accounts (%s)', (support) =>
  accountAddressesContract(() => open(support)),
);
