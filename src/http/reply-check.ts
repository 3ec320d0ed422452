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
  const shape = endpoint.replies[reply.status] ?? endpoint.errors[reply.status] ?? endpoint.otherErrors;
  const result = shape?.schema.safeParse(reply.body);
  const body = result?.success === true ? (result.data as Reply['body']) : undefined;
  if (mode === 'throw') {
    if (body === undefined || !isDeepStrictEqual(body, reply.body)) throw new UndeclaredReply(endpoint, reply);
    return reply;
  }
  if (body === undefined) logger.error('reply is not as declared', { endpoint: endpoint.name, status: reply.status });
  return { ...reply, body: body ?? reply.body };
}

class UndeclaredReply extends Error {
  constructor(endpoint: Endpoint, { status, body }: Reply) {
    super(`${endpoint.name} does not declare a reply ${status} with the properties ${Object.keys(body).join(', ')}`);
    this.name = 'UndeclaredReply';
  }
}
