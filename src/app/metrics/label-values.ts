import type { DatabaseFailureDetails } from '../../database/failure.js';
import type { HandOverState } from '../../database/tables/hand-overs.js';
import type { SessionHolder } from '../../database/tables/telegram-accounts.js';
import type { DeliveryFailureDetails } from '../../delivery/failure.js';
import type { Message } from '../../delivery/messenger.js';
import type { TelegramAccountFailureDetails } from '../../login/accounts.js';
import type { LoginFailureDetails, LoginProcessFailureDetails } from '../../login/failure.js';
import type { ObservedStep } from '../../login/observe-logins.js';
import { otherLabel } from '../../observability/metrics.js';
import type { TelegramFailureDetails } from '../../telegram/failure.js';
import type { TelegramConnection } from '../../telegram/gateway.js';

/** Returns the members of a union, all of which the compiler requires, and the last resort. */
function membersOf<K extends string>(members: Readonly<Record<K, true>>): readonly string[] {
  return [...Object.keys(members), otherLabel];
}

const telegramFailures: Readonly<Record<TelegramFailureDetails['kind'], true>> = {
  unreachable: true,
  session_dead: true,
  flood_wait: true,
  phone_number_invalid: true,
  phone_number_banned: true,
  phone_number_unoccupied: true,
  phone_number_app_signup_forbidden: true,
  phone_number_flood: true,
  phone_code_invalid: true,
  phone_code_expired: true,
  login_email_required: true,
  payment_required: true,
  code_unavailable: true,
  password_invalid: true,
  password_not_set: true,
  bot_token_invalid: true,
  bot_token_expired: true,
  login_token_invalid: true,
  account_frozen: true,
  client_rejected: true,
  unknown_error: true,
};

/** The results of a call to Telegram. */
export const telegramResults = membersOf({ ok: true, ...telegramFailures });

/** The calls to Telegram. */
export const telegramMethods = membersOf<
  'connect' | Exclude<keyof TelegramConnection, 'session' | 'loginTokenNews' | 'destroy'>
>({
  connect: true,
  sendCode: true,
  resendCode: true,
  signIn: true,
  checkPassword: true,
  signInBot: true,
  exportLoginToken: true,
  importLoginToken: true,
  getMe: true,
  contacts: true,
  chats: true,
  findByUsername: true,
  findByPhone: true,
  searchUsers: true,
  logOut: true,
});

/** The steps of login processes. */
export const loginSteps = membersOf<ObservedStep>({
  start: true,
  phone: true,
  code: true,
  password: true,
  bot_token: true,
  resend: true,
  qr: true,
  cancel: true,
});

/** The outcomes of these steps. */
export const loginOutcomes = membersOf<
  | 'next'
  | 'complete'
  | LoginFailureDetails['kind']
  | LoginProcessFailureDetails['kind']
  | TelegramAccountFailureDetails['kind']
  | 'busy'
>({
  next: true,
  complete: true,
  phone_number_invalid: true,
  phone_number_banned: true,
  phone_number_unoccupied: true,
  phone_number_app_signup_forbidden: true,
  phone_number_flood: true,
  flood_wait: true,
  phone_code_invalid: true,
  phone_code_expired: true,
  login_email_required: true,
  payment_required: true,
  phone_code_unavailable: true,
  password_invalid: true,
  bot_token_invalid: true,
  bot_token_expired: true,
  login_revoked: true,
  account_deactivated: true,
  account_frozen: true,
  telegram_unreachable: true,
  telegram_rejected_us: true,
  bridge_unreachable: true,
  bridge_refused: true,
  bridge_request_rejected: true,
  chats_unavailable: true,
  session_held: true,
  telegram_error: true,
  not_permitted: true,
  owner_deactivated: true,
  asked_too_often: true,
  already_logged_in: true,
  not_logged_in: true,
  telegram_account_taken: true,
  phone_code_missing: true,
  phone_code_not_requested: true,
  phone_code_not_entered: true,
  password_empty: true,
  bot_token_missing: true,
  login_unknown: true,
  login_cancelled: true,
  login_timed_out: true,
  login_finished: true,
  wrong_step: true,
  resend_unavailable: true,
  too_many_accounts: true,
  other_telegram_account: true,
  account_unknown: true,
  identifier_unknown: true,
  identifier_not_user: true,
  busy: true,
});

/** The failures of an open database. Others occur while it is opened. */
type RunningFailure = Extract<
  DatabaseFailureDetails['kind'],
  'busy' | 'unreachable' | 'server_failing' | 'access_denied' | 'file_unusable' | 'file_replaced'
>;

/** The outcomes of transactions and reads. `rolled_back` is any failure of their work. */
export const databaseOutcomes = membersOf<'ok' | 'rolled_back' | RunningFailure>({
  ok: true,
  rolled_back: true,
  busy: true,
  unreachable: true,
  server_failing: true,
  access_denied: true,
  file_unusable: true,
  file_replaced: true,
});

/** The kinds of messages. */
export const messageKinds = membersOf<Message['kind']>({
  email_validation: true,
  email_password_reset: true,
  phone_validation: true,
  email_invite: true,
  email_in_use: true,
});

/** The outcomes of messages. */
export const messageOutcomes = membersOf<'ok' | DeliveryFailureDetails['kind']>({
  ok: true,
  no_channel: true,
  address_unknown: true,
  address_unreachable: true,
  slow_down: true,
  channel_down: true,
});

/** The states of hand-overs. */
export const handOverStates = membersOf<HandOverState>({ pending: true, refused: true, ending: true });

/** The holders of Telegram sessions. */
export const sessionHolders = membersOf<SessionHolder>({
  gangway: true,
  hand_over: true,
  bridge: true,
  lease: true,
  export: true,
});

/** The methods of HTTP requests. */
export const httpMethods = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', otherLabel];

/** The statuses of HTTP replies. `aborted` if the client did not receive the reply. */
export const httpStatuses = [
  '101 200 201 204 302 303 304 400 401 403 404 405 408 409 410 413 414 415 417 422 423 426 429 431'.split(' '),
  ['500', '501', '502', '503', '504', 'aborted', otherLabel],
].flat();
