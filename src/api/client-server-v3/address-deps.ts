import type { AccountAddresses } from '../../accounts/contacts/account-addresses.js';
import type { Validation } from '../../threepid/validation.js';

/** What the endpoints for the addresses of accounts need. */
export interface AddressDeps {
  readonly addresses: AccountAddresses;
  readonly validation: Pick<Validation, 'submitToken'>;
  /** Whether the page behind the link in a mail wants a click. */
  readonly confirmClick: boolean;
  /** Whether the deprecated POST /account/3pid is served, which asks nobody to authenticate. */
  readonly postsWithoutAuthentication: boolean;
}
