import type { TelegramProofFailureDetails } from '../../accounts/threepids/telegram-proofs.js';
import type { LoginFailureDetails } from '../../login/failure.js';
import { describeDuration } from './duration.js';
import type { Operation, WireError } from './wire-error.js';

/** Errors of the login service. docs/decisions/0001-provisioning-0.3.0-wire.md has the rulings. */
export const loginErrors = {
  phone_number_invalid: {
    status: 400,
    errcode: 'phone_number_invalid',
    error: 'Invalid phone number.',
    state: 'request',
  },
  phone_number_banned: {
    status: 403,
    errcode: 'phone_number_banned',
    error: 'Your phone number is banned from Telegram.',
    state: 'request',
  },
  phone_number_app_signup_forbidden: {
    status: 403,
    errcode: 'phone_number_app_signup_forbidden',
    error: 'You have disabled 3rd party apps on your account.',
    state: 'request',
  },
  phone_number_unoccupied: {
    status: 404,
    errcode: 'phone_number_unoccupied',
    error: 'That phone number has not been registered.',
    state: 'request',
  },
  phone_number_flood: {
    status: 429,
    errcode: 'phone_number_flood',
    error: 'Your phone number has been temporarily blocked for flooding. The ban is usually applied for around a day.',
    state: 'own',
  },
  flood_wait: {
    status: 429,
    errcode: 'flood_wait',
    error: ({ operation, retryAfterMs }) =>
      `${blocked(operation)} Please wait for ${describeDuration(retryAfterMs)} before trying again.`,
    state: 'own',
  },
  login_email_required: {
    status: 403,
    errcode: 'login_email_required',
    error: `Telegram sends no codes to accounts without a login e-mail address. ${elsewhere('Set one up in the Telegram app')}`,
    state: 'request',
  },
  payment_required: {
    status: 403,
    errcode: 'payment_required',
    error: `Telegram requires a payment to send a code to this number. ${elsewhere('Log in with the Telegram app first')}`,
    state: 'request',
  },
  phone_code_unavailable: {
    status: 403,
    errcode: 'phone_code_unavailable',
    error: `Telegram cannot send a code to this number at the moment. ${elsewhere('Try again later')}`,
    state: 'request',
  },
  phone_code_missing: {
    status: 400,
    errcode: 'phone_code_missing',
    error: 'You must provide the code from your phone.',
    state: 'code',
  },
  phone_code_invalid: { status: 401, errcode: 'phone_code_invalid', error: 'Incorrect phone code.', state: 'code' },
  phone_code_expired: { status: 403, errcode: 'phone_code_expired', error: 'Phone code expired.', state: 'code' },
  phone_code_not_requested: {
    status: 400,
    errcode: 'phone_code_not_requested',
    error: 'Please request a phone code first.',
    state: 'request',
  },
  phone_code_not_entered: {
    status: 400,
    errcode: 'phone_code_not_entered',
    error: 'Please request a new phone code and enter it first.',
    state: 'request',
  },
  password_empty: { status: 400, errcode: 'password_empty', error: 'Empty password.', state: 'password' },
  password_invalid: { status: 401, errcode: 'password_invalid', error: 'Incorrect password.', state: 'password' },
  bot_token_missing: {
    status: 400,
    errcode: 'bot_token_missing',
    error: 'You must provide the token of your bot.',
    state: 'token',
  },
  bot_token_invalid: { status: 401, errcode: 'bot_token_invalid', error: 'Bot token invalid.', state: 'token' },
  bot_token_expired: { status: 401, errcode: 'bot_token_expired', error: 'Bot token expired.', state: 'token' },
  login_revoked: {
    status: 401,
    errcode: 'session_revoked',
    error: 'Telegram has ended this login. Please start again.',
    state: 'start',
  },
  account_deactivated: {
    status: 403,
    errcode: 'account_deactivated',
    error: 'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org.',
    state: 'start',
  },
  account_frozen: {
    status: 403,
    errcode: 'account_frozen',
    error: 'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal.',
    state: 'start',
  },
  asked_too_often: {
    status: 429,
    errcode: 'asked_too_often',
    error: ({ retryAfterMs }) =>
      `Too many login attempts. Please wait for ${describeDuration(retryAfterMs)} before trying again.`,
    state: 'own',
  },
  not_permitted: { status: 403, errcode: 'mxid_not_whitelisted', error: 'You are not whitelisted.' },
  owner_deactivated: {
    status: 403,
    errcode: 'mxid_deactivated',
    error: 'Your Matrix account is deactivated. Log in to Matrix with another account.',
  },
  not_logged_in: { status: 403, errcode: 'not_logged_in', error: 'You are not logged in.' },
  already_logged_in: {
    status: 409,
    errcode: 'already_logged_in',
    error: 'You are already logged in.',
    state: 'logged-in',
  },
  telegram_account_taken: {
    status: 409,
    errcode: 'telegram_account_taken',
    error: 'Another Matrix user is logged in to this Telegram account. Log out there first.',
    state: 'start',
  },
  telegram_unreachable: {
    status: 503,
    errcode: 'telegram_unreachable',
    error: 'Telegram is unreachable at the moment. Please try again later.',
    state: 'own',
  },
  telegram_rejected_us: {
    status: 502,
    errcode: 'telegram_rejected_bridge',
    error: 'Telegram does not accept this bridge. Please contact its administrator.',
    state: 'own',
  },
  bridge_unreachable: {
    status: 503,
    errcode: 'bridge_unreachable',
    error: 'The bridge is unreachable at the moment. Please try again later.',
    state: 'own',
  },
  bridge_refused: {
    status: 502,
    errcode: 'bridge_refused',
    error: ({ name }) => `The bridge returned an error: ${name}`,
    state: 'own',
  },
  bridge_request_rejected: {
    status: 400,
    errcode: 'bridge_request_rejected',
    error: ({ name }) => `The bridge rejected the request: ${name}`,
    state: 'own',
  },
  chats_unavailable: {
    status: 501,
    errcode: 'chats_unavailable',
    error: 'The bridge holds the Telegram session of this login, and cannot list chats.',
  },
  session_held: {
    status: 409,
    errcode: 'session_held',
    error:
      'The Telegram session of this login is being handed over to the bridge, or used by another program. Please try again later.',
    state: 'own',
  },
  telegram_error: {
    status: 502,
    errcode: 'telegram_refused',
    error: ({ name }) => `Telegram refused with the error ${name}.`,
    state: 'own',
  },
} satisfies Record<LoginFailureDetails['kind'], WireError>;

/** The login requires another Telegram account. */
export const otherAccount: WireError = {
  status: 409,
  errcode: 'other_telegram_account',
  error: 'This is not the Telegram account to log in to again. Please start again with the same account.',
  state: 'start',
};

/** Why a phone number could not be added to a Matrix account. */
export const proofErrors = {
  number_missing: {
    status: 403,
    errcode: 'phone_number_missing',
    error: 'This Telegram account is a bot and has no phone number.',
  },
  account_missing: {
    status: 403,
    errcode: 'matrix_account_missing',
    error: 'This user ID has no Matrix account on this server.',
  },
  number_in_use: {
    status: 409,
    errcode: 'phone_number_in_use',
    error: 'This phone number belongs to another Matrix account. Remove it there first.',
  },
  number_unchecked: {
    status: 503,
    errcode: 'phone_number_unchecked',
    error: 'It cannot be checked at the moment whether this phone number is in use. Please try again later.',
  },
  login_over: loginErrors.not_logged_in,
} satisfies Record<TelegramProofFailureDetails['kind'], WireError>;

function elsewhere(first: string): string {
  return `${first}, or log in with a QR code.`;
}

function blocked(operation: Operation | undefined): string {
  switch (operation?.state) {
    case 'code':
      return 'You tried to enter your phone code too many times.';
    case 'password':
      return 'You tried to enter your password too many times.';
    case 'token':
      return 'You tried to log in too many times.';
    case 'request':
      return 'Your phone number has been temporarily blocked for flooding.';
    case 'logged-in':
    case undefined:
      return 'Too many requests were sent to Telegram.';
  }
}
