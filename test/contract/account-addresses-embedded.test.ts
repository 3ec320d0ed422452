import { describe } from 'vitest';
import { canonicalAddress } from '../../src/base/canonical-address.js';
import { loginBy } from '../support/account-requests.js';
import { createMigratedPostgres, postgresMissing } from '../support/test-database.js';
import { openTestDatabase } from '../support/database.js';
import { openEmbeddedAddresses } from '../support/embedded-addresses.js';
import { createFakeClock } from '../support/fake-clock.js';
import { identityServer } from '../support/identity-service.js';
import { Secret } from '../../src/base/secret.js';
import type { Database } from '../../src/database/database.js';
import type { FakeClock } from '../support/fake-clock.js';
import { accountAddressesContract, accountAddressesRaces } from './account-addresses.js';
import type { AddressesUnderTest } from '../support/address-steps.js';

async function open(given?: { readonly database: Database; readonly clock: FakeClock }): Promise<AddressesUnderTest> {
  const under = await openEmbeddedAddresses(given);
  return {
    ...under,
    ownIdServer: identityServer,
    async logInBy(medium, address, password) {
      const identifier = { kind: 'address', medium, address } as const;
      const proof = { kind: 'password', identifier, password: new Secret(password) } as const;
      return (await under.embedded.accounts.logIn(loginBy(proof))).mxid;
    },
    async publishedFor(typed) {
      const medium = typed.startsWith('+') ? 'msisdn' : 'email';
      const address = canonicalAddress({ medium, address: typed });
      const found = address && (await under.database.transaction((tx) => tx.identityAssociations.find(address)));
      return found?.mxid;
    },
  };
}

describe('the 3PIDs of accounts of this daemon, on SQLite', () => {
  accountAddressesContract(() => open());
  accountAddressesRaces(() => open());
});

describe.skipIf(postgresMissing)('the 3PIDs of accounts of this daemon, on PostgreSQL', () =>
  accountAddressesRaces(async () => {
    const testDatabase = await createMigratedPostgres();
    const clock = createFakeClock();
    const database = await openTestDatabase({ uri: testDatabase.uri, clock });
    const under = await open({ database, clock });
    return {
      ...under,
      async close() {
        await under.close();
        await database.close();
        await testDatabase.remove();
      },
    };
  }),
);
