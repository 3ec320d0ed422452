import type { wireErrors } from '../../../../src/api/provisioning-0.3.0/errors.js';
import type { OperationName as OperationOf030 } from '../../../../src/api/provisioning-0.3.0/operation.js';
import type { OperationName as OperationOfV1 } from '../../../../src/api/provisioning-v1/operation.js';

/** The properties of an operation that its errors show. */
export interface Shown {
  /** The step that the client can repeat. */
  readonly own?: string;
  /** The first step. */
  readonly start?: string;
  /** What has been tried too often. */
  readonly flood: string;
  readonly doing: string;
}

const byPhone = { start: 'request' } as const;
const asked = { flood: 'Too many requests were sent to Telegram.' } as const;
const codes = { own: 'code', ...byPhone, flood: 'You tried to enter your phone code too many times.' } as const;

/** The properties of each operation. */
export const shown: Readonly<Record<OperationOf030 | OperationOfV1, Shown>> = {
  get_me: { ...asked, doing: 'getting the user info' },
  request_code: {
    own: 'request',
    ...byPhone,
    flood: 'Your phone number has been temporarily blocked for flooding.',
    doing: 'requesting code',
  },
  resend_code: { ...codes, doing: 'requesting code' },
  send_code: { ...codes, doing: 'sending code' },
  send_password: {
    own: 'password',
    ...byPhone,
    flood: 'You tried to enter your password too many times.',
    doing: 'sending password',
  },
  bot_token: { own: 'token', start: 'token', flood: 'You tried to log in too many times.', doing: 'sending token' },
  add_phone: { ...asked, doing: 'adding the phone number' },
  bridge_info: { ...asked, doing: 'getting the bridge info' },
  get_user: { ...asked, doing: 'getting the user info' },
  get_chats: { ...asked, doing: 'getting the chats' },
  get_contacts: { ...asked, doing: 'getting the contacts' },
  resolve_identifier: { ...asked, doing: 'resolving the identifier' },
  start_dm: { ...asked, doing: 'starting a chat' },
  log_out: { ...asked, doing: 'logging out' },
  hand_over: { ...asked, doing: 'handing the login over' },
  qr: { ...asked, doing: 'logging in with a QR code' },
  get_portal: { ...asked, doing: 'getting the portal' },
  connect_portal: { ...asked, doing: 'connecting the portal' },
  create_portal: { ...asked, doing: 'creating the portal' },
  disconnect_portal: { ...asked, doing: 'disconnecting the portal' },
};

/** An error: the whole answer, and its Retry-After. */
export interface Expected {
  readonly status: number;
  readonly errcode: string;
  readonly error: string | ((operation: Shown) => string);
  /** A state, or that of the operation. */
  readonly state?: (operation: Shown) => string | undefined;
  readonly more?: Readonly<Record<string, unknown>>;
  readonly retryAfter?: number;
}

/** The state of the operation itself. */
export const own = ({ own: state }: Shown) => state;
/** The first state of its flow. */
export const start = ({ start: state }: Shown) => state;
/** That state. */
export const at = (state: string) => () => state;
/** Returns an expected error. */
export const error = (
  status: number,
  errcode: string,
  text: Expected['error'],
  state?: Expected['state'],
  rest: Pick<Expected, 'more' | 'retryAfter'> = {},
): Expected => ({ status, errcode, error: text, ...(state ? { state } : {}), ...rest });

const invalidId = error(400, 'mxid_invalid', 'Invalid user ID.');
const invalidJson = error(400, 'json_invalid', 'Invalid JSON.');
const notLoggedIn = error(403, 'not_logged_in', 'You are not logged in.');
const unoccupied = error(404, 'phone_number_unoccupied', 'That phone number has not been registered.', at('request'));
const notRequested = error(400, 'phone_code_not_requested', 'Please request a phone code first.', at('request'));
const revokedText = 'Telegram has ended this login. Please start again.';

/** The answers of version 0.3.0 to each failure. */
export const expectedOf030: Readonly<Record<keyof typeof wireErrors, Expected>> = {
  phone_number_invalid: error(400, 'phone_number_invalid', 'Invalid phone number.', at('request')),
  phone_number_banned: error(403, 'phone_number_banned', 'Your phone number is banned from Telegram.', at('request')),
  phone_number_app_signup_forbidden: error(
    403,
    'phone_number_app_signup_forbidden',
    'You have disabled 3rd party apps on your account.',
    at('request'),
  ),
  phone_number_unoccupied: unoccupied,
  phone_number_flood: error(
    429,
    'phone_number_flood',
    'Your phone number has been temporarily blocked for flooding. The ban is usually applied for around a day.',
    own,
  ),
  flood_wait: error(
    429,
    'flood_wait',
    ({ flood }) => `${flood} Please wait for 2 minutes and 1 second before trying again.`,
    own,
    { retryAfter: 121 },
  ),
  login_email_required: error(
    403,
    'login_email_required',
    'Telegram sends no codes to accounts without a login e-mail address. Set one up in the Telegram app, or log in with a QR code.',
    at('request'),
  ),
  payment_required: error(
    403,
    'payment_required',
    'Telegram requires a payment to send a code to this number. Log in with the Telegram app first, or log in with a QR code.',
    at('request'),
  ),
  phone_code_unavailable: error(
    403,
    'phone_code_unavailable',
    'Telegram cannot send a code to this number at the moment. Try again later, or log in with a QR code.',
    at('request'),
  ),
  phone_code_missing: error(400, 'phone_code_missing', 'You must provide the code from your phone.', at('code')),
  phone_code_invalid: error(401, 'phone_code_invalid', 'Incorrect phone code.', at('code')),
  phone_code_expired: error(403, 'phone_code_expired', 'Phone code expired.', at('code')),
  phone_code_not_requested: notRequested,
  phone_code_not_entered: error(
    400,
    'phone_code_not_entered',
    'Please request a new phone code and enter it first.',
    at('request'),
  ),
  password_empty: error(400, 'password_empty', 'Empty password.', at('password')),
  password_invalid: error(401, 'password_invalid', 'Incorrect password.', at('password')),
  bot_token_missing: error(400, 'bot_token_missing', 'You must provide the token of your bot.', at('token')),
  bot_token_invalid: error(401, 'bot_token_invalid', 'Bot token invalid.', at('token')),
  bot_token_expired: error(401, 'bot_token_expired', 'Bot token expired.', at('token')),
  login_revoked: error(401, 'session_revoked', revokedText, start),
  account_deactivated: error(
    403,
    'account_deactivated',
    'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org.',
    start,
  ),
  account_frozen: error(
    403,
    'account_frozen',
    'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal.',
    start,
  ),
  asked_too_often: error(
    429,
    'asked_too_often',
    'Too many login attempts. Please wait for 1 minute before trying again.',
    own,
    { retryAfter: 60 },
  ),
  not_permitted: error(403, 'mxid_not_whitelisted', 'You are not whitelisted.'),
  owner_deactivated: error(
    403,
    'mxid_deactivated',
    'Your Matrix account is deactivated. Log in to Matrix with another account.',
  ),
  not_logged_in: notLoggedIn,
  already_logged_in: error(409, 'already_logged_in', 'You are already logged in.', at('logged-in'), {
    more: { username: 'magic_2_0234', phone: '9996620234' },
  }),
  telegram_account_taken: error(
    409,
    'telegram_account_taken',
    'Another Matrix user is logged in to this Telegram account. Log out there first.',
    start,
  ),
  telegram_unreachable: error(
    503,
    'telegram_unreachable',
    'Telegram is unreachable at the moment. Please try again later.',
    own,
  ),
  telegram_rejected_us: error(
    502,
    'telegram_rejected_bridge',
    'Telegram does not accept this bridge. Please contact its administrator.',
    own,
  ),
  telegram_error: error(502, 'telegram_refused', 'Telegram refused with the error SOME_NAME.', own),
  bridge_unreachable: error(
    503,
    'bridge_unreachable',
    'The bridge is unreachable at the moment. Please try again later.',
    own,
  ),
  bridge_refused: error(502, 'bridge_refused', 'The bridge returned an error: Try later', own),
  bridge_request_rejected: error(400, 'bridge_request_rejected', 'The bridge rejected the request: Try otherwise', own),
  chats_unavailable: error(
    501,
    'chats_unavailable',
    'The bridge holds the Telegram session of this login, and cannot list chats.',
  ),
  session_held: error(
    409,
    'session_held',
    'The Telegram session of this login is being handed over to the bridge, or used by another program. Please try again later.',
    own,
  ),
  other_telegram_account: error(
    409,
    'other_telegram_account',
    'This is not the Telegram account to log in to again. Please start again with the same account.',
    start,
  ),
  mxid_empty: error(400, 'mxid_empty', 'User ID not given.'),
  mxid_invalid: invalidId,
  mxid_not_own: error(403, 'mxid_not_own', 'Your access token is valid for your own user ID only.'),
  number_missing: error(403, 'phone_number_missing', 'This Telegram account is a bot and has no phone number.'),
  account_missing: error(403, 'matrix_account_missing', 'This user ID has no Matrix account on this server.'),
  number_in_use: error(
    409,
    'phone_number_in_use',
    'This phone number belongs to another Matrix account. Remove it there first.',
  ),
  number_unchecked: error(
    503,
    'phone_number_unchecked',
    'It cannot be checked at the moment whether this phone number is in use. Please try again later.',
  ),
  login_over: notLoggedIn,
  unauthorized: error(401, 'shared_secret_invalid', 'Shared secret is not valid.'),
  address_refused: error(403, 'unhandled_http_403', 'Requests from your IP address are not allowed.'),
  too_many_attempts: error(
    429,
    'too_many_attempts',
    'Too many wrong shared secrets. Please wait for 1 minute before trying again.',
    undefined,
    { retryAfter: 60 },
  ),
  authentication_unavailable: error(
    503,
    'homeserver_unreachable',
    'Your access token cannot be checked at the moment. Please try again later.',
  ),
  body_not_json: invalidJson,
  body_unfit: invalidJson,
  path_malformed: invalidId,
  route_unknown: error(404, 'unhandled_http_404', 'There is no such endpoint. Please check the base URL.'),
  method_not_allowed: error(405, 'unhandled_http_405', 'This endpoint does not have that method.'),
  body_too_large: error(413, 'unhandled_http_413', 'The request body is too large.'),
  server_busy: error(503, 'unhandled_http_503', 'Too many requests are being received. Please try again later.'),
  body_encoded: error(415, 'unhandled_http_415', 'The request body must not have a Content-Encoding.'),
  too_many_open: error(503, 'unhandled_http_503', 'Too many connections are open. Please try again later.'),
  upgrade_required: error(426, 'unhandled_http_426', 'This endpoint is a WebSocket. Connect with a WebSocket client.'),
  unavailable: error(
    503,
    'database_unavailable',
    'The database is unreachable at the moment. Please try again later.',
    own,
  ),
  defect: error(500, 'exception', ({ doing }) => `Internal server error while ${doing}.`, own),
};
