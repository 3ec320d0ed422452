import type { ReplyShape } from '../../http/endpoint.js';
import { errorReplies } from '../provisioning/error-replies.js';
import { wireErrors, type WireFailureDetails } from './errors.js';
import { operations, type OperationName } from './operation.js';

type Kind = WireFailureDetails['kind'];

const admission: readonly Kind[] = ['unauthorized', 'too_many_attempts', 'authentication_unavailable'];
const owner: readonly Kind[] = ['path_malformed', 'mxid_empty', 'mxid_invalid', 'mxid_not_own', 'not_permitted'];
const common: readonly Kind[] = [...admission, ...owner, 'unavailable', 'defect'];
const telegram: readonly Kind[] = [
  'flood_wait',
  'telegram_unreachable',
  'telegram_rejected_us',
  'telegram_error',
  'account_frozen',
];
const body: readonly Kind[] = ['body_not_json', 'body_unfit', 'body_too_large', 'body_encoded', 'server_busy'];
const ended: readonly Kind[] = ['login_revoked', 'account_deactivated'];
const steps: readonly Kind[] = [...common, 'owner_deactivated', ...telegram, ...body, 'already_logged_in', ...ended];
const number: readonly Kind[] = [
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_app_signup_forbidden',
  'phone_number_flood',
];
const sending: readonly Kind[] = ['login_email_required', 'payment_required', 'phone_code_unavailable'];
const account: readonly Kind[] = [...common, ...telegram, 'not_logged_in', 'bridge_unreachable'];
const asking: readonly Kind[] = [...account, 'bridge_refused', 'bridge_request_rejected', 'session_held'];
const portal: readonly Kind[] = [
  ...admission,
  'path_malformed',
  'mxid_empty',
  'mxid_invalid',
  'mxid_not_own',
  'not_permitted',
  'defect',
];

/** The errors of each operation. */
export const operationErrors: Readonly<Record<OperationName, readonly Kind[]>> = {
  bridge_info: ['defect'],
  get_user: [...common, 'owner_deactivated', 'bridge_unreachable'],
  get_chats: [...account, 'chats_unavailable', 'session_held'],
  get_contacts: asking,
  resolve_identifier: [...asking, 'identifier_unknown', 'identifier_not_user'],
  start_dm: [
    ...common,
    'not_logged_in',
    'bridge_unreachable',
    'bridge_refused',
    'bridge_request_rejected',
    'session_held',
    'identifier_unknown',
    'no_bridge_attached',
  ],
  log_out: [...common, 'bridge_unreachable'],
  request_code: [...steps, ...number, ...sending, 'asked_too_often', 'phone_number_missing', 'phone_number_unoccupied'],
  resend_code: [
    ...common,
    'owner_deactivated',
    ...telegram,
    ...number,
    ...sending,
    'asked_too_often',
    'phone_code_not_requested',
    'phone_code_expired',
    'phone_number_unoccupied',
    ...ended,
    'resend_unavailable',
  ],
  send_code: [
    ...steps,
    ...number,
    'phone_code_missing',
    'phone_code_not_requested',
    'phone_code_invalid',
    'phone_code_expired',
    'phone_number_unoccupied_at_code',
    'telegram_account_taken',
    'other_telegram_account',
  ],
  send_password: [
    ...steps,
    'password_empty',
    'phone_code_not_entered',
    'password_invalid',
    'phone_number_flood',
    'telegram_account_taken',
    'other_telegram_account',
  ],
  bot_token: [
    ...steps,
    'asked_too_often',
    'bot_token_missing',
    'bot_token_invalid',
    'bot_token_expired',
    'telegram_account_taken',
  ],
  hand_over: [...account, 'owner_deactivated', 'session_held', 'no_bridge_attached'],
  add_phone: [
    ...account,
    'owner_deactivated',
    'number_missing',
    'account_missing',
    'number_in_use',
    'number_unchecked',
    'login_over',
  ],
  qr: [
    ...common,
    'owner_deactivated',
    ...telegram,
    'asked_too_often',
    'already_logged_in',
    ...ended,
    'upgrade_required',
    'too_many_open',
  ],
  get_portal: [...portal, 'portal_not_found'],
  connect_portal: [...portal, 'no_bridge_attached'],
  create_portal: [...portal, 'no_bridge_attached'],
  disconnect_portal: [...portal, 'portal_not_found'],
};

const numberTaken = 'Conflict: the phone number belongs to another Matrix account';
const descriptions: Readonly<Record<number, string>> = {
  400: 'A value is missing or malformed',
  401: 'Wrong shared secret, access token, code, password or bot token',
  403: 'Forbidden',
  404: 'Not found',
  409:
    'Conflict: the Matrix user is already logged in, another Matrix user is logged in to the Telegram ' +
    'account, the login requires another Telegram account, or another program holds the Telegram session',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  426: 'The request is not a WebSocket upgrade',
  429: 'Too many attempts',
  500: 'Internal server error',
  501: 'No bridge is attached, or the bridge does not have the login',
  502: 'Telegram or the bridge rejected the request, or Telegram rejected this bridge',
  503: 'Telegram, the bridge, the database or the homeserver is unreachable',
};

/** Returns the errors that an operation can answer with, by status. */
export function errorShapes(name: OperationName): Record<number, ReplyShape> {
  return errorReplies({
    kinds: operationErrors[name],
    wireErrors,
    operation: operations[name],
    descriptions: name === 'add_phone' ? { ...descriptions, 409: numberTaken } : descriptions,
  });
}
