import type { Secret } from '../../base/secret.js';
import type { HttpProblem } from '../../http/problem.js';
import type { Surface } from '../../http/surface.js';
import type { Validation } from '../../threepid/validation.js';
import { getValidated } from '../identity/get-validated.js';
import { identitySurface } from '../identity/identity-surface.js';
import { requestPhoneToken } from '../identity/request-token.js';
import { submitToken } from '../identity/submit-token.js';
import { version1 } from '../identity/version.js';

/** Where a homeserver finds what it delegates to us, with the secret after it. */
const delegatePrefix = '/_gangway/delegate';

/** What createMsisdnDelegate needs. */
export interface MsisdnDelegateDeps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'submitToken' | 'loadValidated'>;
  readonly delegate: {
    /** Stands for the credentials that the homeserver does not send: for whoever does not know it, nothing is here. */
    readonly secret: Secret;
    readonly isAllowed: (clientAddress: string) => boolean;
  };
}

/**
 * The three requests that Synapse sends to its `account_threepid_delegates.msisdn`. They come from one address for all users, so nothing
 * counts by it; and a verdict has to come with 200, or the homeserver keeps it to itself.
 */
export function createMsisdnDelegate({ validation, delegate: { secret, isAllowed } }: MsisdnDelegateDeps): Surface {
  const version = { ...version1(200), countsClients: false };
  const objection = (clientAddress: string): HttpProblem | undefined =>
    isAllowed(clientAddress) ? undefined : { kind: 'address_refused' };
  return identitySurface({
    name: 'msisdn-delegate',
    prefixes: [delegatePrefix],
    secretSegment: secret,
    endpoints: [
      requestPhoneToken(version, validation),
      submitToken(version, 'msisdn', validation),
      getValidated(version, validation),
    ].map((endpoint) => ({ ...endpoint, path: `/_matrix/identity/api/v1${endpoint.path}`, objection })),
  });
}
