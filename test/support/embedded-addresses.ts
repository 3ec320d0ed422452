import type { AccountAddresses } from '../../src/accounts/threepids/account-addresses.js';
import { createPasswordProofs } from '../../src/accounts/threepids/password-proofs.js';
import type { AccountCredentials } from '../../src/accounts/credentials.js';
import { createEmbeddedCredentials } from '../../src/accounts/embedded/embedded-credentials.js';
import { createLoginGuard } from '../../src/accounts/embedded/login-guard.js';
import type { PasswordHasher } from '../../src/accounts/embedded/password-hasher.js';
import { systemRandom } from '../../src/base/random.js';
import { createEmbeddedAddresses } from '../../src/accounts/embedded/embedded-addresses.js';
import type { TestUser } from './address-steps.js';
import { openContacts, type ContactsChanges, type ContactsUnderTest } from './contacts.js';
import { openEmbeddedAccounts, type EmbeddedUnderTest } from './embedded-accounts.js';
import { loginOf } from './account-requests.js';

/** The 3PIDs of accounts of our own, and what a test does to them from outside. */
export interface EmbeddedAddressesUnderTest extends ContactsUnderTest {
  readonly addresses: AccountAddresses;
  readonly credentials: AccountCredentials;
  readonly embedded: EmbeddedUnderTest;
  /** A logged-in account with that localpart. */
  readonly logInNew: (localpart: string) => Promise<TestUser>;
}

/**
 * Opens them on a database of their own unless one is given, and on a clock that stands still. The
 * caller closes them.
 */
export async function openEmbeddedAddresses({
  mayChange = true,
  hasher,
  ...changes
}: ContactsChanges & {
  readonly mayChange?: boolean;
  readonly hasher?: PasswordHasher;
} = {}): Promise<EmbeddedAddressesUnderTest> {
  const contacts = await openContacts(changes);
  const { database, clock, proofs, own, publications } = contacts;
  const embedded = await openEmbeddedAccounts({ database, clock, ...(hasher && { hasher }) });
  const { userInteractiveAuth } = embedded.accounts;
  return {
    ...contacts,
    addresses: createEmbeddedAddresses({
      proofs,
      addresses: own,
      publications,
      guard: createLoginGuard({ database, userInteractiveAuth }),
      mayChange,
    }),
    credentials: createEmbeddedCredentials({
      database,
      hasher: embedded.hasher,
      revoker: embedded.revoker,
      userInteractiveAuth,
      publications,
      proofs: createPasswordProofs({
        database,
        validation: contacts.validation,
        canSend: (medium) => contacts.messenger.canSend(medium === 'email' ? 'email_validation' : 'phone_validation'),
        submitUrl: (medium) => `https://id.test/password/${medium}`,
      }),
      clock,
      random: systemRandom,
    }),
    embedded,
    async logInNew(localpart) {
      const { mxid, password } = await embedded.addUser(localpart);
      const { accessToken } = await embedded.accounts.logIn(loginOf(mxid, password));
      return { mxid, password, caller: { mxid, accessToken, clientAddress: '203.0.113.7' } };
    },
  };
}
