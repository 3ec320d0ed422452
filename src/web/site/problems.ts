/** What can go wrong with the e-mail addresses and phone numbers of a Matrix account. */
export const addressProblems = [
  'email_invalid',
  'address_in_use',
  'address_changes_disabled',
  'address_not_confirmed',
  'medium_unsupported',
  'destination_refused',
  'send_failed',
  'messages_too_often',
  'confirmation_code_missing',
  'confirmation_code_wrong',
  'confirmation_code_used_up',
  'confirmation_over',
  'matrix_password_missing',
  'matrix_password_wrong',
  'password_not_enough',
  'homeserver_refused',
] as const;

/** One of these. */
export type AddressProblem = (typeof addressProblems)[number];

/** Everything that can go wrong on the pages for users, each with a sentence in each language. */
export const siteProblems = [
  // Telegram, and login processes.
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_unoccupied',
  'phone_number_app_signup_forbidden',
  'phone_number_flood',
  'flood_wait',
  'phone_code_invalid',
  'phone_code_expired',
  'login_email_required',
  'payment_required',
  'phone_code_unavailable',
  'password_invalid',
  'bot_token_invalid',
  'bot_token_expired',
  'login_revoked',
  'account_deactivated',
  'account_frozen',
  'telegram_unreachable',
  'telegram_rejected_us',
  'bridge_unreachable',
  'bridge_refused',
  'bridge_request_rejected',
  'chats_unavailable',
  'session_held',
  'telegram_error',
  'not_permitted',
  'owner_deactivated',
  'asked_too_often',
  'already_logged_in',
  'not_logged_in',
  'telegram_account_taken',
  'phone_code_missing',
  'phone_code_not_requested',
  'phone_code_not_entered',
  'password_empty',
  'bot_token_missing',
  'login_unknown',
  'login_cancelled',
  'login_timed_out',
  'login_finished',
  'wrong_step',
  'resend_unavailable',
  'too_many_accounts',
  'other_telegram_account',
  'account_unknown',
  // The phone number as a 3PID.
  'number_in_use',
  'number_unavailable',
  ...addressProblems,
  // Sign-in to the page.
  'session_expired',
  'sign_in_incomplete',
  'wrong_credentials',
  'sign_in_refused',
  'sign_in_too_often',
  'homeserver_unreachable',
  'sso_failed',
  'open_id_failed',
  'link_invalid',
  'form_expired',
  // HTTP.
  'page_unknown',
  'request_invalid',
  'too_busy',
  'unavailable',
  'defect',
] as const;

/** A problem that a page explains. */
export type SiteProblem = (typeof siteProblems)[number];

/** A sentence about a problem. */
export type ProblemText = string | ((details: ProblemDetails) => string);

/** What a sentence about a problem can contain. */
export interface ProblemDetails {
  /** How long to wait, as a phrase such as "5 minutes". Empty if unknown. */
  readonly wait: string;
  /** The message of Telegram, the bridge or the homeserver. Empty if there is none. */
  readonly message: string;
  /** A limit. */
  readonly max: number;
}
