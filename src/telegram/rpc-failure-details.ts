import type { SessionDeath, TelegramFailureDetails } from './failure.js';

/**
 * Returns the failure for an RPC error of Telegram. This is the one table from code and name to
 * failure (core.telegram.org/api/errors, and the error lists of the methods that this adapter
 * calls). The code decides about names that are not in the table.
 */
export function detailsOfRpcError(code: number | undefined, name: string): TelegramFailureDetails {
  const waitSeconds = waitName.exec(name)?.[1];
  if (waitSeconds !== undefined) return floodWait(Number(waitSeconds));
  const simple = simpleKinds.get(name);
  if (simple !== undefined) return { kind: simple };
  const death = deaths.get(name);
  if (death !== undefined) return { kind: 'session_dead', reason: death };
  if (proofOfOwnApp.test(name)) return { kind: 'code_unavailable' };
  if (rejectionOfClient.test(name)) return { kind: 'client_rejected' };
  if (isTroubleOfTelegram(code, name)) return { kind: 'unreachable' };
  return detailsOfClass(code, name);
}

function detailsOfClass(code: number | undefined, name: string): TelegramFailureDetails {
  switch (code) {
    // Means that another data centre must answer. The client follows if it finds that data centre.
    case 303:
      return { kind: 'unreachable' };
    // One of them is SESSION_PASSWORD_NEEDED. signIn handles it itself; for other calls it means
    // that no user is logged in yet.
    case 401:
      return { kind: 'session_dead', reason: 'revoked' };
    case 420:
      return floodWait(Number(/_(\d{1,9})$/.exec(name)?.[1] ?? unnamedWaitSeconds));
    default:
      return { kind: 'unknown_error', name: shownName(name) };
  }
}

function floodWait(seconds: number): TelegramFailureDetails {
  return { kind: 'flood_wait', retryAfterMs: Math.max(1, seconds) * 1000 };
}

/**
 * Returns the name if it looks like the name of an error, so that no other text of Telegram's is
 * shown.
 */
function shownName(name: string): string {
  return /^\w{1,100}$/.test(name) ? name : 'UNKNOWN';
}

/** The wait if Telegram requires one without a time. */
const unnamedWaitSeconds = 60;

/**
 * Returns true if Telegram requires the login to begin again (`AUTH_RESTART`, sometimes with an
 * internal number).
 */
export function isAuthRestart(name: string): boolean {
  return /^AUTH_RESTART(_\d+)?$/.test(name);
}

/**
 * Returns true if the parameters of the password check are stale. Fresh ones from
 * account.getPassword may help.
 */
export function isStalePasswordCheck(name: string): boolean {
  return name === 'SRP_ID_INVALID' || name === 'SRP_PASSWORD_CHANGED';
}

// FLOOD_PREMIUM_WAIT and SLOWMODE_WAIT are not documented for logins, but also contain a wait.
const waitName = /^(?:FLOOD|FLOOD_PREMIUM|FLOOD_TEST_PHONE|SLOWMODE)_WAIT_(\d+)$/;

const rejectionOfClient =
  /^(?:API_ID_INVALID|API_ID_PUBLISHED_FLOOD|UPDATE_APP_TO_LOGIN|(?:INPUT_)?METHOD_INVALID|INPUT_(?:LAYER|CONSTRUCTOR)_INVALID|CONNECTION_[A-Z_]+)$/;

// Proofs that only Telegram's own apps can provide to get a code (reCAPTCHA, Play Integrity, App
// Attest).
const proofOfOwnApp = /^(?:RECAPTCHA_CHECK|APNS_VERIFY_CHECK|INTEGRITY_CHECK_CLASSIC)_/;

type SimpleKind = Exclude<TelegramFailureDetails['kind'], 'session_dead' | 'flood_wait' | 'unknown_error'>;

const simpleKinds: ReadonlyMap<string, SimpleKind> = new Map<string, SimpleKind>([
  ['PHONE_NUMBER_INVALID', 'phone_number_invalid'],
  ['PHONE_NUMBER_BANNED', 'phone_number_banned'],
  ['PHONE_NUMBER_UNOCCUPIED', 'phone_number_unoccupied'],
  ['PHONE_NUMBER_APP_SIGNUP_FORBIDDEN', 'phone_number_app_signup_forbidden'],
  ['PHONE_NUMBER_FLOOD', 'phone_number_flood'],
  ['PHONE_PASSWORD_FLOOD', 'phone_number_flood'],
  ['PHONE_CODE_INVALID', 'phone_code_invalid'],
  ['PHONE_CODE_EMPTY', 'phone_code_invalid'],
  ['PHONE_CODE_EXPIRED', 'phone_code_expired'],
  ['PHONE_CODE_HASH_EMPTY', 'phone_code_expired'],
  ['PHONE_CODE_HASH_INVALID', 'phone_code_expired'],
  ['PHONE_HASH_EXPIRED', 'phone_code_expired'],
  ['PASSWORD_HASH_INVALID', 'password_invalid'],
  ['PASSWORD_EMPTY', 'password_invalid'],
  ['PASSWORD_MISSING', 'password_not_set'],
  // The code from the login e-mail, sent as email_verification.
  ['CODE_INVALID', 'phone_code_invalid'],
  ['EMAIL_CODE_INVALID', 'phone_code_invalid'],
  ['EMAIL_TOKEN_INVALID', 'phone_code_invalid'],
  ['EMAIL_HASH_EXPIRED', 'phone_code_expired'],
  ['EMAIL_VERIFY_EXPIRED', 'phone_code_expired'],
  ['SMS_CODE_CREATE_FAILED', 'code_unavailable'],
  ['SEND_CODE_UNAVAILABLE', 'code_unavailable'],
  ['PHONE_PASSWORD_PROTECTED', 'code_unavailable'],
  ['ACCESS_TOKEN_EMPTY', 'bot_token_invalid'],
  ['ACCESS_TOKEN_INVALID', 'bot_token_invalid'],
  ['ACCESS_TOKEN_EXPIRED', 'bot_token_expired'],
  ['AUTH_TOKEN_EXPIRED', 'login_token_invalid'],
  ['AUTH_TOKEN_INVALID', 'login_token_invalid'],
  ['AUTH_TOKEN_INVALID2', 'login_token_invalid'],
  ['AUTH_TOKEN_INVALIDX', 'login_token_invalid'],
  ['AUTH_TOKEN_ALREADY_ACCEPTED', 'login_token_invalid'],
  ['AUTH_TOKEN_EXCEPTION', 'login_token_invalid'],
  ['FROZEN_METHOD_INVALID', 'account_frozen'],
  ['CONNECTION_NOT_INITED', 'unreachable'],
  ['SRP_ID_INVALID', 'unreachable'],
  ['SRP_PASSWORD_CHANGED', 'unreachable'],
]);

const deaths: ReadonlyMap<string, SessionDeath> = new Map<string, SessionDeath>([
  ['AUTH_KEY_UNREGISTERED', 'revoked'],
  ['AUTH_KEY_INVALID', 'revoked'],
  ['AUTH_KEY_PERM_EMPTY', 'revoked'],
  ['SESSION_REVOKED', 'revoked'],
  ['SESSION_EXPIRED', 'expired'],
  ['USER_DEACTIVATED', 'deactivated'],
  ['USER_DEACTIVATED_BAN', 'deactivated'],
  ['AUTH_KEY_DUPLICATED', 'duplicated'],
]);

function isTroubleOfTelegram(code: number | undefined, name: string): boolean {
  if (name === 'Timeout' || isAuthRestart(name)) return true;
  // Negative codes, such as -503, are Telegram's own timeouts.
  return code !== undefined && (code < 0 || code >= 500);
}
