import { isDeepStrictEqual } from 'node:util';
import type { Logger } from '../base/logger.js';
import { isPage, type Endpoint } from './endpoint.js';
import type { Answer, FileReply, Reply } from './reply.js';

/**
 * How to treat a reply that its endpoint does not declare. `throw` makes it a defect, for tests.
 * `strip` removes undeclared properties; any other difference is logged and sent, since a login
 * that has succeeded must not be answered with an error.
 */
export type UndeclaredReplies = 'throw' | 'strip';

/** Returns the reply after the check against the declaration of its endpoint. */
export function checkReply<R extends Answer | FileReply>(
  endpoint: Endpoint,
  reply: R,
  mode: UndeclaredReplies,
  logger: Logger,
): R | Answer {
  const shape = endpoint.replies[reply.status] ?? endpoint.errors[reply.status] ?? endpoint.otherErrors;
  const isDeclaredPage = shape !== undefined && isPage(shape);
  if ('page' in reply || 'file' in reply) {
    if (isDeclaredPage) return reply;
    if (mode === 'throw') throw new UndeclaredReply(endpoint, reply.status, 'page' in reply ? 'a page' : 'a file');
    logger.error('reply schema mismatch', { endpoint: endpoint.name, status: reply.status });
    return reply;
  }
  const result = isDeclaredPage ? undefined : shape?.schema.safeParse(reply.body);
  const body = result?.success === true ? (result.data as Reply['body']) : undefined;
  if (mode === 'throw') {
    if (body === undefined || !isDeepStrictEqual(body, reply.body)) {
      throw new UndeclaredReply(endpoint, reply.status, `the properties ${Object.keys(reply.body).join(', ')}`);
    }
    return reply;
  }
  if (body === undefined) logger.error('reply schema mismatch', { endpoint: endpoint.name, status: reply.status });
  return { ...reply, body: body ?? reply.body };
}

class UndeclaredReply extends Error {
  constructor(endpoint: Endpoint, status: number, what: string) {
    super(`${endpoint.name} does not declare a reply ${status} with ${what}`);
    this.name = 'UndeclaredReply';
  }
}
