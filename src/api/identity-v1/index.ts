import type { HttpProblem } from '../../http/problem.js';
import type { Endpoint } from '../../http/endpoint.js';
import type { Surface } from '../../http/surface.js';
import type { Associations } from '../../identity/associations.js';
import type { Invites } from '../../identity/invites.js';
import type { PublicKeys } from '../../identity/public-keys.js';
import type { Validation } from '../../threepid/validation.js';
import { bind } from '../identity/bind.js';
import { getValidated } from '../identity/get-validated.js';
import { identitySurface } from '../identity/identity-surface.js';
import { publicKeyEndpoints } from '../identity/public-keys.js';
import { requestEmailToken, requestPhoneToken } from '../identity/request-token.js';
import { sign } from '../identity/sign.js';
import { storeInvite } from '../identity/store-invite.js';
import { submitToken } from '../identity/submit-token.js';
import { unbind } from '../identity/unbind.js';
import { validationPages, type PageSettings } from '../identity/validation-page.js';
import { version1 } from '../identity/version.js';
import { bulkLookup } from './bulk-lookup.js';
import { lookup } from './lookup.js';

/** Whether a part of version 1 is served, and to which clients. */
export interface V1Part {
  readonly enabled: boolean;
  readonly isAllowed: (clientAddress: string) => boolean;
}

/**
 * The optional parts of version 1. The others are always served, because links and rooms contain
 * their URLs.
 */
export interface V1Parts {
  readonly validate: V1Part;
  readonly bind: V1Part;
  readonly lookup: V1Part;
  readonly invite: V1Part;
}

export interface IdentityV1Deps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'checkToken' | 'submitToken' | 'loadValidated'>;
  readonly associations: Associations;
  readonly invites: Invites;
  readonly publicKeys: PublicKeys;
  readonly pages: PageSettings;
  readonly v1: V1Parts & {
    /** The status of a reply of submitToken with `success: false`. */
    readonly submitErrorStatus: 200 | 400;
  };
}

/** Returns version 1 of the identity service, without access tokens. */
export function createIdentityV1(deps: IdentityV1Deps): Surface {
  const { validation, associations, invites, v1 } = deps;
  const version = version1(v1.submitErrorStatus);
  return identitySurface({
    name: 'identity-v1',
    prefixes: ['/_matrix/identity/api/v1'],
    endpoints: [
      ...switched(v1.validate, [
        requestEmailToken(version).serve(validation),
        submitToken(version, 'email').serve(validation),
        requestPhoneToken(version).serve(validation),
        submitToken(version, 'msisdn').serve(validation),
        getValidated(version).serve(validation),
      ]),
      ...validationPages(version, 'email', deps),
      ...validationPages(version, 'msisdn', deps),
      ...switched(v1.bind, [
        bind(version, '/bind').serve(associations),
        bind(version, '/3pid/bind').serve(associations),
        unbind(version).serve(associations),
      ]),
      ...switched(v1.lookup, [lookup(version).serve(associations), bulkLookup(version).serve(associations)]),
      ...switched(v1.invite, [storeInvite(version).serve(invites)]),
      sign(version).serve(invites),
      ...publicKeyEndpoints(deps),
    ],
  });
}

function switched({ enabled, isAllowed }: V1Part, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const objection = (clientAddress: string): HttpProblem | undefined => {
    if (!enabled) return { kind: 'route_unknown' };
    return isAllowed(clientAddress) ? undefined : { kind: 'address_refused' };
  };
  return endpoints.map((endpoint) => ({ ...endpoint, objection }));
}
