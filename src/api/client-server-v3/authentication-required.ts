import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';

/** The reply of operations that require user-interactive authentication. */
export const authenticationRequired = unauthenticatedReply();

/** The same, if a 3PID of the account may be validated for it. */
export const validationRequired = unauthenticatedReply('M_UNAUTHORIZED');

function unauthenticatedReply(...more: readonly string[]): ReplyShape {
  return {
    description:
      'The token is missing, unknown or expired, or user-interactive authentication is required or has ' +
      'failed (with `flows` and `session`)',
    schema: z.looseObject({
      errcode: z
        .string()
        .optional()
        .meta({ examples: ['M_MISSING_TOKEN', 'M_UNKNOWN_TOKEN', 'M_FORBIDDEN', ...more] }),
      error: z.string().optional(),
      soft_logout: z.boolean().optional(),
      flows: z.array(z.looseObject({ stages: z.array(z.string()) })).optional(),
      session: z.string().optional(),
      params: z.looseObject({}).optional(),
      completed: z.array(z.string()).optional(),
    }),
  };
}
