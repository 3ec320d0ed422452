import type { AccountAuthority } from '../accounts/authority.js';
import { AccountFailure, type AccountFault } from '../accounts/failure.js';
import type { Logger } from '../base/logger.js';
import type { FindTokenHolder, TokenVerdict } from '../http/bearer-auth.js';

/** What createTokenHolders needs. */
export interface TokenHoldersDeps {
  readonly authority: Pick<AccountAuthority, 'whoAmI'>;
  readonly logger: Logger;
}

/** Lets the account authority tell whose access tokens are, for surfaces that are no client-server API. */
export function createTokenHolders({ authority, logger }: TokenHoldersDeps): FindTokenHolder {
  return async (token, clientAddress) => {
    try {
      const { mxid } = await authority.whoAmI(token, clientAddress);
      return { kind: 'user', mxid };
    } catch (error) {
      if (!(error instanceof AccountFailure)) throw error;
      const verdict = verdictOn(error.fact);
      if (verdict.kind === 'unavailable') logger.warn('an access token could not be checked', { error });
      return verdict;
    }
  };
}

function verdictOn(fault: AccountFault): TokenVerdict {
  // A homeserver that knows the token and refuses it all the same, as for a locked user, has told enough.
  const isRefused = fault.kind === 'refused_upstream' && (fault.status === 401 || fault.status === 403);
  const isUnknown =
    fault.kind === 'token_unknown' || fault.kind === 'token_missing' || fault.kind === 'user_deactivated';
  return isRefused || isUnknown ? { kind: 'unknown' } : { kind: 'unavailable' };
}
