import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../base/logger.js';
import type { Endpoint } from './endpoint.js';
import type { Reply } from './reply.js';

/**
 * What becomes of a reply that its endpoint does not declare. `throw` makes it a defect: for tests.
 * `strip` leaves out undeclared properties, and lets through, with a line in the log, what cannot be mended that way:
 * by then the work is done, and a login that succeeded must not be answered with an error.
 */
export type UndeclaredReplies = 'throw' | 'strip';

/** The reply as its endpoint's declaration lets it out. */
export function checkReply(endpoint: Endpoint, reply: Reply, mode: UndeclaredReplies, logger: Logger): Reply {
  const shape = endpoint.replies[reply.status] ?? endpoint.errors[reply.status];
  const result = shape?.schema.safeParse(reply.body);
  const problems =
    result === undefined
      ? ['status']
      : result.success
        ? []
        : result.error.issues.map((issue) => issue.path.join('.') || issue.code);
  if (mode === 'throw') {
    const exact = result?.success === true && isDeepStrictEqual(result.data, reply.body);
    if (!exact)
      throw new Error(
        `${endpoint.name} does not declare its reply ${reply.status}: ${problems.join(', ') || 'extra keys'}`,
      );
    return reply;
  }
  if (result?.success === true) return { ...reply, body: result.data as Reply['body'] };
  logger.error('reply is not as declared', { endpoint: endpoint.name, status: reply.status, problems });
  return reply;
}
