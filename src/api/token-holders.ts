import type { AccountAuthority } from '../accounts/authority.js';
import { AccountFailure, type AccountFault } from '../accounts/failure.js';
import type { Logger } from '../base/logger.js';
import type { FindTokenHolder, TokenVerdict } from '../http/bearer-auth.js';

export interface TokenHoldersDeps {
  readonly authority: Pick<AccountAuthority, 'whoAmI'>;
  readonly logger: Logger;
}

/**
 * Returns a function that asks the account authority for the user of an access token, for surfaces
 * outside the client-server API.
 */
export function createTokenHolders({ authority, logger }: TokenHoldersDeps): FindTokenHolder {
  return async (token, clientAddress) => {
    try {
      const { mxid } = await authority.whoAmI(token, clientAddress);
      return { kind: 'user', mxid };
    } catch (error) {
      if (!(error instanceof AccountFailure)) throw error;
      const verdict = verdictOn(error.fact);
      if (verdict.kind === 'unavailable') logger.warn('access token check failed', { error });
      return verdict;
    }
  };
}

function verdictOn(fault: AccountFault): TokenVerdict {
  // The homeserver may also reject a token that it knows, such as that of a locked user.
  const isRefused = fault.kind === 'refused_upstream' && (fault.status === 401 || fault.status === 403);
  const isUnknown =
    fault.kind === 'token_unknown' || fault.kind === 'token_missing' || fault.kind === 'user_deactivated';
  return isRefused || isUnknown ? { kind: 'unknown' } : { kind: 'unavailable' };
}
