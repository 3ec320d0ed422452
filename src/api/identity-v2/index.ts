import type { Authenticator } from '../../http/bearer-auth.js';
import type { Api } from '../../http/api.js';
import type { IdentityUsers } from '../../identity/users.js';
import type { Associations } from '../../identity/associations.js';
import type { Invites } from '../../identity/invites.js';
import type { Lookup } from '../../identity/lookup.js';
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
import { version2 } from '../identity/version.js';
import { account, logOut, register } from './account.js';
import { hashDetails, lookUp } from './lookup.js';
import { acceptTerms, terms } from './terms.js';

export interface IdentityV2Deps {
  readonly validation: Pick<Validation, 'requestToken' | 'checkAsker' | 'checkToken' | 'submitToken' | 'loadValidated'>;
  readonly associations: Pick<Associations, 'bind' | 'unbind'>;
  readonly invites: Invites;
  readonly lookup: Pick<Lookup, 'hashDetails' | 'lookUp'>;
  readonly publicKeys: PublicKeys;
  readonly users: Omit<IdentityUsers, 'sweep'>;
  readonly pages: PageSettings;
}

const prefixes = ['/_matrix/identity/v2'] as const;

// They require accepted policies, or no access token.
const operations = [
  register,
  account,
  terms,
  hashDetails,
  lookUp,
  requestEmailToken(version2),
  submitToken(version2, 'email'),
  ...validationPages(version2, 'email'),
  requestPhoneToken(version2),
  submitToken(version2, 'msisdn'),
  ...validationPages(version2, 'msisdn'),
  getValidated(version2),
  bind(version2, '/3pid/bind'),
  unbind(version2),
  storeInvite(version2),
  sign(version2),
  ...publicKeyOperations,
] as const;

// They are also served to users who have not accepted the policies yet.
const operationsBeforeTerms = [logOut, acceptTerms] as const;

/** The prefixes and operations of version 2, for its documentation. */
export const identityV2 = { prefixes, endpoints: [...operations, ...operationsBeforeTerms] } as const;

/**
 * Returns version 2 of the identity service. Endpoints that require accepted terms or nothing come
 * first, then those for users who have not accepted them yet.
 */
export function createIdentityV2(deps: IdentityV2Deps): readonly [Api, Api] {
  const { users } = deps;
  const holder = createTokenAuth(users);
  return [
    defineIdentityApi({
      name: 'identity-v2',
      prefixes,
      brand: deps.pages.brand,
      authenticate: async (credentials) => {
        const admission = await holder(credentials);
        if ('principal' in admission && admission.principal.kind === 'user') {
          await users.requireTerms(admission.principal.mxid);
        }
        return admission;
      },
      endpoints: operations.map((operation) => operation.serve(deps)),
    }),
    defineIdentityApi({
      name: 'identity-v2-before-terms',
      prefixes,
      authenticate: holder,
      endpoints: operationsBeforeTerms.map((operation) => operation.serve(deps)),
    }),
  ];
}

function createTokenAuth(users: Pick<IdentityUsers, 'holder'>): Authenticator {
  return async ({ accessToken }) => {
    if (accessToken === undefined) return { problem: { kind: 'unauthorized' } };
    return { principal: { kind: 'user', mxid: await users.holder(accessToken) } };
  };
}
