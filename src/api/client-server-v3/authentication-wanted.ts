import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';

/** The reply of operations that want user-interactive authentication. */
export const authenticationWanted = wanted();

/** The same, if an address of the account may be validated for it. */
export const validationWanted = wanted('M_UNAUTHORIZED');

function wanted(...more: readonly string[]): ReplyShape {
  return {
    description:
      'The token is missing, unknown or expired; or, with `flows` and `session`, the user is to authenticate (again)',
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
