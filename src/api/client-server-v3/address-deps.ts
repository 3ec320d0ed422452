import type { AccountAddresses } from '../../accounts/threepids/account-addresses.js';
import type { AddressSubmissionDeps } from './token-submission.js';

/** The dependencies of the 3PID endpoints. */
export interface AddressDeps extends AddressSubmissionDeps {
  readonly addresses: AccountAddresses;
  /** Whether the deprecated POST /account/3pid is served, which requires no authentication. */
  readonly postsWithoutAuthentication: boolean;
}
