import type { HttpProblem } from '../../http/problem.js';
import type { Endpoint, EndpointContract } from '../../http/endpoint.js';
import type { Api } from '../../http/api.js';
import type { Associations } from '../../identity/associations.js';
import type { Invites } from '../../identity/invites.js';
import type { PublicKeys } from '../../identity/public-keys.js';
import type { Validation } from '../../threepid/validation.js';
import { bind } from '../identity/bind.js';
import { getValidated } from '../identity/get-validated.js';
import { defineIdentityApi } from '../identity/identity-api.js';
import { publicKeyOperations } from '../identity/public-keys.js';
import { requestEmailToken, requestPhoneToken } from '../identity/request-token.js';
import { sign } from '../identity/sign.js';
import { storeInvite } from '../identity/store-invite.js';
import { submitToken } from '../identity/submit-token.js';
import { unbind } from '../identity/unbind.js';
import { validationPages, type PageSettings } from '../identity/validation-page.js';
import { version1, type Version } from '../identity/version.js';
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

/** The prefixes of version 1. */
const prefixes = ['/_matrix/identity/api/v1'] as const;

/** Returns the operations of version 1, each list with the part that it belongs to. */
function groups(version: Version) {
  return [
    {
      part: 'validate',
      operations: [
        requestEmailToken(version),
        submitToken(version, 'email'),
        requestPhoneToken(version),
        submitToken(version, 'msisdn'),
        getValidated(version),
      ],
    },
    { part: undefined, operations: [...validationPages(version, 'email'), ...validationPages(version, 'msisdn')] },
    { part: 'bind', operations: [bind(version, '/bind'), bind(version, '/3pid/bind'), unbind(version)] },
    { part: 'lookup', operations: [lookup(version), bulkLookup(version)] },
    { part: 'invite', operations: [storeInvite(version)] },
    { part: undefined, operations: [sign(version), ...publicKeyOperations] },
  ] as const;
}

/** The prefixes and operations of version 1, for its documentation. */
export const identityV1 = {
  prefixes,
  endpoints: groups(version1(200)).flatMap(({ operations }): readonly EndpointContract[] => operations),
} as const;

/** Returns version 1 of the identity service, without access tokens. */
export function createIdentityV1(deps: IdentityV1Deps): Api {
  const { v1 } = deps;
  return defineIdentityApi({
    name: 'identity-v1',
    prefixes,
    brand: deps.pages.brand,
    endpoints: groups(version1(v1.submitErrorStatus)).flatMap(({ part, operations }) => {
      const endpoints = operations.map((operation) => operation.serve(deps));
      return part === undefined ? endpoints : switched(v1[part], endpoints);
    }),
  });
}

function switched({ enabled, isAllowed }: V1Part, endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const objection = (clientAddress: string): HttpProblem | undefined => {
    if (!enabled) return { kind: 'route_unknown' };
    return isAllowed(clientAddress) ? undefined : { kind: 'address_refused' };
  };
  return endpoints.map((endpoint) => ({ ...endpoint, objection }));
}
