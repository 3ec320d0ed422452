import { TelegramProofFailure } from '../../accounts/threepids/telegram-proofs.js';
import type { Failure } from '../../base/failure.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../../http/reply.js';
import { TelegramAccountFailure } from '../../login/accounts.js';
import { TransferFailure } from '../../sessions/transfers.js';
import { LoginFailure, LoginProcessFailure, type LoginFailureDetails } from '../../login/failure.js';
import {
  accountErrors,
  httpErrors,
  loginErrors,
  missingToken,
  processErrors,
  proofErrors,
  transferErrors,
  versionErrors,
  type WireError,
} from './errors.js';
import { VersionFailure } from './failure.js';

/** Returns the reply to a failure; undefined if this version has no error for it. */
export function toErrorReply(failure: Failure): ObjectReply | undefined {
  if (failure instanceof LoginFailure) {
    const { details } = failure;
    const name = nameIn(details);
    const own = details.kind === 'bridge_request_rejected' ? { status: details.status, errcode: details.errcode } : {};
    return toReply(
      { ...loginErrors[details.kind], ...own },
      'retryAfterMs' in details ? details.retryAfterMs : undefined,
      name,
    );
  }
  if (failure instanceof LoginProcessFailure) {
    const { details } = failure;
    if (details.kind !== 'too_many_accounts') return toReply(processErrors[details.kind]);
    const row = processErrors.too_many_accounts;
    return toReply({ ...row, error: `${row.error} (${details.allowed})` });
  }
  if (failure instanceof TelegramAccountFailure) return toReply(accountErrors[failure.details.kind]);
  if (failure instanceof TelegramProofFailure) return toReply(proofErrors[failure.details.kind]);
  if (failure instanceof TransferFailure) return toReply(transferErrors[failure.details.kind]);
  if (failure instanceof VersionFailure) return toReply(versionErrors[failure.details.kind]);
  return undefined;
}

/** Returns the reply to a failure of the HTTP kernel. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  const isMissing = problem.kind === 'unauthorized' && problem.isMissing === true;
  const retryAfterMs = problem.kind === 'too_many_attempts' ? problem.retryAfterMs : undefined;
  const reply = toReply(isMissing ? missingToken : httpErrors[problem.kind], retryAfterMs);
  return { ...reply, headers: { ...problemHeaders(problem), ...reply.headers } };
}

function nameIn(details: LoginFailureDetails): string {
  switch (details.kind) {
    case 'telegram_error':
      return details.name;
    case 'bridge_refused':
    case 'bridge_request_rejected':
      return details.message;
    default:
      return '';
  }
}

function toReply({ status, errcode, error: text }: WireError, retryAfterMs?: number, name = ''): ObjectReply {
  const error = typeof text === 'string' ? text : text({ retryAfterMs: retryAfterMs ?? 0, name });
  if (retryAfterMs === undefined) return { status, body: { errcode, error } };
  const headers = { 'Retry-After': String(retryAfterSeconds(retryAfterMs)) };
  return { status, body: { errcode, error, retry_after_ms: retryAfterMs }, headers };
}
