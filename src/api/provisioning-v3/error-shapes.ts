import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';
import { wireErrors } from './errors.js';

type Kind = keyof typeof wireErrors;

const common: readonly Kind[] = [
  'token_missing',
  'unauthorized',
  'too_many_attempts',
  'authentication_unavailable',
  'user_id_missing',
  'user_id_invalid',
  'user_id_not_own',
  'not_permitted',
  'unavailable',
  'defect',
];
const inPath: readonly Kind[] = ['path_malformed'];
const body: readonly Kind[] = ['body_not_json', 'body_unfit', 'body_too_large', 'body_encoded', 'server_busy'];
const telegram: readonly Kind[] = ['flood_wait', 'telegram_unreachable', 'telegram_rejected_us', 'telegram_error'];
/** Errors that a repeated login step shows as its complaint. */
const ended: readonly Kind[] = ['login_revoked', 'account_deactivated', 'account_frozen'];
const over: readonly Kind[] = ['login_unknown', 'login_cancelled', 'login_timed_out'];
const accounts: readonly Kind[] = [
  ...common,
  ...telegram,
  'account_frozen',
  'not_logged_in',
  'account_unknown',
  'bridge_unreachable',
  'bridge_refused',
  'bridge_request_rejected',
  'session_held',
];

/** Errors of operations that only a bridge performs. */
const chats: readonly Kind[] = [
  ...common,
  'not_logged_in',
  'account_unknown',
  'bridge_unreachable',
  'bridge_refused',
  'bridge_request_rejected',
  'session_held',
  'no_bridge_attached',
];

/** The errors of each operation of version 3. */
export const operationErrors = {
  whoami: [...common, 'owner_deactivated', 'bridge_unreachable'],
  capabilities: common,
  login_flows: common,
  login_start: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...telegram,
    'asked_too_often',
    'flow_unknown',
    'account_unknown',
    'too_many_accounts',
    ...ended,
  ],
  login_user_input: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...body,
    ...telegram,
    ...over,
    'login_finished',
    'wrong_step',
    'asked_too_often',
    'phone_number_flood',
    'phone_code_missing',
    'password_empty',
    'bot_token_missing',
    'already_logged_in',
    'telegram_account_taken',
    'too_many_accounts',
    'other_telegram_account',
  ],
  login_display_and_wait: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...telegram,
    ...over,
    'login_finished',
    'wrong_step',
    'asked_too_often',
    ...ended,
    'already_logged_in',
    'telegram_account_taken',
    'too_many_accounts',
    'other_telegram_account',
  ],
  login_other_step: [...common, 'owner_deactivated', ...inPath, ...over, 'login_finished', 'wrong_step'],
  login_resend: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...telegram,
    ...over,
    'login_finished',
    'wrong_step',
    'resend_unavailable',
    'asked_too_often',
    'phone_number_flood',
    'payment_required',
    'phone_code_unavailable',
  ],
  login_cancel: [...common, ...inPath, 'login_unknown', 'login_timed_out', 'login_finished'],
  login_hand_over: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...telegram,
    'account_frozen',
    'account_unknown',
    'bridge_unreachable',
    'session_held',
    'no_bridge_attached',
  ],
  login_add_phone: [
    ...common,
    'owner_deactivated',
    ...inPath,
    ...telegram,
    'bridge_unreachable',
    'account_frozen',
    'account_unknown',
    'number_missing',
    'account_missing',
    'number_in_use',
    'number_unchecked',
    'login_over',
  ],
  logout: [...common, ...inPath, 'account_unknown', 'bridge_unreachable'],
  logins: [...common, 'owner_deactivated', 'bridge_unreachable'],
  contacts: accounts,
  search_users: [...accounts, ...body],
  resolve_identifier: [...accounts, ...inPath, 'identifier_unknown', 'identifier_not_user'],
  create_dm: [...chats, ...inPath, 'identifier_unknown'],
  create_group: [...chats, ...inPath, ...body, 'identifier_unknown'],
  backfill: [...chats, ...inPath],
  image_pack_preview: chats,
  image_pack_import: chats,
  image_pack_list: chats,
  resolve_media: [...chats, ...inPath, ...body],
  session_transfer_init: [
    ...common,
    ...body,
    'transfer_login_unknown',
    'transfer_unsupported',
    'transfer_session_held',
  ],
  session_transfer_finish: [...common, ...body, 'transfer_login_unknown', 'transfer_not_begun'],
  session_transfer_cancel: [...common, ...body, 'transfer_login_unknown', 'transfer_not_begun'],
} as const satisfies Record<string, readonly Kind[]>;

/** The name of an operation in `operationErrors`. */
export type OperationName = keyof typeof operationErrors;

const descriptions: Readonly<Record<number, string>> = {
  400: 'A value is missing or malformed, or the login is not at that step',
  401: 'The token is missing or wrong',
  403: 'Forbidden',
  404: 'Not found, or owned by another user',
  409: 'Conflict, or another program holds the Telegram session',
  410: 'The login process has ended',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  429: 'Too many attempts',
  500: 'Internal server error',
  501: 'No bridge is attached, or the bridge does not have the login',
  502: 'Telegram or the bridge rejected the request, or Telegram rejected this bridge',
  503: 'Telegram, the bridge, the database or the homeserver is unreachable',
};

/** Returns the errors that an operation can answer with, by status. */
export function errorShapes(name: OperationName): Record<number, ReplyShape> {
  const kinds: readonly Kind[] = operationErrors[name];
  const rows = kinds.map((kind) => wireErrors[kind]);
  const statuses = new Set(rows.map(({ status }) => status));
  const isOpen = kinds.includes('bridge_request_rejected');
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      errorShape(
        status,
        isOpen && status < 500 ? undefined : rows.filter((row) => row.status === status).map(({ errcode }) => errcode),
      ),
    ]),
  );
}

/** An error of the bridge with a status that Gangway does not use. */
export const otherBridgeErrors: ReplyShape = errorShape(undefined, undefined);

/** Returns the shape of an error. `errcodes` is undefined for errors of the bridge. */
function errorShape(status: number | undefined, errcodes: readonly string[] | undefined): ReplyShape {
  const errcode = errcodes === undefined ? z.string() : z.enum([...new Set(errcodes)]);
  return {
    description: (status === undefined ? undefined : descriptions[status]) ?? 'An error of the bridge',
    schema: z.object({
      errcode: errcode.meta({ description: 'A machine-readable error code' }),
      error: z.string().meta({ description: 'A human-readable description of the error' }),
      ...(status === 429
        ? { retry_after_ms: z.number().optional().meta({ description: 'How long to wait, if known.' }) }
        : {}),
    }),
    ...(status === 429 ? { headers: { 'Retry-After': 'Seconds to wait, if known.' } } : {}),
  };
}
