import type { Mxid } from '../base/mxid.js';
import type { PhoneNumber } from '../base/phone.js';
import type { Secret } from '../base/secret.js';
import type { TelegramUser, TelegramUserId } from '../telegram/shapes.js';
import type { LoginFault } from './failure.js';
import type { LoginInput, SentCode } from './shapes.js';

/** Names a login under way: 22 characters of base64url, not to be guessed. */
export type LoginId = string;

/** How a login begins: with a phone number, a QR code to scan, or a bot's token. */
export type LoginFlow = 'phone' | 'qr' | 'bot';

/** What a login under way asks for, or that it is done. */
export type ProgressStep =
  | { readonly kind: 'phone' }
  | { readonly kind: 'code'; readonly phone: PhoneNumber; readonly code: SentCode }
  | { readonly kind: 'password'; readonly hint: string | null }
  | { readonly kind: 'bot_token' }
  /** `url` (tg://login?token=...) is to be shown as a QR code; whoever has it can give the login an account. `expiresAt` is epoch ms. */
  | { readonly kind: 'qr'; readonly url: Secret; readonly expiresAt: number }
  /** `user.id` names the account from now on. */
  | { readonly kind: 'complete'; readonly user: TelegramUser };

/**
 * Why the step is not the next one: the answer before was wrong and the step is shown again, or Telegram has ended the
 * login and it is back at its first step.
 */
export type Complaint = (typeof complaints)[number];

/** Every Complaint: what another number, code, password, token or account can mend. */
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
] as const satisfies readonly LoginFault['kind'][];

/** Where a login under way stands. */
export interface LoginProgress {
  readonly loginId: LoginId;
  readonly flow: LoginFlow;
  /** Counts the steps that were shown, from 1; a step that is shown again with a complaint or a new QR code is another one. Durable. */
  readonly stepNumber: number;
  readonly step: ProgressStep;
  readonly complaint: Complaint | null;
}

/** Which step an answer is meant for: by its number, or the one of this kind where the client names no number. */
export type ExpectedStep = number | LoginInput['kind'];

/** What a login is started with. */
export interface LoginStart {
  readonly flow: LoginFlow;
  /** Log in again to this account: its session is replaced, and only a login of the same Telegram user is accepted. */
  readonly replacing?: TelegramUserId | undefined;
  /** Fails with `already_logged_in` where the owner has an account, at the start or by the end: for dialects that know one only. */
  readonly onlyIfLoggedOut?: boolean | undefined;
}

/**
 * Logins step by step, each with a name, several of one owner at one time. What is answered is durable: a login goes on
 * after a restart. A login belongs to its owner, for everybody else it is `login_unknown`.
 *
 * Every method throws LoginFailure for what is known to go wrong in a login (permission is checked before anything
 * else) and leaves the login where it was; and LoginProcessFailure for what is wrong with the request.
 */
export interface LoginProcesses {
  /**
   * The first step of a new login. Where the owner has too many under way, the one left alone for longest is cancelled. Throws
   * TelegramAccountFailure `account_unknown` where `replacing` cannot be the name of an account.
   */
  start(owner: Mxid, start: LoginStart): Promise<LoginProgress>;
  /**
   * Gives an answer to the step that the login shows. The same answer given again (at once, later, after a restart)
   * does not act again and is answered the same, until the next one is given. A phone number whose code the owner is
   * waiting for in another login goes on there: nothing is sent, and that login is over.
   */
  answer(owner: Mxid, loginId: LoginId, input: LoginInput, expecting: ExpectedStep): Promise<LoginProgress>;
  /** Where the login stands; of one that is done, its last step. */
  find(owner: Mxid, loginId: LoginId): Promise<LoginProgress>;
  /**
   * Waits with the QR step until it is scanned or has a new code, for half a minute at most, and says where the login
   * stands: at once where that is no longer step number `seen`. Ends early, with the login as it is, when `signal` aborts.
   */
  awaitChange(owner: Mxid, loginId: LoginId, seen: number, signal?: AbortSignal): Promise<LoginProgress>;
  /**
   * Has Telegram send the code in the next way (auth.resendCode); the step keeps its number. Before `resendAt`, Telegram
   * is not asked, and `code.fresh` is false. Without `loginId`: of the login that LoginService goes on with.
   */
  resend(owner: Mxid, loginId?: LoginId): Promise<LoginProgress>;
  /** The login is over, and its session is ended at Telegram; doing it twice is no mistake. */
  cancel(owner: Mxid, loginId: LoginId): Promise<void>;
  /** Ends every login of the owner that is under way, those of LoginService included. */
  cancelAll(owner: Mxid): Promise<void>;
}
