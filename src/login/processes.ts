import type { Mxid } from '../base/mxid.js';
import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type { CodeDelivery, TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { LoginFailureDetails } from './failure.js';

/** The user's input to a login, unchanged: the machine reports what is missing or malformed. */
export type LoginInput =
  | { readonly kind: 'phone'; readonly phone: string | undefined }
  /**
   * An integer may have lost its leading zeros: it is padded to the length that Telegram returned.
   */
  | { readonly kind: 'code'; readonly code: Secret | number | undefined }
  | { readonly kind: 'password'; readonly password: Secret | undefined }
  | { readonly kind: 'bot_token'; readonly token: Secret | undefined };

/** The next step of a login, or its completion. */
export type LoginStep =
  | { readonly kind: 'code'; readonly phone: PhoneNumber; readonly code: SentCode }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'complete'; readonly user: TelegramUser };

/** A code that was sent. */
export interface SentCode {
  readonly delivery: CodeDelivery;
  readonly length: number | null;
  /**
   * The beginning of the code, or the masked e-mail address that it was sent to; null if unknown.
   */
  readonly hint: string | null;
  readonly nextDelivery: CodeDelivery | null;
  /** When (epoch ms) another code can be requested. */
  readonly resendAt: number;
  /** False if an earlier code is still pending and none was requested from Telegram. */
  readonly fresh: boolean;
}

/** The ID of a login process: 22 random characters of base64url. */
export type LoginId = string;

/** How a login starts: with a phone number, a QR code, or a bot token. */
export type LoginFlow = 'phone' | 'qr' | 'bot';

/** The next step of a login process, or its completion. */
export type ProgressStep =
  | { readonly kind: 'phone' }
  | { readonly kind: 'code'; readonly phone: PhoneNumber; readonly code: SentCode }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'bot_token' }
  /**
   * Show `url` (tg://login?token=...) as a QR code. It allows completing the login with any
   * account. `expiresAt` is epoch ms.
   */
  | { readonly kind: 'qr'; readonly url: Secret; readonly expiresAt: number }
  /** `user.id` identifies the account. */
  | { readonly kind: 'complete'; readonly user: TelegramUser };

/**
 * Why this is not the next step: the previous answer was wrong and the step is repeated, or
 * Telegram has ended the login and it is back at its first step.
 */
export type Complaint = (typeof complaints)[number];

/** Every Complaint: failures that another number, code, password, token or account resolves. */
export const complaints = [
  'phone_number_invalid',
  'phone_number_banned',
  'phone_number_unoccupied',
  'phone_number_app_signup_forbidden',
  'login_email_required',
  'payment_required',
  'phone_code_unavailable',
  'phone_code_invalid',
  'phone_code_expired',
  'password_invalid',
  'bot_token_invalid',
  'bot_token_expired',
  'account_deactivated',
  'account_frozen',
  'login_revoked',
] as const satisfies readonly LoginFailureDetails['kind'][];

/** Returns the complaint for a failure; null if there is none. */
export function complaintIn({ kind }: LoginFailureDetails): Complaint | null {
  return complaints.find((complaint) => complaint === kind) ?? null;
}

/** The current step of a login process. */
export interface LoginProgress {
  readonly loginId: LoginId;
  readonly flow: LoginFlow;
  /**
   * Counts the steps that were shown, from 1. A step that is repeated with a complaint or a new QR
   * code has another number. Durable.
   */
  readonly stepNumber: number;
  readonly step: ProgressStep;
  readonly complaint: Complaint | null;
}

/** The step that an answer is for: its number, or its kind if the client sends no number. */
export type ExpectedStep = number | LoginInput['kind'];

/** The parameters of a new login process. */
export interface LoginStart {
  readonly flow: LoginFlow;
  /**
   * Log in to this account again: its session is replaced, and only the same Telegram user is
   * accepted.
   */
  readonly replacing?: TelegramUserId | undefined;
  /**
   * Fails with `already_logged_in` if the owner has an account, at the start or at the end: for
   * dialects with one account.
   */
  readonly onlyIfLoggedOut?: boolean | undefined;
}

/**
 * Logins in steps, each with an ID, several at a time for one owner. Answers are durable: a login
 * process continues after a restart. It belongs to its owner and is `login_unknown` to other users.
 *
 * Every method checks permission first. It throws LoginFailure for expected failures of a login,
 * which do not change the login process, and LoginProcessFailure for failures of the request.
 */
export interface LoginProcesses {
  /**
   * Returns the first step of a new login process. If the owner has too many, the one idle for
   * longest is cancelled. Throws TelegramAccountFailure `account_unknown` if `replacing` cannot be
   * an account ID.
   */
  start(owner: Mxid, start: LoginStart): Promise<LoginProgress>;
  /**
   * Answers the current step. A repeated answer (at once, later, after a restart) has no further
   * effect and returns the same, until the next one is given. If the owner already waits for the
   * code of the same number in another login process, this one continues it: nothing is sent, and
   * the other one ends.
   */
  answer(owner: Mxid, loginId: LoginId, input: LoginInput, expecting: ExpectedStep): Promise<LoginProgress>;
  /** Returns the current step; after completion, the last one. */
  find(owner: Mxid, loginId: LoginId): Promise<LoginProgress>;
  /**
   * Waits at the QR step until the code is scanned or renewed, for at most 30 seconds, and returns
   * the current step. Returns at once if it is not step number `seen`, and early if `signal`
   * aborts. Throws `asked_too_often` if too many calls of this owner are waiting.
   */
  awaitChange(owner: Mxid, loginId: LoginId, seen: number, signal?: AbortSignal): Promise<LoginProgress>;
  /**
   * Resends the code another way (auth.resendCode); the step keeps its number. Before `resendAt`,
   * no request is sent to Telegram, and `code.fresh` is false. Without `loginId`: for the login of
   * LoginService.
   */
  resend(owner: Mxid, loginId?: LoginId): Promise<LoginProgress>;
  /** Cancels the login process; its session is ended at Telegram. Can be repeated. */
  cancel(owner: Mxid, loginId: LoginId): Promise<void>;
  /** Cancels all login processes of the owner, including those of LoginService. */
  cancelAll(owner: Mxid): Promise<void>;
  /**
   * Cancels a login process of any dialect for an administrator, whatever the permissions of its
   * owner. Returns false if it is not in progress.
   */
  cancelForced(owner: Mxid, loginId: LoginId): Promise<boolean>;
}
