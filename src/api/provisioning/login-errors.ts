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
    error: `Telegram sends no code before your account has a login e-mail address. ${elsewhere('Set one up in the Telegram app')}`,
    state: 'request',
  },
  payment_required: {
    status: 403,
    errcode: 'payment_required',
    error: `Telegram sends a code to that number only if it is paid for in the Telegram app. ${elsewhere('Log in there first')}`,
    state: 'request',
  },
  phone_code_unavailable: {
    status: 403,
    errcode: 'phone_code_unavailable',
    error: `Telegram sends no code to that number at the moment. ${elsewhere('Try again later')}`,
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
    error:
      'Telegram has deactivated or banned that account. Please write to recover@telegram.org if this is a mistake.',
    state: 'start',
  },
  account_frozen: {
    status: 403,
    errcode: 'account_frozen',
    error: 'Telegram has frozen that account. Please see in the Telegram app why, and how to appeal.',
    state: 'start',
  },
  asked_too_often: {
    status: 429,
    errcode: 'asked_too_often',
    error: ({ retryAfterMs }) =>
      `You have tried to log in too often. Please wait for ${describeDuration(retryAfterMs)} before trying again.`,
    state: 'own',
  },
  not_permitted: { status: 403, errcode: 'mxid_not_whitelisted', error: 'You are not whitelisted.' },
  owner_deactivated: { status: 403, errcode: 'mxid_deactivated', error: 'Your Matrix account is deactivated.' },
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
    error: 'Another Matrix user is logged in to that Telegram account.',
    state: 'start',
  },
  telegram_unreachable: {
    status: 503,
    errcode: 'telegram_unreachable',
    error: 'Telegram cannot be reached at the moment. Please try again later.',
    state: 'own',
  },
  telegram_rejected_us: {
    status: 502,
    errcode: 'telegram_rejected_bridge',
    error: 'Telegram does not accept this bridge. Please tell its administrator.',
    state: 'own',
  },
  bridge_unreachable: {
    status: 503,
    errcode: 'bridge_unreachable',
    error: 'The bridge cannot be reached at the moment. Please try again later.',
    state: 'own',
  },
  bridge_refused: {
    status: 502,
    errcode: 'bridge_refused',
    error: ({ name }) => `The bridge refused: ${name}`,
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
    error: 'The bridge has the Telegram session of this login. It cannot list chats.',
  },
  session_held: {
    status: 409,
    errcode: 'session_held',
    error:
      'The Telegram session of this login is on its way to the bridge, or another program uses it. Please try again later.',
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
  error: 'That is another Telegram account.',
  state: 'start',
};

/** Why a phone number could not be added to a Matrix account. */
export const proofErrors = {
  number_missing: { status: 403, errcode: 'phone_number_missing', error: 'Bots have no phone number.' },
  account_missing: {
    status: 403,
    errcode: 'matrix_account_missing',
    error: 'There is no Matrix account of that user here.',
  },
  number_in_use: {
    status: 409,
    errcode: 'phone_number_in_use',
    error: 'That phone number belongs to another Matrix account.',
  },
  number_unchecked: {
    status: 503,
    errcode: 'phone_number_unchecked',
    error: 'Whether that phone number belongs to another Matrix account cannot be checked at the moment.',
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
      return 'Telegram has been asked too many times.';
  }
}
