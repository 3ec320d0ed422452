import type { AccountAuthority } from '../accounts/authority.js';
import { AccountFailure, type AccountFailureDetails } from '../accounts/failure.js';
import type { Logger } from '../base/logger.js';
import type { FindTokenHolder, TokenVerdict } from '../http/bearer-auth.js';

export interface TokenHoldersDeps {
  readonly authority: Pick<AccountAuthority, 'whoAmI'>;
  readonly logger: Logger;
}

/**
 * Returns a function that asks the account authority for the user of an access token, for APIs
 * outside the client-server API.
 */
export function createTokenHolders({ authority, logger }: TokenHoldersDeps): FindTokenHolder {
  return async (token, clientAddress) => {
    try {
      const { mxid } = await authority.whoAmI(token, clientAddress);
      return { kind: 'user', mxid };
    } catch (error) {
      if (!(error instanceof AccountFailure)) throw error;
      const verdict = verdictOn(error.details);
      if (verdict.kind === 'unavailable') logger.warn('access token check failed', { error });
      return verdict;
    }
  };
}

function verdictOn(details: AccountFailureDetails): TokenVerdict {
  // The homeserver may also reject a token that it knows, such as that of a locked user.
  const isRefused = details.kind === 'refused_upstream' && (details.status === 401 || details.status === 403);
  const isUnknown =
    details.kind === 'token_unknown' || details.kind === 'token_missing' || details.kind === 'user_deactivated';
  return isRefused || isUnknown ? { kind: 'unknown' } : { kind: 'unavailable' };
}
