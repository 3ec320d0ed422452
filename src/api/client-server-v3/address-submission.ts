import type { Secret } from '../../base/secret.js';
import type { Surface } from '../../http/surface.js';
import { identitySurface } from '../identity/identity-surface.js';
import { submitToken } from '../identity/submit-token.js';
import { linkTo, validationPages, type LinkedProof, type ValidationPagesDeps } from '../identity/validation-page.js';
import { accountSubmission } from '../identity/version.js';

/** Whose is the path at which homeservers take tokens: ours, or that of the homeserver beside us, which has sessions of its own there. */
export type SubmissionPath = 'ours' | 'the_homeservers';

const prefixes: Readonly<Record<SubmissionPath, string>> = {
  ours: '/_matrix/client/unstable/add_threepid',
  the_homeservers: '/_matrix/client/unstable/gangway/add_threepid',
};

/** What createAddressSubmission needs. */
export interface AddressSubmissionDeps extends ValidationPagesDeps {
  readonly usualPath: SubmissionPath;
}

/** The `submit_url` for tokens that were sent to addresses of that medium. */
export function addressSubmitUrl(publicUrl: string, usualPath: SubmissionPath, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${prefixes[usualPath]}${accountSubmission.submitPath(medium)}`;
}

/** The link in a mail that proves an address for an account. */
export function addressLink(publicUrl: string, usualPath: SubmissionPath, proof: LinkedProof): Secret {
  return linkTo(addressSubmitUrl(publicUrl, usualPath, 'email'), proof);
}

/** Where tokens are submitted that prove addresses for accounts: a specification says that it is as with the identity service, errors included. */
export function createAddressSubmission(deps: AddressSubmissionDeps): Surface {
  return identitySurface({
    name: 'address-submission',
    prefixes: [prefixes[deps.usualPath]],
    endpoints: (['email', 'msisdn'] as const).flatMap((medium) => [
      submitToken(accountSubmission, medium, deps.validation),
      ...validationPages(accountSubmission, medium, deps),
    ]),
  });
}
