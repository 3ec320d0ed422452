import { z } from 'zod';
import type { AdminFailureDetails } from '../../admin/failure.js';
import type { ReplyShape } from '../../http/endpoint.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import type { ObjectReply } from '../../http/reply.js';
import { bodyUnfit, matrixHttpErrors, withRetry, type WireError } from '../matrix-errors.js';

const adminErrors = {
  user_unknown: { status: 404, errcode: 'M_NOT_FOUND', error: 'No such user' },
  session_unknown: { status: 404, errcode: 'M_NOT_FOUND', error: 'No user is logged in as this Telegram user' },
  login_unknown: { status: 404, errcode: 'M_NOT_FOUND', error: 'No such login process is in progress' },
  hand_over_unknown: {
    status: 404,
    errcode: 'M_NOT_FOUND',
    error: 'No hand-over of this Telegram user is waiting or refused',
  },
  no_bridge: { status: 409, errcode: 'GANGWAY.NO_BRIDGE', error: 'No bridge is configured (bridge.upstream)' },
  parameter_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid parameter' },
} satisfies Record<AdminFailureDetails['kind'], WireError>;

const httpErrors = {
  ...matrixHttpErrors,
  unauthorized: { status: 401, errcode: 'M_UNKNOWN_TOKEN', error: 'The admin token is missing or wrong' },
  body_not_json: { status: 400, errcode: 'M_NOT_JSON', error: 'Content is not JSON' },
  body_unfit: bodyUnfit,
} satisfies Record<HttpProblem['kind'], WireError>;

const rows: readonly WireError[] = Object.values({ ...adminErrors, ...httpErrors });

const descriptions: Readonly<Record<number, string>> = {
  400: 'A parameter or the body is invalid',
  401: 'The admin token is missing or wrong',
  404: 'It does not exist, or not any more',
  409: 'The configuration does not allow it',
  413: 'The body is too large',
  415: 'The body has a Content-Encoding',
  429: 'Too many wrong tokens',
  500: 'A defect',
  503: 'Temporarily unavailable',
};

/** Returns the shapes of the errors of these statuses, besides those of every operation. */
export function errorShapes(...statuses: readonly number[]): Readonly<Record<number, ReplyShape>> {
  const shapes = [401, 429, 500, 503, ...statuses].map((status): [number, ReplyShape] => {
    const codes = rows.filter((row) => row.status === status).map(({ errcode }) => errcode);
    const schema = z.object({
      errcode: z.string().meta({ examples: [...new Set(codes)] }),
      error: z.string(),
      ...(status === 429 ? { retry_after_ms: z.int() } : {}),
    });
    return [status, { description: descriptions[status] ?? 'Refused', schema }];
  });
  return Object.fromEntries(shapes);
}

/** Returns the reply to a failure of the administration. */
export function toAdminErrorReply(details: AdminFailureDetails): ObjectReply {
  const { status, errcode, error } = adminErrors[details.kind];
  const text = details.kind === 'parameter_invalid' ? `${error} ${details.parameter}` : error;
  return { status, body: { errcode, error: text } };
}

/** Returns the reply to a failure of the HTTP kernel. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  const { status, errcode, error } = httpErrors[problem.kind];
  const answer = { status, body: { errcode, error }, headers: problemHeaders(problem) };
  return problem.kind === 'too_many_attempts' ? withRetry(answer, problem.retryAfterMs) : answer;
}
