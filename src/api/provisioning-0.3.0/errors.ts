import type { TelegramProofFault } from '../../accounts/threepids/telegram-proofs.js';
import type { HttpProblem } from '../../http/problem.js';
import type { LoginFault, LoginProcessFault } from '../../login/failure.js';
import { httpErrors, ownerErrors } from '../provisioning/http-errors.js';
import { loginErrors, otherAccount, proofErrors } from '../provisioning/login-errors.js';
import type { OwnerFault } from '../provisioning/owner.js';
import type { WireError } from '../provisioning/wire-error.js';

/** All failures that version 0.3.0 maps to an error. */
export type WireFault = LoginFault | OtherAccountFault | OwnerFault | TelegramProofFault | HttpProblem;

/** The failure of a login that was started in version 3 to log in to one account again. */
type OtherAccountFault = Extract<LoginProcessFault, { readonly kind: 'other_telegram_account' }>;

/** The errors of version 0.3.0. docs/decisions/0001-provisioning-0.3.0-wire.md has the rulings. */
export const wireErrors: Readonly<Record<WireFault['kind'], WireError>> = {
  ...loginErrors,
  other_telegram_account: otherAccount,
  ...ownerErrors,
  ...proofErrors,
  ...httpErrors,
};
