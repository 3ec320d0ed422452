import type { TelegramProofFailureDetails } from '../../accounts/threepids/telegram-proofs.js';
import type { TelegramAccountFailureDetails } from '../../login/accounts.js';
import type { LoginFailureDetails, LoginProcessFailureDetails } from '../../login/failure.js';
import type { HttpProblem } from '../../http/problem.js';
import { httpErrors as sharedHttpErrors, ownerErrors as sharedOwnerErrors } from '../provisioning/http-errors.js';
import { loginErrors as sharedLoginErrors, otherAccount, proofErrors } from '../provisioning/login-errors.js';
import type { OwnerFailureDetails } from '../provisioning/owner.js';
import type { WireError } from '../provisioning/wire-error.js';
import type { VersionFailureDetails } from './failure.js';

/** All failures that version 1 maps to an error. */
export type WireFailureDetails =
  | LoginFailureDetails
  | LoginProcessFailureDetails
  | TelegramAccountFailureDetails
  | TelegramProofFailureDetails
  | OwnerFailureDetails
  | VersionFailureDetails
  | HttpProblem;

const internal: WireError = { ...sharedHttpErrors.defect, errcode: 'unknown_error' };
const unhandled = (status: number): WireError => ({
  status,
  errcode: `unhandled_http_${status}`,
  error: `Unhandled HTTP ${status}`,
});
const notRequested: WireError = sharedLoginErrors.phone_code_not_requested;
const startAgain = (errcode: string, error: string): WireError => ({ status: 410, errcode, error, state: 'start' });

/**
 * Errors of the login service: the errors of version 0.3.0 unless listed here. See
 * docs/decisions/0005-provisioning-dialects.md.
 */
const loginErrors = {
  ...sharedLoginErrors,
  bot_token_expired: { ...sharedLoginErrors.bot_token_expired, status: 403 },
  login_revoked: {
    ...sharedLoginErrors.login_revoked,
    error:
      'Please try again. Login cancelled because your other sessions were terminated via the Telegram app, or by Telegram.',
  },
} satisfies Record<LoginFailureDetails['kind'], WireError>;

/**
 * Errors of login processes. In this version they have no IDs, so most of these errors occur only
 * if two requests race.
 */
const processErrors = {
  login_unknown: notRequested,
  wrong_step: notRequested,
  login_cancelled: startAgain('login_cancelled', 'The login was cancelled. Please start again.'),
  login_timed_out: startAgain('login_timed_out', 'The login took too long. Please start again.'),
  login_finished: startAgain('login_finished', 'The login is complete already.'),
  resend_unavailable: {
    status: 400,
    errcode: 'resend_unavailable',
    error: 'Telegram cannot send the code another way. Enter the code that was sent.',
    state: 'code',
  },
  too_many_accounts: {
    status: 403,
    errcode: 'too_many_logins',
    error: 'You have reached the maximum number of Telegram accounts. Log out of one first.',
  },
  other_telegram_account: otherAccount,
} satisfies Record<LoginProcessFailureDetails['kind'], WireError>;

/** Errors of accounts and contacts. The errcodes are the original's. */
const accountErrors = {
  account_unknown: sharedLoginErrors.not_logged_in,
  identifier_unknown: {
    status: 404,
    errcode: 'M_NOT_FOUND',
    error: 'Invalid user identifier or user not found.',
  },
  identifier_not_user: { status: 400, errcode: 'FI.MAU.TELEGRAM_ID_NOT_USER', error: 'Identifier is not a user.' },
} satisfies Record<TelegramAccountFailureDetails['kind'], WireError>;

/** Errors of the Matrix ID. */
const ownerErrors = {
  ...sharedOwnerErrors,
  mxid_invalid: { ...sharedOwnerErrors.mxid_invalid, error: 'Invalid user ID' },
} satisfies Record<OwnerFailureDetails['kind'], WireError>;

/** Errors of this version only. */
const versionErrors = {
  portal_not_found: { status: 404, errcode: 'portal_not_found', error: 'Portal not found: no bridge is attached.' },
  no_bridge_attached: {
    status: 501,
    errcode: 'no_bridge_attached',
    error: 'This server logs in to Telegram only: no bridge is attached to it.',
  },
  phone_number_missing: { ...sharedLoginErrors.phone_number_invalid, error: 'Phone number not given.' },
  phone_number_unoccupied_at_code: { ...sharedLoginErrors.phone_number_unoccupied, status: 403 },
} satisfies Record<VersionFailureDetails['kind'], WireError>;

/** Errors of the HTTP kernel. */
const httpErrors = {
  ...sharedHttpErrors,
  path_malformed: ownerErrors.mxid_invalid,
  route_unknown: unhandled(404),
  method_not_allowed: unhandled(405),
  body_too_large: unhandled(413),
  body_encoded: unhandled(415),
  upgrade_required: unhandled(426),
  defect: internal,
} satisfies Record<HttpProblem['kind'], WireError>;

/** All of the above. */
export const wireErrors: Readonly<Record<WireFailureDetails['kind'], WireError>> = {
  ...loginErrors,
  ...processErrors,
  ...accountErrors,
  ...proofErrors,
  ...ownerErrors,
  ...versionErrors,
  ...httpErrors,
};
