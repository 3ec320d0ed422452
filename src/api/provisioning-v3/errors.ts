import type { TelegramProofFailureDetails } from '../../accounts/threepids/telegram-proofs.js';
import type { TelegramAccountFailureDetails } from '../../login/accounts.js';
import type { LoginFailureDetails, LoginProcessFailureDetails } from '../../login/failure.js';
import type { TransferFailureDetails } from '../../sessions/transfers.js';
import type { HttpProblem } from '../../http/problem.js';
import { describeDuration } from '../provisioning/duration.js';
import type { VersionFailureDetails } from './failure.js';

/** All failures that version 3 maps to an error. */
export type WireFailureDetails =
  | LoginFailureDetails
  | LoginProcessFailureDetails
  | TelegramAccountFailureDetails
  | TelegramProofFailureDetails
  | TransferFailureDetails
  | VersionFailureDetails
  | HttpProblem;

/** An error of version 3. */
export interface WireError {
  readonly status: number;
  readonly errcode: string;
  readonly error: string | ((context: ErrorContext) => string);
}

/** The values that an error's text can depend on. */
export interface ErrorContext {
  readonly retryAfterMs: number;
  /** Telegram's name of the error, or the message of the bridge. */
  readonly name: string;
}

const internal: WireError = { status: 500, errcode: 'M_UNKNOWN', error: 'Internal server error' };
const badState: WireError = {
  status: 400,
  errcode: 'M_BAD_STATE',
  error: 'The login is not at this step',
};
const telegram = <Text extends WireError['error']>(status: number, code: string, error: Text) => ({
  status,
  errcode: `FI.MAU.TELEGRAM.${code}`,
  error,
});
const bridge = (status: number, code: string, error: string) => ({
  status,
  errcode: `FI.MAU.BRIDGE.${code}`,
  error,
});
const gangway = (status: number, code: string, error: string): WireError => ({
  status,
  errcode: `GANGWAY.${code}`,
  error,
});
const missing = (error: string): WireError => ({ status: 400, errcode: 'M_MISSING_PARAM', error });
const notFound = (error: string): WireError => ({ status: 404, errcode: 'M_NOT_FOUND', error });

/** Errors of the login service. docs/decisions/0005-provisioning-dialects.md has the rulings. */
export const loginErrors = {
  phone_number_invalid: telegram(400, 'PHONE_NUMBER_INVALID', 'Invalid phone number'),
  phone_number_banned: telegram(403, 'PHONE_NUMBER_BANNED', 'Your phone number is banned from Telegram'),
  phone_number_unoccupied: telegram(400, 'PHONE_NUMBER_UNOCCUPIED', 'That phone number has not been registered'),
  phone_number_app_signup_forbidden: telegram(
    403,
    'PHONE_NUMBER_APP_SIGNUP_FORBIDDEN',
    'You have disabled 3rd party apps on your account',
  ),
  phone_number_flood: telegram(
    429,
    'PHONE_NUMBER_FLOOD',
    'Your phone number has been temporarily blocked for flooding, usually for around a day',
  ),
  flood_wait: telegram(
    429,
    'FLOOD_WAIT',
    ({ retryAfterMs }) => `Telegram limits these requests. Try again in ${describeDuration(retryAfterMs)}`,
  ),
  phone_code_invalid: telegram(400, 'PHONE_CODE_INVALID', 'Incorrect code'),
  login_email_required: telegram(
    403,
    'LOGIN_EMAIL_REQUIRED',
    'Telegram sends no codes to accounts without a login e-mail address. Set one up in the Telegram app, or log in with a QR code',
  ),
  payment_required: telegram(
    403,
    'PAYMENT_REQUIRED',
    'Telegram requires a payment to send a code to this number. Log in with the Telegram app first, or log in with a QR code',
  ),
  phone_code_unavailable: telegram(
    403,
    'PHONE_CODE_UNAVAILABLE',
    'Telegram cannot send a code to this number at the moment. Try again later, or log in with a QR code',
  ),
  phone_code_expired: telegram(400, 'PHONE_CODE_EXPIRED', 'The code has expired. Request a new one'),
  password_invalid: telegram(400, 'PASSWORD_INVALID', 'Incorrect password'),
  bot_token_invalid: telegram(400, 'BOT_TOKEN_INVALID', 'Invalid bot token'),
  bot_token_expired: telegram(400, 'BOT_TOKEN_EXPIRED', 'The bot token has expired. Get a new one from @BotFather'),
  login_revoked: telegram(410, 'LOGIN_REVOKED', 'Telegram has ended this login. Please start again'),
  telegram_unreachable: telegram(503, 'UNREACHABLE', 'Telegram is unreachable at the moment. Please try again later'),
  telegram_rejected_us: telegram(
    502,
    'BRIDGE_REJECTED',
    'Telegram does not accept this bridge. Please contact its administrator',
  ),
  bridge_unreachable: gangway(
    503,
    'BRIDGE_UNREACHABLE',
    'The bridge is unreachable at the moment. Please try again later',
  ),
  bridge_refused: {
    ...gangway(502, 'BRIDGE_REFUSED', ''),
    error: ({ name }) => `The bridge returned an error: ${name}`,
  },
  // The reply has the status and the errcode of the bridge's.
  bridge_request_rejected: { status: 400, errcode: 'M_UNKNOWN', error: ({ name }) => name },
  chats_unavailable: gangway(
    501,
    'CHATS_UNAVAILABLE',
    'The bridge holds the Telegram session of this login, and cannot list chats',
  ),
  session_held: gangway(
    409,
    'SESSION_HELD',
    'The Telegram session of this login is being handed over to the bridge, or used by another program. Please try again later',
  ),
  telegram_error: telegram(502, 'REFUSED', ({ name }) => `Telegram refused with the error ${name}`),
  account_deactivated: telegram(
    403,
    'ACCOUNT_DEACTIVATED',
    'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org',
  ),
  account_frozen: telegram(
    403,
    'ACCOUNT_FROZEN',
    'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal',
  ),
  asked_too_often: {
    status: 429,
    errcode: 'M_LIMIT_EXCEEDED',
    error: ({ retryAfterMs }) => `Too many login attempts. Try again in ${describeDuration(retryAfterMs)}`,
  },
  not_permitted: { status: 403, errcode: 'M_FORBIDDEN', error: 'User does not have login permissions' },
  owner_deactivated: {
    status: 403,
    errcode: 'M_USER_DEACTIVATED',
    error: 'Your Matrix account is deactivated. Log in to Matrix with another account',
  },
  already_logged_in: telegram(409, 'ALREADY_LOGGED_IN', 'You are already logged in to this Telegram account'),
  not_logged_in: { status: 400, errcode: 'FI.MAU.NOT_LOGGED_IN', error: 'You are not logged in' },
  telegram_account_taken: telegram(
    409,
    'ACCOUNT_TAKEN',
    'Another Matrix user is logged in to this Telegram account. Log out there first',
  ),
  phone_code_missing: missing('The code is missing'),
  phone_code_not_requested: badState,
  phone_code_not_entered: badState,
  password_empty: missing('The password is missing'),
  bot_token_missing: missing('The bot token is missing'),
} satisfies Record<LoginFailureDetails['kind'], WireError>;

/** Errors of login processes. */
export const processErrors = {
  login_unknown: notFound('Login not found'),
  login_cancelled: bridge(410, 'LOGIN_CANCELLED', 'The login was cancelled. Please start again'),
  login_timed_out: bridge(410, 'LOGIN_TIMED_OUT', 'The login took too long. Please start again'),
  login_finished: bridge(410, 'LOGIN_ALREADY_FINISHED', 'The login is complete already'),
  wrong_step: badState,
  resend_unavailable: telegram(
    400,
    'RESEND_UNAVAILABLE',
    'Telegram cannot send the code another way. Enter the code that was sent',
  ),
  too_many_accounts: bridge(403, 'TOO_MANY_LOGINS', 'Maximum number of logins exceeded'),
  other_telegram_account: telegram(
    409,
    'OTHER_ACCOUNT',
    'This is not the Telegram account to log in to again. Please start again with the same account',
  ),
} satisfies Record<LoginProcessFailureDetails['kind'], WireError>;

/** Errors of accounts and contacts. */
export const accountErrors = {
  account_unknown: notFound('Login not found'),
  identifier_unknown: notFound('No Telegram user has this identifier'),
  identifier_not_user: {
    status: 400,
    errcode: 'FI.MAU.TELEGRAM_ID_NOT_USER',
    error: 'Identifier is not a user',
  },
} satisfies Record<TelegramAccountFailureDetails['kind'], WireError>;

/** Why a phone number could not be added to a Matrix account. */
export const proofErrors = {
  number_missing: gangway(403, 'PHONE_NUMBER_MISSING', 'This Telegram account is a bot and has no phone number'),
  account_missing: gangway(403, 'MATRIX_ACCOUNT_MISSING', 'This user ID has no Matrix account on this server'),
  number_in_use: gangway(
    409,
    'PHONE_NUMBER_IN_USE',
    'This phone number belongs to another Matrix account. Remove it there first',
  ),
  number_unchecked: gangway(
    503,
    'PHONE_NUMBER_UNCHECKED',
    'It cannot be checked at the moment whether this phone number is in use. Please try again later',
  ),
  login_over: accountErrors.account_unknown,
} satisfies Record<TelegramProofFailureDetails['kind'], WireError>;

/**
 * Errors of session transfers. The texts are the original's, except for a session that another
 * program holds.
 */
export const transferErrors = {
  transfer_login_unknown: notFound('No matching user login found'),
  transfer_unsupported: {
    status: 404,
    errcode: 'M_UNRECOGNIZED',
    error: 'This bridge does not support exporting credentials',
  },
  transfer_session_held: loginErrors.session_held,
  transfer_not_begun: { status: 400, errcode: 'M_BAD_STATE', error: 'No matching credential export found' },
} satisfies Record<TransferFailureDetails['kind'], WireError>;

/** Errors of this version only. */
export const versionErrors = {
  user_id_missing: missing('The query parameter user_id is missing'),
  user_id_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'The query parameter user_id is not a Matrix ID' },
  user_id_not_own: { status: 403, errcode: 'M_FORBIDDEN', error: 'Your token is valid for your own user ID only' },
  flow_unknown: notFound('Invalid login flow ID'),
  no_bridge_attached: gangway(
    501,
    'NO_BRIDGE_ATTACHED',
    'This server logs in to Telegram only: no bridge is attached to it',
  ),
} satisfies Record<VersionFailureDetails['kind'], WireError>;

/** The reply to a request without credentials. */
export const missingToken: WireError = { status: 401, errcode: 'M_MISSING_TOKEN', error: 'Missing auth token' };

const unrecognized = (status: number): WireError => ({
  status,
  errcode: 'M_UNRECOGNIZED',
  error: 'Unrecognized request',
});

/** Errors of the HTTP kernel. */
export const httpErrors = {
  unauthorized: { status: 401, errcode: 'M_UNKNOWN_TOKEN', error: 'Invalid auth token' },
  address_refused: { status: 403, errcode: 'M_FORBIDDEN', error: 'Requests from your IP address are not allowed' },
  too_many_attempts: {
    status: 429,
    errcode: 'M_LIMIT_EXCEEDED',
    error: ({ retryAfterMs }) => `Too many invalid auth tokens. Try again in ${describeDuration(retryAfterMs)}`,
  },
  authentication_unavailable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'Your token cannot be checked at the moment. Please try again later',
  },
  body_not_json: { status: 400, errcode: 'M_NOT_JSON', error: 'Content is not JSON' },
  body_unfit: { status: 400, errcode: 'M_BAD_JSON', error: 'Content is not a JSON object with the expected members' },
  body_too_large: { status: 413, errcode: 'M_TOO_LARGE', error: 'Content is too large' },
  server_busy: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'Too many requests are being received. Please try again later',
  },
  body_encoded: { status: 415, errcode: 'M_UNKNOWN', error: 'Content must not have a Content-Encoding' },
  path_malformed: { status: 400, errcode: 'M_INVALID_PARAM', error: 'The path is not percent-encoded correctly' },
  route_unknown: unrecognized(404),
  method_not_allowed: unrecognized(405),
  upgrade_required: unrecognized(426),
  too_many_open: { status: 503, errcode: 'M_UNKNOWN', error: 'Too many connections are open. Please try again later' },
  unavailable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The database is unreachable at the moment. Please try again later',
  },
  defect: internal,
} satisfies Record<HttpProblem['kind'], WireError>;

/** All of the above. */
export const wireErrors: Readonly<Record<WireFailureDetails['kind'] | 'token_missing', WireError>> = {
  ...loginErrors,
  ...processErrors,
  ...accountErrors,
  ...proofErrors,
  ...transferErrors,
  ...versionErrors,
  ...httpErrors,
  token_missing: missingToken,
};
