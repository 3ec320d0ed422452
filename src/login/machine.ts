import { cleanHumanInput, readBotToken, readNumericCode } from '../base/human-input.js';
import type { PhoneNumber } from '../base/phone.js';
import { readPhoneNumber } from '../base/read-phone-number.js';
import { Secret } from '../base/secret.js';
import type { TelegramFailureDetails } from '../telegram/failure.js';
import type { SignInResult, TelegramSession } from '../telegram/gateway.js';
import type { CodeDelivery, LoginCode, LoginToken, TelegramUser } from '../telegram/shapes.js';
import type { LoginFailureDetails } from './failure.js';
import type { LoginInput, LoginStep, SentCode } from './processes.js';

/** A code was sent. It is valid only with this session's auth key. */
export interface CodeState {
  readonly step: 'code';
  readonly phone: PhoneNumber;
  readonly session: TelegramSession;
  readonly phoneCodeHash: Secret;
  readonly sent: Omit<SentCode, 'fresh'>;
}

/** The code was accepted, or the QR code was scanned, and Telegram requires the cloud password. */
export interface PasswordState {
  readonly step: 'password';
  /** Null after a QR code. */
  readonly phone: PhoneNumber | null;
  readonly session: TelegramSession;
  /** The accepted code, so that a repeated one returns the same answer. */
  readonly code: Secret | null;
  /** With `code`: the hash that Telegram requires to accept the code once more. */
  readonly codeHash: Secret | null;
  readonly codeDelivery: CodeDelivery;
  readonly hint: string | null;
}

/** No input yet; `qr_wanted` if a QR code is still to be requested from Telegram. */
export interface FirstState {
  readonly step: 'phone' | 'bot_token' | 'qr_wanted';
}

/** A QR code is shown, valid for this session. */
export interface QrState {
  readonly step: 'qr';
  readonly session: TelegramSession;
  readonly token: Secret;
  /** Epoch ms. */
  readonly expiresAt: number;
  /** Set if the code was scanned; `session` is then at the data centre that imports the token. */
  readonly scanned: Secret | null;
}

/** A state of a login process that every dialect can continue. */
export type SharedState = CodeState | PasswordState;

/**
 * The state of a login process between two steps, with everything required to continue after a
 * restart.
 */
export type LoginState = FirstState | QrState | SharedState;

/** What to do with an input, before any request to Telegram. */
export type Decision =
  | { readonly act: 'refuse'; readonly failure: LoginFailureDetails }
  | { readonly act: 'show'; readonly step: LoginStep }
  /** With `session`, another code is sent on its auth key; without, a new login starts. */
  | { readonly act: 'send_code'; readonly phone: PhoneNumber; readonly session: TelegramSession | undefined }
  | { readonly act: 'resend_code'; readonly state: CodeState }
  | { readonly act: 'sign_in'; readonly state: CodeState; readonly code: Secret }
  | { readonly act: 'check_password'; readonly state: PasswordState; readonly password: Secret }
  | { readonly act: 'sign_in_bot'; readonly token: Secret };

// Telegram's usual timeout, if its answer has none.
const defaultResendMs = 60_000;
// Codes and tokens are far shorter. Longer inputs are not sent to Telegram.
const maxInputLength = 256;

/**
 * Returns the decision on `input` in `state`, or without a login process. Pure: `now` is epoch ms.
 */
export function decide(state: LoginState | undefined, input: LoginInput, now: number): Decision {
  switch (input.kind) {
    case 'phone':
      return decidePhone(state, input.phone, now);
    case 'code':
      return decideCode(state, input.code);
    case 'password':
      return decidePassword(state, input.password);
    case 'bot_token':
      return decideBotToken(readBotToken(input.token?.reveal() ?? ''));
  }
}

/**
 * Returns the decision on a request to resend the code; undefined if none was sent. Pure: `now` is
 * epoch ms.
 */
export function decideResend(state: LoginState, now: number): Decision | undefined {
  if (state.step !== 'code') return undefined;
  if (now < state.sent.resendAt) return { act: 'show', step: stepOf(state, { fresh: false }) };
  return { act: 'resend_code', state };
}

function decideBotToken(token: string): Decision {
  if (token === '') return refuse({ kind: 'bot_token_missing' });
  if (token.length > maxInputLength) return refuse({ kind: 'bot_token_invalid' });
  return { act: 'sign_in_bot', token: new Secret(token) };
}

function decidePhone(state: LoginState | undefined, text: string | undefined, now: number): Decision {
  const phone = text === undefined ? undefined : readPhoneNumber(text);
  if (!phone) return refuse({ kind: 'phone_number_invalid' });
  if (state?.step !== 'code' || !state.phone.equals(phone)) return { act: 'send_code', phone, session: undefined };
  if (now < state.sent.resendAt) return { act: 'show', step: stepOf(state, { fresh: false }) };
  return { act: 'send_code', phone, session: state.session };
}

function decideCode(state: LoginState | undefined, given: Secret | number | undefined): Decision {
  const code = readCode(given, state);
  if (!code) return refuse({ kind: 'phone_code_missing' });
  if (state && code.reveal().length > maxInputLength) return refuse({ kind: 'phone_code_invalid' });
  if (state?.step === 'code') return { act: 'sign_in', state, code };
  if (state?.step === 'password' && state.code?.equals(code)) return { act: 'show', step: stepOf(state) };
  return refuse({ kind: 'phone_code_not_requested' });
}

function decidePassword(state: LoginState | undefined, password: Secret | undefined): Decision {
  if (!password || password.reveal() === '') return refuse({ kind: 'password_empty' });
  if (state?.step !== 'password') return refuse({ kind: 'phone_code_not_entered' });
  return { act: 'check_password', state, password };
}

/**
 * Users copy codes of digits with spaces and dashes, which are significant in words and phrases. An
 * integer has lost its leading zeros.
 */
function readCode(given: Secret | number | undefined, state: LoginState | undefined): Secret | undefined {
  if (given === undefined) return undefined;
  const length = state?.step === 'code' ? state.sent.length : null;
  if (typeof given === 'number') return new Secret(String(given).padStart(length ?? 0, '0'));
  const text = given.reveal();
  const code = isOfDigits(state) ? readNumericCode(text) : cleanHumanInput(text);
  return code === '' ? undefined : new Secret(code);
}

function isOfDigits(state: LoginState | undefined): boolean {
  const delivery =
    state?.step === 'code' ? state.sent.delivery : state?.step === 'password' ? state.codeDelivery : undefined;
  return delivery !== 'sms_word' && delivery !== 'sms_phrase';
}

/** Returns the state after Telegram has sent a code. */
export function codeSent(phone: PhoneNumber, session: TelegramSession, code: LoginCode, now: number): CodeState {
  const { phoneCodeHash, delivery, length, hint, nextDelivery, timeoutMs } = code;
  const sent = { delivery, length, hint, nextDelivery, resendAt: now + (timeoutMs ?? defaultResendMs) };
  return { step: 'code', phone, session, phoneCodeHash, sent };
}

/** What Telegram has accepted so far: a code, or nulls for a QR code. */
export type AcceptedCode = Pick<PasswordState, 'phone' | 'code' | 'codeHash' | 'codeDelivery'>;

/** A code that can be sent to Telegram. */
export type CompleteCode = { readonly [K in keyof AcceptedCode]: NonNullable<AcceptedCode[K]> };

/** Returns whether the code can be sent to Telegram once more. */
export function isComplete(given: AcceptedCode): given is CompleteCode {
  return given.phone !== null && given.code !== null && given.codeHash !== null;
}

/** The accepted code of a scanned QR code: none. */
export const noCode: AcceptedCode = { phone: null, code: null, codeHash: null, codeDelivery: 'other' };

/**
 * Returns the result of an accepted code or a scanned QR code: the login is complete, or requires
 * the password.
 */
export function accepted(
  given: AcceptedCode,
  session: TelegramSession,
  result: SignInResult,
): { readonly done: TelegramUser } | { readonly next: PasswordState } {
  if (result.kind === 'authorized') return { done: result.user };
  return { next: { step: 'password', ...given, session, hint: result.hint } };
}

/** Returns the state of a login process that shows a QR code. */
export function qrShown(session: TelegramSession, { token, expiresAt }: LoginToken): QrState {
  return { step: 'qr', session, token, expiresAt, scanned: null };
}

/** Returns the session of a login process, if it has one. */
export function sessionOf(state: LoginState): TelegramSession | undefined {
  return 'session' in state ? state.session : undefined;
}

/** Returns the state with this session, or the same object if the session has not changed. */
export function withSession(state: LoginState, session: TelegramSession | undefined): LoginState {
  if (!session || !('session' in state) || session.equals(state.session)) return state;
  return { ...state, session };
}

/** Returns whether a retry can succeed. */
export function isPassing({ kind }: TelegramFailureDetails): boolean {
  return kind === 'unreachable' || kind === 'flood_wait' || kind === 'client_rejected';
}

const botRefusals: ReadonlySet<TelegramFailureDetails['kind']> = new Set([
  'bot_token_invalid',
  'bot_token_expired',
  'flood_wait',
  'session_dead',
]);

/**
 * Returns whether the failure proves that a bot is not logged in. After any other it may be.
 */
export function provesNoBotLogin({ kind }: TelegramFailureDetails): boolean {
  return botRefusals.has(kind);
}

/**
 * Returns whether a login process can continue after a failure of Telegram. Otherwise a new one
 * must be started.
 */
export function survives(failure: TelegramFailureDetails): boolean {
  switch (failure.kind) {
    case 'unreachable':
    case 'flood_wait':
    case 'phone_number_flood':
    case 'phone_code_invalid':
    case 'payment_required':
    case 'code_unavailable':
    case 'password_invalid':
    case 'password_not_set':
    case 'login_token_invalid':
    case 'client_rejected':
    case 'unknown_error':
      return true;
    case 'session_dead':
    case 'phone_number_invalid':
    case 'phone_number_banned':
    case 'phone_number_unoccupied':
    case 'phone_number_app_signup_forbidden':
    case 'phone_code_expired':
    case 'login_email_required':
    case 'bot_token_invalid':
    case 'bot_token_expired':
    case 'account_frozen':
      return false;
  }
}

/** Returns the step of a login process in `state`. */
export function stepOf(state: CodeState, how: { readonly fresh: boolean }): LoginStep;
export function stepOf(state: PasswordState): LoginStep;
export function stepOf(state: SharedState, how?: { readonly fresh: boolean }): LoginStep;
export function stepOf(state: SharedState, how = { fresh: false }): LoginStep {
  return state.step === 'code'
    ? { kind: 'code', phone: state.phone, code: { ...state.sent, fresh: how.fresh } }
    : { kind: 'password', hint: state.hint };
}

function refuse(failure: LoginFailureDetails): Decision {
  return { act: 'refuse', failure };
}
