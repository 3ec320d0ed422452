import type { ReplyShape } from '../../http/endpoint.js';
import { errorReplies } from '../provisioning/error-replies.js';
import { wireErrors, type WireFailureDetails } from './errors.js';
import { operations, type OperationName } from './operation.js';

type Kind = WireFailureDetails['kind'];

const common: readonly Kind[] = [
  'unauthorized',
  'too_many_attempts',
  'path_malformed',
  'mxid_empty',
  'mxid_invalid',
  'mxid_not_own',
  'authentication_unavailable',
  'not_permitted',
  'owner_deactivated',
  'unavailable',
];
const telegram: readonly Kind[] = [
  'flood_wait',
  'telegram_unreachable',
  'telegram_rejected_us',
  'telegram_error',
  'account_frozen',
  'defect',
];
const steps: readonly Kind[] = [
  'body_not_json',
  'body_unfit',
  'body_too_large',
  'body_encoded',
  'server_busy',
  'already_logged_in',
];

/** The errors of each operation: those of all operations, those of all login steps, and its own. */
export const operationErrors: Readonly<Record<OperationName, readonly Kind[]>> = {
  get_me: [...common, 'not_logged_in', ...telegram, 'bridge_unreachable'],
  request_code: [
    ...common,
    ...steps,
    'asked_too_often',
    'phone_number_invalid',
    'phone_number_banned',
    'phone_number_app_signup_forbidden',
    'phone_number_unoccupied',
    'phone_number_flood',
    'login_email_required',
    'payment_required',
    'phone_code_unavailable',
    'login_revoked',
    'account_deactivated',
    ...telegram,
  ],
  send_code: [
    ...common,
    ...steps,
    'phone_code_missing',
    'phone_code_not_requested',
    'phone_code_invalid',
    'phone_code_expired',
    'phone_number_invalid',
    'phone_number_banned',
    'phone_number_app_signup_forbidden',
    'phone_number_unoccupied',
    'phone_number_flood',
    'telegram_account_taken',
    'other_telegram_account',
    'login_revoked',
    'account_deactivated',
    ...telegram,
  ],
  send_password: [
    ...common,
    ...steps,
    'password_empty',
    'phone_code_not_entered',
    'password_invalid',
    'phone_number_flood',
    'telegram_account_taken',
    'other_telegram_account',
    'login_revoked',
    'account_deactivated',
    ...telegram,
  ],
  bot_token: [
    ...common,
    ...steps,
    'asked_too_often',
    'bot_token_missing',
    'bot_token_invalid',
    'bot_token_expired',
    'telegram_account_taken',
    'login_revoked',
    'account_deactivated',
    ...telegram,
  ],
  add_phone: [
    ...common,
    'not_logged_in',
    'bridge_unreachable',
    'number_missing',
    'account_missing',
    'number_in_use',
    'number_unchecked',
    'login_over',
    ...telegram,
  ],
};

const numberTaken = 'Conflict: the phone number belongs to another Matrix account';
const descriptions: Readonly<Record<number, string>> = {
  400: 'A value is missing or malformed',
  401: 'Wrong shared secret, access token, code, password or bot token',
  403: 'Forbidden',
  404: 'The phone number is not registered with Telegram',
  409:
    'Conflict: the Matrix user is already logged in, another Matrix user is logged in to the Telegram ' +
    'account, or the login requires another Telegram account',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  429: 'Too many attempts',
  500: 'Internal server error',
  502: 'Telegram rejected the request or this bridge',
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
