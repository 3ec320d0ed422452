import { describe, expect, it } from 'vitest';
import type { TelegramFailureDetails } from '../../../src/telegram/failure.js';
import { detailsOfRpcError, isAuthRestart, isStalePasswordCheck } from '../../../src/telegram/rpc-failure-details.js';

const revoked: TelegramFailureDetails = { kind: 'session_dead', reason: 'revoked' };
const deactivated: TelegramFailureDetails = { kind: 'session_dead', reason: 'deactivated' };
const waitOf = (seconds: number): TelegramFailureDetails => ({ kind: 'flood_wait', retryAfterMs: seconds * 1000 });

const table: readonly (readonly [number | undefined, string, TelegramFailureDetails])[] = [
  [400, 'PHONE_NUMBER_INVALID', { kind: 'phone_number_invalid' }],
  [400, 'PHONE_NUMBER_BANNED', { kind: 'phone_number_banned' }],
  [400, 'PHONE_NUMBER_UNOCCUPIED', { kind: 'phone_number_unoccupied' }],
  [400, 'PHONE_NUMBER_APP_SIGNUP_FORBIDDEN', { kind: 'phone_number_app_signup_forbidden' }],
  [400, 'PHONE_NUMBER_FLOOD', { kind: 'phone_number_flood' }],
  [406, 'PHONE_PASSWORD_FLOOD', { kind: 'phone_number_flood' }],
  [400, 'PHONE_CODE_INVALID', { kind: 'phone_code_invalid' }],
  [400, 'PHONE_CODE_EMPTY', { kind: 'phone_code_invalid' }],
  [400, 'PHONE_CODE_EXPIRED', { kind: 'phone_code_expired' }],
  [400, 'PHONE_CODE_HASH_EMPTY', { kind: 'phone_code_expired' }],
  [400, 'PHONE_CODE_HASH_INVALID', { kind: 'phone_code_expired' }],
  [400, 'PHONE_HASH_EXPIRED', { kind: 'phone_code_expired' }],
  [400, 'PASSWORD_HASH_INVALID', { kind: 'password_invalid' }],
  [400, 'PASSWORD_EMPTY', { kind: 'password_invalid' }],
  [400, 'ACCESS_TOKEN_INVALID', { kind: 'bot_token_invalid' }],
  [400, 'ACCESS_TOKEN_EXPIRED', { kind: 'bot_token_expired' }],
  [400, 'API_ID_INVALID', { kind: 'client_rejected' }],
  [400, 'API_ID_PUBLISHED_FLOOD', { kind: 'client_rejected' }],
  [406, 'UPDATE_APP_TO_LOGIN', { kind: 'client_rejected' }],
  [400, 'CONNECTION_API_ID_INVALID', { kind: 'client_rejected' }],
  [400, 'CONNECTION_LAYER_INVALID', { kind: 'client_rejected' }],
  [400, 'CONNECTION_NOT_INITED', { kind: 'unreachable' }],
  [401, 'AUTH_KEY_UNREGISTERED', revoked],
  [401, 'AUTH_KEY_INVALID', revoked],
  [401, 'AUTH_KEY_PERM_EMPTY', revoked],
  [401, 'SESSION_REVOKED', revoked],
  [401, 'SESSION_EXPIRED', { kind: 'session_dead', reason: 'expired' }],
  [401, 'USER_DEACTIVATED', deactivated],
  [401, 'USER_DEACTIVATED_BAN', deactivated],
  [401, 'SOMETHING_NEW', revoked],
  [401, 'SESSION_PASSWORD_NEEDED', revoked],
  [406, 'AUTH_KEY_DUPLICATED', { kind: 'session_dead', reason: 'duplicated' }],
  [420, 'FLOOD_WAIT_0', waitOf(1)],
  [420, 'FLOOD_WAIT_86400', waitOf(86_400)],
  [420, 'FLOOD_PREMIUM_WAIT_7', waitOf(7)],
  [420, 'FLOOD_TEST_PHONE_WAIT_3', waitOf(3)],
  [420, 'SLOWMODE_WAIT_12', waitOf(12)],
  [420, 'FROZEN_METHOD_INVALID', { kind: 'account_frozen' }],
  [420, '2FA_CONFIRM_WAIT_604800', waitOf(604_800)],
  [420, 'SOMETHING_NEW', waitOf(60)],
  [303, 'SOMETHING_MIGRATE_9', { kind: 'unreachable' }],
  [500, 'AUTH_RESTART', { kind: 'unreachable' }],
  [500, 'AUTH_RESTART_7', { kind: 'unreachable' }],
  [500, 'INTERNAL', { kind: 'unreachable' }],
  [-503, 'Timeout', { kind: 'unreachable' }],
  [undefined, 'Timeout', { kind: 'unreachable' }],
  [400, 'SRP_ID_INVALID', { kind: 'unreachable' }],
  [400, 'SRP_PASSWORD_CHANGED', { kind: 'unreachable' }],
  [400, 'SMS_CODE_CREATE_FAILED', { kind: 'code_unavailable' }],
  [406, 'SEND_CODE_UNAVAILABLE', { kind: 'code_unavailable' }],
  [400, 'PHONE_PASSWORD_PROTECTED', { kind: 'code_unavailable' }],
  [403, 'RECAPTCHA_CHECK_signup__6LcA-x', { kind: 'code_unavailable' }],
  [400, 'ACCESS_TOKEN_EMPTY', { kind: 'bot_token_invalid' }],
  [400, 'PASSWORD_MISSING', { kind: 'password_not_set' }],
  [400, 'METHOD_INVALID', { kind: 'client_rejected' }],
  [400, 'INPUT_METHOD_INVALID', { kind: 'client_rejected' }],
  [400, 'INPUT_METHOD_INVALID_7', { kind: 'unknown_error', name: 'INPUT_METHOD_INVALID_7' }],
  [400, 'AUTH_TOKEN_EXPIRED', { kind: 'login_token_invalid' }],
  [400, 'AUTH_TOKEN_INVALIDX', { kind: 'login_token_invalid' }],
  [400, 'CODE_INVALID', { kind: 'phone_code_invalid' }],
  [400, 'EMAIL_VERIFY_EXPIRED', { kind: 'phone_code_expired' }],
  [400, 'PHONE_NUMBER_INVALID_7', { kind: 'unknown_error', name: 'PHONE_NUMBER_INVALID_7' }],
  [403, 'SOMETHING_NEW', { kind: 'unknown_error', name: 'SOMETHING_NEW' }],
  [400, 'Your number is +44 1632', { kind: 'unknown_error', name: 'UNKNOWN' }],
  [undefined, '', { kind: 'unknown_error', name: 'UNKNOWN' }],
];

describe('the failure behind an RPC error', () => {
  const titled = table.map((row) => [`${row[0] ?? 'no code'} ${row[1] || 'no name'}`, ...row] as const);

  it.each(titled)('%s', (_, code, name, fault) => {
    expect(detailsOfRpcError(code, name)).toEqual(fault);
  });

  it('distinguishes a restart of the login from other internal errors', () => {
    expect(['AUTH_RESTART', 'AUTH_RESTART_7', 'AUTH_RESTARTED', 'INTERNAL'].map(isAuthRestart)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('recognizes a password check that requires fresh parameters', () => {
    expect(['SRP_ID_INVALID', 'SRP_PASSWORD_CHANGED', 'PASSWORD_HASH_INVALID'].map(isStalePasswordCheck)).toEqual([
      true,
      true,
      false,
    ]);
  });
});
