import type { Secret } from '../../base/secret.js';
import type { Api } from '../../http/api.js';
import { defineIdentityApi } from '../identity/identity-api.js';
import { submitToken } from '../identity/submit-token.js';
import { linkTo, validationPages, type LinkedProof, type ValidationPagesDeps } from '../identity/validation-page.js';
import { accountSubmission, passwordSubmission, type Version } from '../identity/version.js';

/**
 * Whether the path at which homeservers accept tokens is Gangway's, or that of the homeserver
 * behind it, which has its own sessions there.
 */
export type SubmissionPath = 'ours' | 'the_homeservers';

const addressPrefixes: Readonly<Record<SubmissionPath, string>> = {
  ours: '/_matrix/client/unstable/add_threepid',
  the_homeservers: '/_matrix/client/unstable/gangway/add_threepid',
};
const passwordPrefix = '/_matrix/client/unstable';

/** The operations that accept validation tokens for accounts, and their usual prefixes. */
export const addressSubmissions = {
  prefixes: [addressPrefixes.ours],
  endpoints: submissionsOf(accountSubmission),
} as const;

/** The operations that accept tokens that allow a new password, and their prefixes. */
export const passwordSubmissions = {
  prefixes: [passwordPrefix],
  endpoints: submissionsOf(passwordSubmission),
} as const;

/** The dependencies of the endpoints for 3PIDs. */
export interface AddressSubmissionDeps extends ValidationPagesDeps {
  readonly usualPath: SubmissionPath;
}

/** Returns the `submit_url` for tokens sent to 3PIDs of the medium. */
export function addressSubmitUrl(publicUrl: string, usualPath: SubmissionPath, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${addressPrefixes[usualPath]}${accountSubmission.submitPath(medium)}`;
}

/** Returns the link in a mail that validates a 3PID for an account. */
export function addressLink(publicUrl: string, usualPath: SubmissionPath, proof: LinkedProof): Secret {
  return linkTo(addressSubmitUrl(publicUrl, usualPath, 'email'), proof);
}

/** Returns the `submit_url` for tokens that allow a new password. */
export function passwordSubmitUrl(publicUrl: string, medium: 'email' | 'msisdn'): string {
  return `${publicUrl}${passwordPrefix}${passwordSubmission.submitPath(medium)}`;
}

/** Returns the link in a mail that allows a new password. */
export function passwordLink(publicUrl: string, proof: LinkedProof): Secret {
  return linkTo(passwordSubmitUrl(publicUrl, 'email'), proof);
}

/**
 * Returns the endpoints at which validation tokens for accounts are submitted. They behave like
 * those of the identity service, errors included.
 */
export function createAddressSubmission({ usualPath, ...deps }: AddressSubmissionDeps): Api {
  return defineIdentityApi({
    name: 'address-submission',
    prefixes: [addressPrefixes[usualPath]],
    brand: deps.pages.brand,
    endpoints: addressSubmissions.endpoints.map((operation) => operation.serve(deps)),
  });
}

/**
 * Returns the endpoints at which password reset tokens are submitted. Errors are those of the
 * identity service, as for 3PIDs.
 */
export function createPasswordSubmission(deps: ValidationPagesDeps): Api {
  return defineIdentityApi({
    name: 'password-submission',
    prefixes: passwordSubmissions.prefixes,
    brand: deps.pages.brand,
    endpoints: passwordSubmissions.endpoints.map((operation) => operation.serve(deps)),
  });
}

function submissionsOf(version: Version) {
  return (['email', 'msisdn'] as const).flatMap((medium) => [
    submitToken(version, medium),
    ...validationPages(version, medium),
  ]);
}
