import {
  TelegramProofFailure,
  type TelegramProofFailureDetails,
} from '../../src/accounts/threepids/telegram-proofs.js';
import { OwnerFailure, type OwnerFailureDetails } from '../../src/api/provisioning/owner.js';
import type { Failure } from '../../src/base/failure.js';
import { PhoneNumber } from '../../src/base/phone.js';
import { HttpFailure, type HttpProblem } from '../../src/http/problem.js';
import { TelegramAccountFailure, type TelegramAccountFailureDetails } from '../../src/login/accounts.js';
import {
  LoginFailure,
  LoginProcessFailure,
  type LoginFailureDetails,
  type LoginProcessFailureDetails,
} from '../../src/login/failure.js';
import type { TelegramUserId } from '../../src/telegram/shapes.js';

/** A failure of each kind. */
export type Failures<Kind extends string> = Readonly<Record<Kind, Failure>>;

type Named<Details extends { readonly kind: string }> = {
  readonly [K in Details['kind']]: Extract<Details, { kind: K }>;
};

/** Returns a failure with each of the details. */
export function failuresOf<Details extends { readonly kind: string }>(
  fail: (details: Details) => Failure,
  all: Named<Details>,
): Failures<Details['kind']> {
  const entries = Object.values<Details>(all).map((details) => [details.kind, fail(details)]);
  return Object.fromEntries(entries) as Failures<Details['kind']>;
}

/** Returns the details of each kind that has no data. */
export function plain<Kind extends string>(...kinds: readonly Kind[]): { readonly [K in Kind]: { readonly kind: K } } {
  return Object.fromEntries(kinds.map((kind) => [kind, { kind }])) as { readonly [K in Kind]: { readonly kind: K } };
}

const loginDetails: Named<LoginFailureDetails> = {
  ...plain(
    'phone_number_invalid',
    'phone_number_banned',
    'phone_number_unoccupied',
    'phone_number_app_signup_forbidden',
    'phone_number_flood',
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
    'chats_unavailable',
    'session_held',
    'not_permitted',
    'owner_deactivated',
    'not_logged_in',
    'telegram_account_taken',
    'phone_code_missing',
    'phone_code_not_requested',
    'phone_code_not_entered',
    'password_empty',
    'bot_token_missing',
  ),
  flood_wait: { kind: 'flood_wait', retryAfterMs: 120_001 },
  asked_too_often: { kind: 'asked_too_often', retryAfterMs: 60_000 },
  telegram_error: { kind: 'telegram_error', name: 'SOME_NAME' },
  bridge_refused: { kind: 'bridge_refused', message: 'Try later' },
  bridge_request_rejected: {
    kind: 'bridge_request_rejected',
    status: 422,
    errcode: 'M_SOMETHING',
    message: 'Try otherwise',
  },
  already_logged_in: {
    kind: 'already_logged_in',
    user: {
      id: '9996620234' as TelegramUserId,
      username: 'magic_2_0234',
      firstName: null,
      lastName: null,
      phone: PhoneNumber.parse('+9996620234') ?? null,
      isBot: false,
    },
  },
};

/** Failures of the login service. */
export const loginFailures = failuresOf<LoginFailureDetails>((details) => new LoginFailure(details), loginDetails);

/** Failures of login processes. */
export const processFailures = failuresOf<LoginProcessFailureDetails>((details) => new LoginProcessFailure(details), {
  ...plain(
    'login_unknown',
    'login_cancelled',
    'login_timed_out',
    'login_finished',
    'wrong_step',
    'resend_unavailable',
    'other_telegram_account',
  ),
  too_many_accounts: { kind: 'too_many_accounts', allowed: 3 },
});

/** Failures of accounts and contacts. */
export const accountFailures = failuresOf<TelegramAccountFailureDetails>(
  (details) => new TelegramAccountFailure(details),
  plain('account_unknown', 'identifier_unknown', 'identifier_not_user'),
);

/** Failures to add a phone number to a Matrix account. */
export const proofFailures = failuresOf<TelegramProofFailureDetails>(
  (details) => new TelegramProofFailure(details),
  plain('number_missing', 'account_missing', 'number_in_use', 'number_unchecked', 'login_over'),
);

/** Failures of Matrix IDs. */
export const ownerFailures = failuresOf<OwnerFailureDetails>(
  (details) => new OwnerFailure(details),
  plain('mxid_empty', 'mxid_invalid', 'mxid_not_own'),
);

/** Failures of the HTTP kernel. */
export const httpFailures = failuresOf<HttpProblem>((problem) => new HttpFailure(problem), {
  ...plain(
    'route_unknown',
    'unauthorized',
    'address_refused',
    'authentication_unavailable',
    'body_not_json',
    'server_busy',
    'body_encoded',
    'path_malformed',
    'too_many_open',
    'upgrade_required',
    'unavailable',
    'defect',
  ),
  method_not_allowed: { kind: 'method_not_allowed', allowed: ['GET'], isPage: false },
  too_many_attempts: { kind: 'too_many_attempts', retryAfterMs: 60_000 },
  body_unfit: { kind: 'body_unfit', members: [] },
  body_too_large: { kind: 'body_too_large', limitBytes: 1024 },
});
