import type { SpecifiedOperation, SpecifiedReply } from '../differences.js';

const error = (...errcodes: string[]): SpecifiedReply => ({ properties: ['errcode', 'error'], errcodes });
const authSuccess: SpecifiedReply = {
  properties: ['state', 'username'],
  states: ['code', 'request', 'password', 'token', 'logged-in'],
};
const missingMxid = error('mxid_empty', 'json_invalid');
const notWhitelisted = error('mxid_not_whitelisted');
const alreadyLoggedIn: SpecifiedReply = { properties: ['state', 'username'], states: ['logged-in'] };
const unknown = error('exception');

/** The specification of the provisioning API 0.3.0, operation by operation. */
export const specification: Readonly<Record<string, SpecifiedOperation>> = {
  'GET /{mxid}/get_me': {
    operationId: 'get_me',
    bodyProperties: { token: 'string' },
    replies: {
      200: { properties: ['username', 'first_name', 'last_name', 'phone', 'is_bot'] },
      400: missingMxid,
      403: error('not_logged_in', 'mxid_not_whitelisted'),
      500: unknown,
    },
  },
  'POST /login/{mxid}/bot_token': {
    operationId: 'post_bot_token',
    bodyProperties: { token: 'string' },
    replies: {
      200: authSuccess,
      400: missingMxid,
      401: error('bot_token_invalid', 'bot_token_expired', 'shared_secret_invalid'),
      403: notWhitelisted,
      409: alreadyLoggedIn,
      500: unknown,
    },
  },
  'POST /login/{mxid}/request_code': {
    operationId: 'post_login_phone',
    bodyProperties: { phone: 'string' },
    replies: {
      200: authSuccess,
      400: error('phone_number_invalid', 'mxid_empty', 'json_invalid'),
      401: error('shared_secret_invalid'),
      403: error('mxid_not_whitelisted', 'phone_number_banned', 'phone_number_app_signup_forbidden'),
      404: error('phone_number_unoccupied'),
      409: alreadyLoggedIn,
      429: error('flood_wait', 'phone_number_flood'),
      500: unknown,
    },
  },
  'POST /login/{mxid}/send_code': {
    operationId: 'post_login_code',
    bodyProperties: { code: 'integer' },
    replies: {
      200: authSuccess,
      202: authSuccess,
      400: missingMxid,
      401: error('phone_code_invalid', 'shared_secret_invalid'),
      403: error('mxid_not_whitelisted', 'phone_code_expired'),
      409: alreadyLoggedIn,
      500: unknown,
    },
  },
  'POST /login/{mxid}/send_password': {
    operationId: 'post_login_password',
    bodyProperties: { password: 'string' },
    replies: {
      200: authSuccess,
      400: error('password_empty', 'mxid_empty', 'json_invalid'),
      401: error('password_invalid', 'shared_secret_invalid'),
      403: notWhitelisted,
      409: alreadyLoggedIn,
      500: unknown,
    },
  },
};
