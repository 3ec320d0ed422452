import type { TelegramProofFailureDetails } from '../../accounts/threepids/telegram-proofs.js';
import type { HttpProblem } from '../../http/problem.js';
import type { LoginFailureDetails, LoginProcessFailureDetails } from '../../login/failure.js';
import { httpErrors, ownerErrors } from '../provisioning/http-errors.js';
import { loginErrors, otherAccount, proofErrors } from '../provisioning/login-errors.js';
import type { OwnerFailureDetails } from '../provisioning/owner.js';
import type { WireError } from '../provisioning/wire-error.js';

/** All failures that version 0.3.0 maps to an error. */
export type WireFailureDetails =
  LoginFailureDetails | OtherAccountDetails | OwnerFailureDetails | TelegramProofFailureDetails | HttpProblem;

/** The failure of a login that was started in version 3 to log in to one account again. */
type OtherAccountDetails = Extract<LoginProcessFailureDetails, { readonly kind: 'other_telegram_account' }>;

/** The errors of version 0.3.0. docs/decisions/0001-provisioning-0.3.0-wire.md has the rulings. */
export const wireErrors: Readonly<Record<WireFailureDetails['kind'], WireError>> = {
  ...loginErrors,
  other_telegram_account: otherAccount,
  ...ownerErrors,
  ...proofErrors,
  ...httpErrors,
};
