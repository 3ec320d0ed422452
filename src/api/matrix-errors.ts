import type { HttpProblem } from '../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../http/reply.js';

/** A reply with an error of a Matrix API. `error` may have more members. */
export interface WireError {
  readonly status: number;
  readonly errcode: string;
  readonly error: string;
}

const unrecognized: WireError = { status: 404, errcode: 'M_UNRECOGNIZED', error: 'Unrecognized request' };
/** A rate limit or an overload: the client must wait. */
export const tooMany: WireError = { status: 429, errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests' };

/** Replies to problems that the HTTP layer detects, shared by the Matrix APIs. */
export const matrixHttpErrors = {
  route_unknown: unrecognized,
  method_not_allowed: { ...unrecognized, status: 405 },
  address_refused: { status: 403, errcode: 'M_FORBIDDEN', error: 'Your address is not allowed to use this' },
  too_many_attempts: tooMany,
  authentication_unavailable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'Your access token cannot be checked at the moment. Please try again later.',
  },
  too_many_open: tooMany,
  upgrade_required: { ...unrecognized, status: 426 },
  unavailable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The database is unreachable at the moment. Please try again later.',
  },
  body_too_large: { status: 413, errcode: 'M_TOO_LARGE', error: 'Content is too large' },
  server_busy: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'Too many requests at the moment. Please try again later.',
  },
  body_encoded: { status: 415, errcode: 'M_UNKNOWN', error: 'Content must not have a Content-Encoding' },
  path_malformed: { status: 400, errcode: 'M_INVALID_PARAM', error: 'The path is not percent-encoded correctly' },
  defect: { status: 500, errcode: 'M_UNKNOWN', error: 'Internal server error' },
} satisfies Partial<Record<HttpProblem['kind'], WireError>>;

/** The reply to JSON of the wrong shape. */
export const bodyUnfit: WireError = {
  status: 400,
  errcode: 'M_BAD_JSON',
  error: 'Content is not a JSON object of the right shape',
};

/** Returns the reply with the time to wait, in `retry_after_ms` and in `Retry-After`. */
export function withRetry(reply: ObjectReply, retryAfterMs: number): ObjectReply {
  return {
    ...reply,
    body: { ...reply.body, retry_after_ms: retryAfterMs },
    headers: { ...reply.headers, 'Retry-After': String(retryAfterSeconds(retryAfterMs)) },
  };
}
