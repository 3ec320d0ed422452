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
  400: 'Something is missing or malformed',
  401: 'The token is missing, unknown or expired',
  403: 'The login failed, or this is not allowed',
  404: 'There is no such thing',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  429: 'Too many requests',
  500: 'Internal server error',
  503: 'What is needed for it cannot be reached at the moment',
};

/** Replies that the homeserver beside us decides about. */
export const homeserverErrors: ReplyShape = {
  description: 'Any other error that the homeserver answers a relayed request with',
  schema: errorSchema([]),
};

/** The errors that an operation can answer with, by status. */
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
        ? { soft_logout: z.boolean().optional().meta({ description: 'Whether to log in again and keep everything.' }) }
        : {}),
      ...(status === 429 ? { retry_after_ms: z.number().optional().meta({ description: 'How long to wait.' }) } : {}),
    }),
    ...(status === 429 ? { headers: { 'Retry-After': 'Whole seconds to wait.' } } : {}),
  };
}

// Loose, and with examples rather than a closed list: the homeserver may say more, and give an error other names.
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
