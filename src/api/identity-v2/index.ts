import type { Authenticator } from '../../http/bearer-auth.js';
import type { Surface } from '../../http/surface.js';
import type { IdentityAccounts } from '../../identity/accounts.js';
import type { Associations } from '../../identity/associations.js';
import type { Invites } from '../../identity/invites.js';
import type { Lookup } from '../../identity/lookup.js';
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
  readonly accounts: Omit<IdentityAccounts, 'sweep'>;
  readonly pages: PageSettings;
}

const prefixes = ['/_matrix/identity/v2'] as const;

/**
 * Returns version 2 of the identity service. Endpoints that require accepted terms or nothing come
 * first, then those for users who have not accepted them yet.
 */
export function createIdentityV2(deps: IdentityV2Deps): readonly [Surface, Surface] {
  const { validation, associations, invites, lookup, accounts } = deps;
  const holder = createTokenAuth(accounts);
  return [
    identitySurface({
      name: 'identity-v2',
      prefixes,
      authenticate: async (credentials) => {
        const admission = await holder(credentials);
        if ('principal' in admission && admission.principal.kind === 'user') {
          await accounts.requireTerms(admission.principal.mxid);
        }
        return admission;
      },
      endpoints: [
        register.serve(accounts),
        account.serve(),
        terms.serve(accounts),
        hashDetails.serve(lookup),
        lookUp.serve(lookup),
        requestEmailToken(version2).serve(validation),
        submitToken(version2, 'email').serve(validation),
        ...validationPages(version2, 'email', deps),
        requestPhoneToken(version2).serve(validation),
        submitToken(version2, 'msisdn').serve(validation),
        ...validationPages(version2, 'msisdn', deps),
        getValidated(version2).serve(validation),
        bind(version2, '/3pid/bind').serve(associations),
        unbind(version2).serve(associations),
        storeInvite(version2).serve(invites),
        sign(version2).serve(invites),
        ...publicKeyEndpoints(deps),
      ],
    }),
    identitySurface({
      name: 'identity-v2-before-terms',
      prefixes,
      authenticate: holder,
      endpoints: [logOut.serve(accounts), acceptTerms.serve(accounts)],
    }),
  ];
}

function createTokenAuth(accounts: Pick<IdentityAccounts, 'holder'>): Authenticator {
  return async ({ accessToken }) => {
    if (accessToken === undefined) return { problem: { kind: 'unauthorized' } };
    return { principal: { kind: 'user', mxid: await accounts.holder(accessToken) } };
  };
}
