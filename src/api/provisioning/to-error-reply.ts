import { TelegramProofFailure } from '../../accounts/threepids/telegram-proofs.js';
import { Failure, type FailureDetails } from '../../base/failure.js';
import type { Endpoint } from '../../http/endpoint.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../../http/reply.js';
import type { Api } from '../../http/api.js';
import { TelegramAccountFailure } from '../../login/accounts.js';
import { LoginFailure, LoginProcessFailure, type LoginFailureDetails } from '../../login/failure.js';
import { OwnerFailure } from './owner.js';
import { wirePhone } from './telegram-person.js';
import { stateOf, type Operation, type WireError } from './wire-error.js';

/** A failure that only one dialect has. */
export abstract class DialectFailure<F extends FailureDetails = FailureDetails> extends Failure<F> {}

/** A dialect's errors by the kinds of failures. */
export type WireErrors = Readonly<Record<HttpProblem['kind'], WireError>> &
  Readonly<Partial<Record<string, WireError>>>;

/** Returns how an API of that dialect replies to failures. */
export function errorHandling(
  wireErrors: WireErrors,
  operations: Readonly<Record<string, Operation>>,
): Required<Pick<Api, 'problem' | 'failure'>> {
  const operationOf = ({ name }: Endpoint): Operation | undefined =>
    Object.hasOwn(operations, name) ? operations[name] : undefined;
  return {
    problem: (problem, endpoint) => toHttpErrorReply(wireErrors, problem, endpoint && operationOf(endpoint)),
    failure(failure, endpoint) {
      const operation = operationOf(endpoint);
      return operation && toErrorReply(wireErrors, failure, operation);
    },
  };
}

/** Returns the reply to a failure; undefined if the dialect has no error for it. */
export function toErrorReply(wireErrors: WireErrors, failure: Failure, operation: Operation): ObjectReply | undefined {
  if (failure instanceof LoginFailure) {
    return replyIfKnown(wireErrors, failure.details, operation, extrasOf(failure.details));
  }
  return isOfDialects(failure) ? replyIfKnown(wireErrors, failure.details, operation, {}) : undefined;
}

function isOfDialects(failure: Failure): boolean {
  return (
    failure instanceof LoginProcessFailure ||
    failure instanceof TelegramAccountFailure ||
    failure instanceof TelegramProofFailure ||
    failure instanceof OwnerFailure ||
    failure instanceof DialectFailure
  );
}

function replyIfKnown(
  wireErrors: WireErrors,
  { kind }: { readonly kind: string },
  operation: Operation,
  extras: Extras,
): ObjectReply | undefined {
  const wire = wireErrors[kind];
  return wire && toReply(wire, operation, extras);
}

// `operation` is undefined if the request reached none.
function toHttpErrorReply(wireErrors: WireErrors, problem: HttpProblem, operation: Operation | undefined): ObjectReply {
  const retry = problem.kind === 'too_many_attempts' ? { retryAfterMs: problem.retryAfterMs } : {};
  const reply = toReply(wireErrors[problem.kind], operation, retry);
  return { ...reply, headers: { ...problemHeaders(problem), ...reply.headers } };
}

/** Values in an error besides its text. */
interface Extras {
  readonly retryAfterMs?: number;
  /** Telegram's name of the error, or the message of the bridge. */
  readonly name?: string;
  /** Properties between the state and the error. */
  readonly extra?: Readonly<Record<string, unknown>>;
}

function extrasOf(details: LoginFailureDetails): Extras {
  if (details.kind === 'flood_wait' || details.kind === 'asked_too_often') {
    return { retryAfterMs: details.retryAfterMs };
  }
  if (details.kind === 'telegram_error') return { name: details.name };
  if (details.kind === 'bridge_refused' || details.kind === 'bridge_request_rejected') return { name: details.message };
  if (details.kind !== 'already_logged_in') return {};
  return { extra: { username: details.user.username, phone: wirePhone(details.user.phone) } };
}

// The properties are in the order of the original servers.
function toReply(wire: WireError, operation: Operation | undefined, extras: Extras): ObjectReply {
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
