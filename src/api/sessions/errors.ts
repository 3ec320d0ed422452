import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';
import { problemHeaders } from '../../http/plain-problems.js';
import type { HttpProblem } from '../../http/problem.js';
import { retryAfterSeconds, type ObjectReply } from '../../http/reply.js';
import type { SessionFailureDetails } from '../../sessions/failure.js';
import { bodyUnfit, matrixHttpErrors, type WireError } from '../matrix-errors.js';

const sessionErrors = {
  session_unknown: {
    status: 404,
    errcode: 'M_NOT_FOUND',
    error: 'No user for whom you may act has that Telegram account',
  },
  acquire_forbidden: { status: 403, errcode: 'M_FORBIDDEN', error: 'You may list sessions, but not acquire them' },
  format_forbidden: { status: 403, errcode: 'M_FORBIDDEN', error: 'You may not have sessions in that format' },
  session_held: { status: 409, errcode: 'GANGWAY.SESSION_HELD', error: 'Another program has the session' },
  lease_over: {
    status: 409,
    errcode: 'GANGWAY.LEASE_OVER',
    error: 'The lease has expired, was released, or its login is gone. Do not use the session any more',
  },
} satisfies Record<SessionFailureDetails['kind'], WireError>;

const httpErrors = {
  ...matrixHttpErrors,
  unauthorized: { status: 401, errcode: 'M_UNKNOWN_TOKEN', error: 'The secret is missing or wrong' },
  body_not_json: { status: 400, errcode: 'M_NOT_JSON', error: 'Content is not JSON' },
  body_unfit: bodyUnfit,
} satisfies Record<HttpProblem['kind'], WireError>;

const rows: readonly WireError[] = Object.values({ ...sessionErrors, ...httpErrors });

function errorOf(status: number) {
  const codes = rows.filter((row) => row.status === status).map(({ errcode }) => errcode);
  return z.object({ errcode: z.string().meta({ examples: [...new Set(codes)] }), error: z.string() });
}

/** Additional members of some errors. */
const additions: Readonly<Record<number, z.ZodRawShape>> = {
  409: {
    held_by: z.string().optional().meta({ description: 'Who holds the session: hand_over, bridge, lease or export.' }),
    consumer: z.string().optional().meta({ description: 'The name of the program that holds the lease.' }),
    expires_at: z
      .int()
      .optional()
      .meta({ description: 'When that lease ends unless it is renewed, in milliseconds since 1970.' }),
  },
  429: { retry_after_ms: z.int() },
};

/** Returns the shapes of the errors of these statuses, besides those of every operation. */
export function errorShapes(...statuses: readonly number[]): Readonly<Record<number, ReplyShape>> {
  const shapes = [401, 429, 500, 503, ...statuses].map((status): [number, ReplyShape] => [
    status,
    { description: descriptions[status] ?? 'Refused', schema: errorOf(status).extend(additions[status] ?? {}) },
  ]);
  return Object.fromEntries(shapes);
}

const descriptions: Readonly<Record<number, string>> = {
  400: 'The body does not match the operation',
  401: 'The secret is missing or wrong',
  403: 'The configuration forbids it',
  404: 'No user for whom the consumer may act has that Telegram account',
  409: 'Another program holds the session, or the lease has ended',
  413: 'The body is too large',
  415: 'The body has a Content-Encoding',
  429: 'Too many wrong secrets',
  500: 'A defect',
  503: 'Temporarily unavailable',
};

/** Returns the reply to a failure of a service. */
export function toSessionErrorReply(details: SessionFailureDetails): ObjectReply {
  const { status, errcode, error: text } = sessionErrors[details.kind];
  if (details.kind !== 'session_held') return { status, body: { errcode, error: text } };
  const { heldBy, consumer, expiresAt } = details;
  const lease = consumer === undefined || expiresAt === undefined ? {} : { consumer, expires_at: expiresAt };
  return { status, body: { errcode, error: text, held_by: heldBy, ...lease } };
}

/** Returns the reply to a failure of the HTTP kernel. */
export function toHttpErrorReply(problem: HttpProblem): ObjectReply {
  const { status, errcode, error: text } = httpErrors[problem.kind];
  const headers = problemHeaders(problem);
  if (problem.kind !== 'too_many_attempts') return { status, body: { errcode, error: text }, headers };
  const { retryAfterMs } = problem;
  const retryAfter = { 'Retry-After': String(retryAfterSeconds(retryAfterMs)) };
  return {
    status,
    body: { errcode, error: text, retry_after_ms: retryAfterMs },
    headers: { ...headers, ...retryAfter },
  };
}
