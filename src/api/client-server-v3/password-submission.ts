import type { Secret } from '../../base/secret.js';
import type { Surface } from '../../http/surface.js';
import { identitySurface } from '../identity/identity-surface.js';
import { submitToken } from '../identity/submit-token.js';
import { linkTo, validationPages, type LinkedProof, type ValidationPagesDeps } from '../identity/validation-page.js';
import { passwordSubmission } from '../identity/version.js';

const prefix = '/_matrix/client/unstable';

/** Returns the `submit_url` for tokens that allow a new password. */
export function passwordSubmitUrl(publicUrl: string, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${prefix}${passwordSubmission.submitPath(medium)}`;
}

/** Returns the link in a mail that allows a new password. */
export function passwordLink(publicUrl: string, proof: LinkedProof): Secret {
  return linkTo(passwordSubmitUrl(publicUrl, 'email'), proof);
}

/**
 * Returns the endpoints at which password reset tokens are submitted. Errors are those of the
 * identity service, as for 3PIDs.
 */
export function createPasswordSubmission(deps: ValidationPagesDeps): Surface {
  return identitySurface({
    name: 'password-submission',
    prefixes: [prefix],
    endpoints: (['email', 'msisdn'] as const).flatMap((medium) => [
      submitToken(passwordSubmission, medium).serve(deps.validation),
      ...validationPages(passwordSubmission, medium, deps),
    ]),
  });
}
