import type { TelegramProofFault } from '../../accounts/threepids/telegram-proofs.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../../http/reply.js';
import type { LoginFault } from '../../login/failure.js';
import type { LoginProcessFault } from '../../login/process-failure.js';
import { loginErrors, otherAccount, proofErrors, stateOf } from './errors.js';
import { httpErrors, ownerErrors } from './http-errors.js';
import type { WireError } from './wire-error.js';
import type { Operation } from './operation.js';
import type { OwnerFault } from './owner.js';
import { wirePhone } from './shapes.js';

/** A login fault as this version puts it on the wire. */
export function toLoginErrorReply(fault: LoginFault, operation: Operation): ObjectReply {
  return toReply(loginErrors[fault.kind], operation, extrasOf(fault));
}

/** A fault of a login that version 3 began as this version puts it on the wire; undefined for those that cannot be met here. */
export function toProcessErrorReply({ kind }: LoginProcessFault, operation: Operation): ObjectReply | undefined {
  return kind === 'other_telegram_account' ? toReply(otherAccount, operation, {}) : undefined;
}

/** A fault of the Matrix ID as this version puts it on the wire. */
export function toOwnerErrorReply(fault: OwnerFault, operation: Operation): ObjectReply {
  return toReply(ownerErrors[fault.kind], operation, {});
}

/** Why a phone number could not be added, as this version puts it on the wire. */
export function toProofErrorReply(fault: TelegramProofFault, operation: Operation): ObjectReply {
  return toReply(proofErrors[fault.kind], operation, {});
}

/** What the kernel found, as this version puts it on the wire; `operation` is undefined where none was reached. */
export function toHttpErrorReply(problem: HttpProblem, operation: Operation | undefined): ObjectReply {
  const retry = problem.kind === 'too_many_attempts' ? { retryAfterMs: problem.retryAfterMs } : {};
  const reply = toReply(httpErrors[problem.kind], operation, retry);
  return { ...reply, headers: { ...problemHeaders(problem), ...reply.headers } };
}

/** What an error carries besides its words. */
export interface Extras {
  readonly retryAfterMs?: number;
  /** Telegram's name of the error, or the words of the bridge. */
  readonly name?: string;
  /** Properties between the state and the error. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

/** What a login fault carries besides its words. */
export function extrasOf(fault: LoginFault): Extras {
  if (fault.kind === 'flood_wait' || fault.kind === 'asked_too_often') return { retryAfterMs: fault.retryAfterMs };
  if (fault.kind === 'telegram_error') return { name: fault.name };
  if (fault.kind === 'bridge_refused' || fault.kind === 'bridge_request_rejected') return { name: fault.message };
  if (fault.kind !== 'already_logged_in') return {};
  return { extra: { username: fault.user.username, phone: wirePhone(fault.user.phone) } };
}

/** An error of this family of versions, in the order in which they write its properties. */
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
