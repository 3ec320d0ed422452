import type { Mxid } from '../base/mxid.js';
import type { TelegramUser } from '../telegram/shapes.js';
import type { Claim } from './linked-accounts.js';
import { LoginFailure } from './failure.js';
import { LoginProcessFailure } from './process-failure.js';

/** The owner and the claimed account. */
export interface Claimant {
  readonly owner: Mxid;
  readonly user: TelegramUser;
  readonly maxAccounts: number;
}

/** Returns the failure of a rejected claim. */
export function failureOfClaim(
  claim: Exclude<Claim, { readonly kind: 'claimed' }>,
  { owner, user, maxAccounts }: Claimant,
): LoginFailure | LoginProcessFailure {
  switch (claim.kind) {
    case 'held':
      return new LoginFailure(
        claim.holder === owner ? { kind: 'already_logged_in', user } : { kind: 'telegram_account_taken' },
      );
    case 'logged_in_before':
      return new LoginFailure({ kind: 'already_logged_in', user: claim.user });
    case 'other_account':
      return new LoginProcessFailure({ kind: 'other_telegram_account' });
    case 'owner_deactivated':
      return new LoginFailure({ kind: 'owner_deactivated' });
    case 'too_many':
      return new LoginProcessFailure({ kind: 'too_many_accounts', allowed: maxAccounts });
  }
}
