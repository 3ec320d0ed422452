import { z } from 'zod';
import type { PageShape, ReplyShape } from '../../http/endpoint.js';
import type { WireError } from '../matrix-errors.js';
import { wireError, type ErrorKind, type Peculiar } from './wire-error.js';

/** The errors of any request with a body. */
export const inputKinds: readonly ErrorKind[] = [
  'body_not_json',
  'missing',
  'unfit',
  'body_too_large',
  'body_encoded',
  'server_busy',
];

/** The errors of any request. */
export const anyKinds: readonly ErrorKind[] = ['unavailable', 'defect'];

const descriptions: Readonly<Record<number, string>> = {
  400: 'A parameter is missing, invalid or not allowed',
  401: 'The token or the signature is missing or invalid',
  403: 'Not allowed',
  404: 'Not found',
  413: 'The request body is too large',
  415: 'The request body has a Content-Encoding',
  429: 'Too many requests',
  500: 'Internal server error',
  502: 'The homeserver is unreachable at the moment',
  503: 'The database is unreachable, or the service is overloaded, at the moment',
};

const retryAfter = { 'Retry-After': 'Whole seconds to wait.' };

/** Returns the errors of an operation by status. */
export function errorShapes(kinds: readonly ErrorKind[], peculiar?: Peculiar): Record<number, ReplyShape> {
  const rows = kinds.map((kind) => wireError(kind, peculiar));
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

/** Returns the same errors as HTML pages. */
export function errorPages(kinds: readonly ErrorKind[]): Record<number, PageShape> {
  return Object.fromEntries(
    kinds.map((kind) => {
      const { status } = wireError(kind, 'submit');
      const description = descriptions[status] ?? 'Error';
      return [status, { description, page: true, ...(status === 429 ? { headers: retryAfter } : {}) }];
    }),
  );
}

function errorShape(status: number, rows: readonly WireError[]): ReplyShape {
  return {
    description: descriptions[status] ?? 'Error',
    schema: z.looseObject({
      errcode: z.string().meta({
        description: 'A machine-readable error code',
        examples: [...new Set(rows.map(({ errcode }) => errcode))],
      }),
      error: z.string().meta({ description: 'A human-readable description of the error' }),
      ...(status === 429 ? { retry_after_ms: z.number().optional().meta({ description: 'How long to wait.' }) } : {}),
    }),
    ...(status === 429 ? { headers: retryAfter } : {}),
  };
}
