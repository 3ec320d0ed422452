import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';
import type { WireError } from '../matrix-errors.js';
import { accountErrors, bodyErrors, httpErrors, postErrors, threepidErrors } from './errors.js';

const wireErrors = {
  ...threepidErrors,
  ...accountErrors,
  ...httpErrors,
  ...bodyErrors,
  'post:address_not_proven': postErrors.address_not_proven,
};

/** The name of a row in the tables of errors. */
export type ErrorKind = keyof typeof wireErrors;

const descriptions: Readonly<Record<number, string>> = {
  400: 'A parameter is missing or invalid',
  401: 'The token is missing, unknown or expired',
  403: 'The login failed, or the request is not allowed',
  404: 'Not found',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  429: 'Too many requests',
  500: 'Internal server error',
  503: 'A required server is unreachable at the moment',
};

/** Replies that the homeserver decides. */
export const homeserverErrors: ReplyShape = {
  description: 'Any other error of the homeserver for a relayed request',
  schema: errorSchema([]),
};

/** Returns the errors of an operation by status. */
export function errorShapes(kinds: readonly ErrorKind[]): Record<number, ReplyShape> {
  const rows = kinds.map((kind): WireError => wireErrors[kind]);
  return Object.fromEntries(
    rows.map(({ status }) => [
      status,
      errorShape(
        status,
        rows.filter((row) => row.status === status),
      ),
    ]),
  );
}

function errorShape(status: number, rows: readonly WireError[]): ReplyShape {
  return {
    description: descriptions[status] ?? 'Error',
    schema: errorSchema([...new Set(rows.map(({ errcode }) => errcode))], {
      ...(status === 401
        ? {
            soft_logout: z
              .boolean()
              .optional()
              .meta({ description: 'Whether the client should log in again and keep its data.' }),
          }
        : {}),
      ...(status === 429 ? { retry_after_ms: z.number().optional().meta({ description: 'How long to wait.' }) } : {}),
    }),
    ...(status === 429 ? { headers: { 'Retry-After': 'Whole seconds to wait.' } } : {}),
  };
}

// Loose, with examples rather than a closed list: the homeserver may add members and use other
// error codes.
function errorSchema(errcodes: readonly string[], more: z.ZodRawShape = {}) {
  return z.looseObject({
    errcode: z.string().meta({
      description: 'A machine-readable error code',
      ...(errcodes.length === 0 ? {} : { examples: [...errcodes] }),
    }),
    error: z.string().meta({ description: 'A human-readable description of the error' }),
    ...more,
  });
}
