import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';
import { stateOf } from './errors.js';
import type { WireError } from './wire-error.js';
import type { Operation } from './operation.js';
import { alreadyLoggedIn } from './shapes.js';

/** What errorReplies needs. */
export interface ErrorRepliesOptions<Kind extends string> {
  /** What can go wrong. */
  readonly kinds: readonly Kind[];
  readonly wireErrors: Readonly<Record<Kind, WireError>>;
  readonly operation: Operation;
  /** What each status means. */
  readonly descriptions: Readonly<Record<number, string>>;
}

/** The errors that an operation can answer with, by status; in version 1 of the API as in 0.3.0. */
export function errorReplies<Kind extends string>(options: ErrorRepliesOptions<Kind>): Record<number, ReplyShape> {
  const { kinds, wireErrors, operation, descriptions } = options;

  const replyOf = (status: number): ReplyShape => {
    const all = kinds.filter((kind) => wireErrors[kind].status === status);
    const plain = all.filter((kind) => kind !== 'already_logged_in').map((kind) => wireErrors[kind]);
    return {
      description: descriptions[status] ?? 'Error',
      schema: shapeOf(plain, plain.length < all.length, operation),
      ...(status === 429 ? { headers: { 'Retry-After': wait } } : {}),
    };
  };

  const statuses = new Set(kinds.map((kind) => wireErrors[kind].status));
  return Object.fromEntries([...statuses].map((status) => [status, replyOf(status)]));
}

const wait = 'Whole seconds to wait, where they are known.';

function shapeOf(errors: readonly WireError[], besidesUser: boolean, operation: Operation): z.ZodType {
  if (!besidesUser) return errorSchema(errors, operation);
  return errors.length === 0 ? alreadyLoggedIn : z.union([alreadyLoggedIn, errorSchema(errors, operation)]);
}

function errorSchema(errors: readonly WireError[], operation: Operation): z.ZodType {
  const states = new Set(errors.flatMap((error) => stateOf(error, operation) ?? []));
  const errcodes = new Set(errors.map(({ errcode }) => errcode));
  const state = z
    .enum([...states])
    .optional()
    .meta({ description: 'The step to take next.' });
  return z.object({
    ...(states.size === 0 ? {} : { state }),
    error: z.string().meta({ description: 'A human-readable description of the error' }),
    errcode: z.enum([...errcodes]).meta({ description: 'A machine-readable error code' }),
    ...(errors.some(({ status }) => status === 429)
      ? { retry_after: z.int().optional().meta({ description: wait }) }
      : {}),
  });
}
