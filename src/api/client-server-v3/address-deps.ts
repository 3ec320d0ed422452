import type { AccountAddresses } from '../../accounts/contacts/account-addresses.js';
import type { AddressSubmissionDeps } from './address-submission.js';

/** What the endpoints for the addresses of accounts need. */
export interface AddressDeps extends AddressSubmissionDeps {
  readonly addresses: AccountAddresses;
  /** Whether the deprecated POST /account/3pid is served, which asks nobody to authenticate. */
  readonly postsWithoutAuthentication: boolean;
}
