import type { TelegramFault } from '../telegram/failure.js';

/** The Telegram methods of logins, which determine the expected faults. */
export type TelegramMethod =
  'send_code' | 'resend_code' | 'sign_in' | 'check_password' | 'sign_in_bot' | 'login_token' | 'account';

type Kind = TelegramFault['kind'];

const anywhere: readonly Kind[] = [
  'unreachable',
  'session_dead',
  'flood_wait',
  'client_rejected',
  'account_frozen',
  'unknown_error',
];
const ofNumber: readonly Kind[] = [
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_unoccupied',
  'phone_number_app_signup_forbidden',
  'phone_number_flood',
];
const ofSending: readonly Kind[] = [...ofNumber, 'login_email_required', 'payment_required', 'code_unavailable'];

const expected: Readonly<Record<TelegramMethod, ReadonlySet<Kind>>> = {
  send_code: new Set([...anywhere, ...ofSending]),
  resend_code: new Set([...anywhere, ...ofSending, 'phone_code_expired']),
  sign_in: new Set([...anywhere, ...ofNumber, 'phone_code_invalid', 'phone_code_expired']),
  check_password: new Set([...anywhere, 'phone_number_flood', 'password_invalid', 'password_not_set']),
  sign_in_bot: new Set([...anywhere, 'bot_token_invalid', 'bot_token_expired']),
  login_token: new Set([...anywhere, 'login_token_invalid']),
  account: new Set(anywhere),
};

/** Returns the fault if it is expected of the method; otherwise an unknown error with its name. */
export function expectedFault(method: TelegramMethod, fault: TelegramFault): TelegramFault {
  return expected[method].has(fault.kind) ? fault : { kind: 'unknown_error', name: fault.kind.toUpperCase() };
}

/** Returns the key of a method's flood waits for this subject. */
export function subjectOf(method: TelegramMethod, whose: string): string {
  return `${subjects[method]}:${whose}`;
}

const subjects: Readonly<Record<TelegramMethod, string>> = {
  send_code: 'send_code',
  resend_code: 'send_code',
  sign_in: 'sign_in',
  check_password: 'password',
  sign_in_bot: 'bot_token',
  login_token: 'qr',
  account: 'get_me',
};
