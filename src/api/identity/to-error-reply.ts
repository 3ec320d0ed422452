import type { Failure } from '../../base/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { InvalidMember, HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import { IdentityFailure, type IdentityFailureDetails } from '../../identity/failure.js';
import { ThreepidFailure, type ThreepidFailureDetails } from '../../threepid/failure.js';
import { withRetry, type WireError } from '../matrix-errors.js';
import { emailErrors } from './errors.js';
import { wireError, type ErrorKind, type Peculiar } from './wire-error.js';

/**
 * Returns the reply of an operation to what a service has thrown, or undefined if it is no failure
 * of the identity service.
 */
export function toErrorReply(failure: Failure, peculiar?: Peculiar): ObjectReply | undefined {
  const isOurs = failure instanceof ThreepidFailure || failure instanceof IdentityFailure;
  return isOurs ? toKnownErrorReply(failure, peculiar) : undefined;
}

/** Returns the reply of an operation to a failure of the identity service. */
export function toKnownErrorReply(failure: ThreepidFailure | IdentityFailure, peculiar?: Peculiar): ObjectReply {
  return failure instanceof ThreepidFailure
    ? toThreepidErrorReply(failure.details, peculiar)
    : toIdentityErrorReply(failure.details, peculiar);
}

function toThreepidErrorReply(details: ThreepidFailureDetails, peculiar: Peculiar | undefined): ObjectReply {
  const isOfEmail = 'medium' in details && details.medium === 'email' && details.kind in emailErrors;
  const row = wireError((isOfEmail ? `email:${details.kind}` : `threepid:${details.kind}`) as ErrorKind, peculiar);
  const reply = toReply(row, '', peculiar === 'submit' ? { success: false } : {});
  // Without a duration, retrying does not help: the client must request another code.
  return 'retryAfterMs' in details && details.retryAfterMs > 0 ? withRetry(reply, details.retryAfterMs) : reply;
}

function toIdentityErrorReply(details: IdentityFailureDetails, peculiar: Peculiar | undefined): ObjectReply {
  const row = wireError(`identity:${details.kind}`, peculiar);
  switch (details.kind) {
    case 'rate_limited':
      return withRetry(toReply(row), details.retryAfterMs);
    case 'address_in_use':
      return toReply(row, '', { mxid: details.mxid });
    case 'pepper_wrong':
      return toReply(row, '', { algorithm: details.algorithm, lookup_pepper: details.lookupPepper });
    case 'too_many_addresses':
      return toReply(row, `: at most ${details.limit} at a time`);
    default:
      return toReply(row);
  }
}

/** Returns the reply of the identity service to a problem that the HTTP layer detects. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  if (problem.kind === 'body_unfit') return toBodyErrorReply(problem.members);
  const reply = { ...toReply(wireError(problem.kind, undefined)), headers: problemHeaders(problem) };
  return problem.kind === 'too_many_attempts' ? withRetry(reply, problem.retryAfterMs) : reply;
}

function toBodyErrorReply(members: readonly InvalidMember[]): ObjectReply {
  const namesOf = (problem: InvalidMember['problem']) =>
    members.filter((details) => details.problem === problem).map(({ at }) => at);
  const missing = namesOf('missing');
  const invalid = namesOf('wrong_value');
  const long = namesOf('too_many');
  if (missing.length > 0) return toReply(wireError('missing', undefined), missing.join(','));
  if (long.length > 0) return toReply(wireError('too_many', undefined), long.join(','));
  if (invalid.length < members.length || invalid.length === 0) return toReply(wireError('unfit', undefined));
  return toReply(wireError('wrong_value', undefined), invalid.join(','));
}

function toReply({ status, errcode, error }: WireError, detail = '', extra: ObjectReply['body'] = {}): ObjectReply {
  return { status, body: { ...extra, errcode, error: `${error}${detail}` } };
}
