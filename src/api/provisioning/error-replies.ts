import { z } from 'zod';
import type { ReplyShape } from '../../http/endpoint.js';
import { stateOf, type Operation, type WireError } from './wire-error.js';

/** The user name of a Telegram account. */
export const username = z
  .string()
  .nullable()
  .meta({ description: 'The Telegram username; null if the account has none.', examples: ['username'] });
/** The phone number of a Telegram account. */
export const phone = z
  .string()
  .nullable()
  .meta({ description: 'The phone number without the leading plus sign; null for bots.', examples: ['123456789'] });

/** AlreadyLoggedInError of the specification of version 0.3.0. */
const alreadyLoggedIn = z
  .object({
    state: z.literal('logged-in'),
    username,
    phone,
    error: z.string(),
    errcode: z.literal('already_logged_in'),
  })
  .meta({ title: 'AlreadyLoggedIn' });

/** Options of errorReplies. */
export interface ErrorRepliesOptions<Kind extends string> {
  /** The errors that the operation can return. */
  readonly kinds: readonly Kind[];
  readonly wireErrors: Readonly<Record<Kind, WireError>>;
  readonly operation: Operation;
  /** Descriptions by status. */
  readonly descriptions: Readonly<Record<number, string>>;
}

/**
 * Returns the errors that an operation can answer with, by status. Versions 0.3.0 and 1 share it.
 */
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

const wait = 'Seconds to wait, if known.';

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
