import type { WireError } from '../matrix-errors.js';
import { bodyErrors, emailErrors, httpErrors, identityErrors, threepidErrors } from './errors.js';

/** The name of a row in the error tables. */
export type ErrorKind =
  | `threepid:${keyof typeof threepidErrors}`
  | `email:${keyof typeof emailErrors}`
  | `identity:${keyof typeof identityErrors}`
  | keyof typeof httpErrors
  | keyof typeof bodyErrors;

/** The replies in which an operation differs from the tables. */
export type Peculiar = 'unbind' | 'submit' | 'invite';

const rows: Readonly<Record<ErrorKind, WireError>> = {
  ...named('threepid', threepidErrors),
  ...named('email', emailErrors),
  ...named('identity', identityErrors),
  ...httpErrors,
  ...bodyErrors,
};

const peculiarities: Readonly<Record<Peculiar, Partial<Record<ErrorKind, Partial<WireError>>>>> = {
  unbind: {
    'threepid:session_unknown': { status: 401 },
    'threepid:session_expired': { status: 403 },
    'threepid:session_not_validated': { status: 403 },
  },
  submit: { 'threepid:session_unknown': { status: 400 } },
  invite: { 'identity:address_invalid': emailErrors.address_invalid },
};

/** Returns the reply of an operation to a failure. */
export function wireError(kind: ErrorKind, peculiar: Peculiar | undefined): WireError {
  return { ...rows[kind], ...(peculiar === undefined ? {} : peculiarities[peculiar][kind]) };
}

function named<Prefix extends string, Kind extends string>(prefix: Prefix, table: Record<Kind, WireError>) {
  return Object.fromEntries(
    Object.entries<WireError>(table).map(([kind, row]) => [`${prefix}:${kind}`, row]),
  ) as Record<`${Prefix}:${Kind}`, WireError>;
}
