import type { TelegramProofFault } from '../../accounts/threepids/telegram-proofs.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../../http/reply.js';
import type { LoginFault, LoginProcessFault } from '../../login/failure.js';
import { loginErrors, otherAccount, proofErrors, stateOf } from './errors.js';
import { httpErrors, ownerErrors } from './http-errors.js';
import type { WireError } from './wire-error.js';
import type { Operation } from './operation.js';
import type { OwnerFault } from './owner.js';
import { wirePhone } from './shapes.js';

/** Returns the reply to a login failure. */
export function toLoginErrorReply(fault: LoginFault, operation: Operation): ObjectReply {
  return toReply(loginErrors[fault.kind], operation, extrasOf(fault));
}

/**
 * Returns the reply to a failure of a login process that version 3 started; undefined for failures
 * that cannot occur in this version.
 */
export function toProcessErrorReply({ kind }: LoginProcessFault, operation: Operation): ObjectReply | undefined {
  return kind === 'other_telegram_account' ? toReply(otherAccount, operation, {}) : undefined;
}

/** Returns the reply to a failure of the Matrix ID. */
export function toOwnerErrorReply(fault: OwnerFault, operation: Operation): ObjectReply {
  return toReply(ownerErrors[fault.kind], operation, {});
}

/** Returns the reply if a phone number could not be added. */
export function toProofErrorReply(fault: TelegramProofFault, operation: Operation): ObjectReply {
  return toReply(proofErrors[fault.kind], operation, {});
}

/**
 * Returns the reply to a failure of the HTTP kernel; `operation` is undefined if the request
 * reached none.
 */
export function toHttpErrorReply(problem: HttpProblem, operation: Operation | undefined): ObjectReply {
  const retry = problem.kind === 'too_many_attempts' ? { retryAfterMs: problem.retryAfterMs } : {};
  const reply = toReply(httpErrors[problem.kind], operation, retry);
  return { ...reply, headers: { ...problemHeaders(problem), ...reply.headers } };
}

/** Values in an error besides its text. */
export interface Extras {
  readonly retryAfterMs?: number;
  /** Telegram's name of the error, or the message of the bridge. */
  readonly name?: string;
  /** Properties between the state and the error. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** Returns the values in a login failure besides its text. */
export function extrasOf(fault: LoginFault): Extras {
  if (fault.kind === 'flood_wait' || fault.kind === 'asked_too_often') return { retryAfterMs: fault.retryAfterMs };
  if (fault.kind === 'telegram_error') return { name: fault.name };
  if (fault.kind === 'bridge_refused' || fault.kind === 'bridge_request_rejected') return { name: fault.message };
  if (fault.kind !== 'already_logged_in') return {};
  return { extra: { username: fault.user.username, phone: wirePhone(fault.user.phone) } };
}

/**
 * Returns an error of versions 0.3.0 and 1, with its properties in the order of the original
 * servers.
 */
export function toReply(wire: WireError, operation: Operation | undefined, extras: Extras): ObjectReply {
  const { retryAfterMs, name = '', extra } = extras;
  const state = stateOf(wire, operation);
  const error =
    typeof wire.error === 'string' ? wire.error : wire.error({ operation, retryAfterMs: retryAfterMs ?? 0, name });
  const seconds = retryAfterMs === undefined ? undefined : retryAfterSeconds(retryAfterMs);
  return {
    status: wire.status,
    body: {
      ...(state === undefined ? {} : { state }),
      ...extra,
      error,
      errcode: wire.errcode,
      ...(seconds === undefined ? {} : { retry_after: seconds }),
    },
    headers: seconds === undefined ? {} : { 'Retry-After': String(seconds) },
  };
}
