import { isFailure, type Failure } from '../base/failure.js';
import type { Logger } from '../base/logger.js';
import type { Exchange } from './exchange.js';
import { plainProblemReply } from './plain-problems.js';
import { HttpFailure } from './problem.js';
import { ClientGone } from './request-body.js';
import type { Answer } from './reply.js';
import { checkReply, type UndeclaredReplies } from './reply-check.js';

/** The dependencies of errorReply. */
export interface ErrorReplyDeps {
  readonly undeclaredReplies: UndeclaredReplies;
  /**
   * Returns whether a failure affects every request at the moment. If absent, none does.
   */
  readonly isUnavailable?: ((failure: Failure) => boolean) | undefined;
  readonly logger: Logger;
}

/**
 * Returns the reply of the API to an error, or undefined if the client has disconnected. Logs
 * defects.
 */
export function errorReply(
  error: unknown,
  exchange: Pick<Exchange, 'api' | 'endpoint' | 'requestId'>,
  deps: ErrorReplyDeps,
): Answer | undefined {
  if (error instanceof ClientGone) return undefined;
  const { api, endpoint, requestId } = exchange;
  const fields = { requestId, surface: api?.name, endpoint: endpoint?.name };
  try {
    const reply = findReply(error, exchange, deps);
    if (reply) {
      if (reply.status >= 500) deps.logger.warn('request failed', { ...fields, error });
      return endpoint ? checkReply(endpoint, reply, deps.undeclaredReplies, deps.logger) : reply;
    }
    deps.logger.error('request failed', { ...fields, error: isFailure(error) ? asDefect(error) : error });
  } catch (replyFailed) {
    deps.logger.error('request failed', { ...fields, error: replyFailed });
  }
  return (api?.problem ?? plainProblemReply)({ kind: 'defect' }, endpoint);
}

// Returns an error with the stack of the failure. Failures are logged without stacks because each
// API expects them, but this one did not.
function asDefect(failure: Failure): Error {
  const defect = new Error('a failure that this API has no reply for', { cause: failure });
  if (failure.stack !== undefined) defect.stack = failure.stack;
  return defect;
}

/** Returns the reply to an error, or undefined for a defect. */
function findReply(
  error: unknown,
  { api, endpoint }: Pick<Exchange, 'api' | 'endpoint'>,
  { isUnavailable }: ErrorReplyDeps,
): Answer | undefined {
  const problem = api?.problem ?? plainProblemReply;
  if (error instanceof HttpFailure) return problem(error.details, endpoint);
  if (isFailure(error) && isUnavailable?.(error)) return problem({ kind: 'unavailable' }, endpoint);
  if (!isFailure(error) || !api || !endpoint) return undefined;
  return endpoint.failure?.(error) ?? api.failure(error, endpoint);
}
