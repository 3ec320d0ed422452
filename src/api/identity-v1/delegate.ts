import type { Secret } from '../../base/secret.js';
import type { HttpProblem } from '../../http/problem.js';
import type { Api } from '../../http/api.js';
import type { Validation } from '../../threepid/validation.js';
import { getValidated } from '../identity/get-validated.js';
import { defineIdentityApi } from '../identity/identity-api.js';
import { requestPhoneToken } from '../identity/request-token.js';
import { submitToken } from '../identity/submit-token.js';
import { version1 } from '../identity/version.js';

/** The path of the delegate, followed by the secret. */
const delegatePrefix = '/_gangway/delegate';

export interface MsisdnDelegateDeps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'submitToken' | 'loadValidated'>;
  readonly delegate: {
    /**
     * Replaces the credentials that the homeserver does not send. Requests with another secret
     * return 404.
     */
    readonly secret: Secret;
    readonly isAllowed: (clientAddress: string) => boolean;
  };
}

/**
 * Returns the three endpoints that Synapse calls at its `account_threepid_delegates.msisdn`. All
 * requests come from one address for all users, so there is no limit by address. A result must be
 * sent with status 200, or the homeserver does not pass it on.
 */
export function createMsisdnDelegate({ validation, delegate: { secret, isAllowed } }: MsisdnDelegateDeps): Api {
  const version = { ...version1(200), countsClients: false };
  const objection = (clientAddress: string): HttpProblem | undefined =>
    isAllowed(clientAddress) ? undefined : { kind: 'address_refused' };
  return defineIdentityApi({
    name: 'msisdn-delegate',
    prefixes: [delegatePrefix],
    secretSegment: secret,
    endpoints: [
      requestPhoneToken(version).serve({ validation }),
      submitToken(version, 'msisdn').serve({ validation }),
      getValidated(version).serve({ validation }),
    ].map((endpoint) => ({ ...endpoint, path: `/_matrix/identity/api/v1${endpoint.path}`, objection })),
  });
}
