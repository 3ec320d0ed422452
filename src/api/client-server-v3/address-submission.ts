import type { Secret } from '../../base/secret.js';
import type { Surface } from '../../http/surface.js';
import { identitySurface } from '../identity/identity-surface.js';
import { submitToken } from '../identity/submit-token.js';
import { linkTo, validationPages, type LinkedProof, type ValidationPagesDeps } from '../identity/validation-page.js';
import { accountSubmission } from '../identity/version.js';

const prefix = '/_matrix/client/unstable/add_threepid';

/** The `submit_url` for tokens that were sent to addresses of that medium. */
export function addressSubmitUrl(publicUrl: string, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${prefix}${accountSubmission.submitPath(medium)}`;
}

/** The link in a mail that proves an address for an account. */
export function addressLink(publicUrl: string, proof: LinkedProof): Secret {
  return linkTo(addressSubmitUrl(publicUrl, 'email'), proof);
}

/** Where tokens are submitted that prove addresses for accounts: a specification says that it is as with the identity service, errors included. */
export function createAddressSubmission(deps: ValidationPagesDeps): Surface {
  return identitySurface({
    name: 'address-submission',
    prefixes: [prefix],
    endpoints: (['email', 'msisdn'] as const).flatMap((medium) => [
      submitToken(accountSubmission, medium, deps.validation),
      ...validationPages(accountSubmission, medium, deps),
    ]),
  });
}
