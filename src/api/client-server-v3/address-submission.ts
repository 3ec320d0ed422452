import type { Secret } from '../../base/secret.js';
import type { Surface } from '../../http/surface.js';
import { identitySurface } from '../identity/identity-surface.js';
import { submitToken } from '../identity/submit-token.js';
import { linkTo, validationPages, type LinkedProof, type ValidationPagesDeps } from '../identity/validation-page.js';
import { accountSubmission } from '../identity/version.js';

/**
 * Whether the path at which homeservers accept tokens is Gangway's, or that of the homeserver
 * behind it, which has its own sessions there.
 */
export type SubmissionPath = 'ours' | 'the_homeservers';

const prefixes: Readonly<Record<SubmissionPath, string>> = {
  ours: '/_matrix/client/unstable/add_threepid',
  the_homeservers: '/_matrix/client/unstable/gangway/add_threepid',
};

export interface AddressSubmissionDeps extends ValidationPagesDeps {
  readonly usualPath: SubmissionPath;
}

/** Returns the `submit_url` for tokens sent to 3PIDs of the medium. */
export function addressSubmitUrl(publicUrl: string, usualPath: SubmissionPath, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${prefixes[usualPath]}${accountSubmission.submitPath(medium)}`;
}

/** Returns the link in a mail that validates a 3PID for an account. */
export function addressLink(publicUrl: string, usualPath: SubmissionPath, proof: LinkedProof): Secret {
  return linkTo(addressSubmitUrl(publicUrl, usualPath, 'email'), proof);
}

/**
 * Returns the endpoints at which validation tokens for accounts are submitted. They behave like
 * those of the identity service, errors included.
 */
export function createAddressSubmission(deps: AddressSubmissionDeps): Surface {
  return identitySurface({
    name: 'address-submission',
    prefixes: [prefixes[deps.usualPath]],
    endpoints: (['email', 'msisdn'] as const).flatMap((medium) => [
      submitToken(accountSubmission, medium).serve(deps.validation),
      ...validationPages(accountSubmission, medium, deps),
    ]),
  });
}
