import { TelegramProofFailure } from '../../accounts/threepids/telegram-proofs.js';
import type { Failure } from '../../base/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import { TelegramAccountFailure } from '../../login/accounts.js';
import { LoginFailure, LoginProcessFailure } from '../../login/failure.js';
import type { Operation } from '../provisioning-0.3.0/operation.js';
import { OwnerFailure } from '../provisioning-0.3.0/owner.js';
import { extrasOf, toReply, toProofErrorReply } from '../provisioning-0.3.0/to-error-reply.js';
import { accountErrors, httpErrors, loginErrors, ownerErrors, processErrors, versionErrors } from './errors.js';
import { VersionFailure } from './failure.js';

/** Returns the reply to a failure; undefined if this version has no error for it. */
export function toErrorReply(failure: Failure, operation: Operation): ObjectReply | undefined {
  if (failure instanceof LoginFailure) {
    return toReply(loginErrors[failure.fact.kind], operation, extrasOf(failure.fact));
  }
  if (failure instanceof LoginProcessFailure) return toReply(processErrors[failure.fact.kind], operation, {});
  if (failure instanceof TelegramAccountFailure) return toReply(accountErrors[failure.fact.kind], operation, {});
  if (failure instanceof TelegramProofFailure) return toProofErrorReply(failure.fact, operation);
  if (failure instanceof OwnerFailure) return toReply(ownerErrors[failure.fact.kind], operation, {});
  if (failure instanceof VersionFailure) return toReply(versionErrors[failure.fact.kind], operation, {});
  return undefined;
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
