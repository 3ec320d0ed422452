import type { AccountFailureDetails } from '../../accounts/failure.js';
import type { HttpProblem } from '../../http/problem.js';
import type { ThreepidFailureDetails } from '../../threepid/failure.js';
import { bodyUnfit, matrixHttpErrors, tooMany, type WireError } from '../matrix-errors.js';

/** Failures that carry the reply of another server. */
export type PassedOn = 'authentication_incomplete' | 'refused_upstream' | 'identity_server_refused';

const notProven: WireError = {
  status: 400,
  errcode: 'M_THREEPID_AUTH_FAILED',
  error: 'No validated 3pid session found',
};
const missingToken: WireError = { status: 401, errcode: 'M_MISSING_TOKEN', error: 'Missing access token' };

/**
 * Replies to account failures. The rulings behind this table are in docs/decisions:
 * 0003-matrix-login.md and 0006-contact-addresses.md.
 */
export const accountErrors = {
  wrong_credentials: { status: 403, errcode: 'M_FORBIDDEN', error: 'Invalid username or password' },
  login_token_invalid: { status: 403, errcode: 'M_FORBIDDEN', error: 'Invalid login token' },
  user_deactivated: { status: 403, errcode: 'M_USER_DEACTIVATED', error: 'This account has been deactivated' },
  not_yourself: { status: 403, errcode: 'M_FORBIDDEN', error: 'The Matrix ID must be that of the access token' },
  parameter_missing: { status: 400, errcode: 'M_MISSING_PARAM', error: 'Missing parameter' },
  parameter_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid parameter' },
  body_too_deep: { status: 400, errcode: 'M_BAD_JSON', error: 'Content is nested too deeply' },
  login_type_unknown: { status: 400, errcode: 'M_UNKNOWN', error: 'Unknown login type' },
  token_missing: missingToken,
  device_unknown: { status: 404, errcode: 'M_NOT_FOUND', error: 'No such device' },
  token_unknown: { status: 401, errcode: 'M_UNKNOWN_TOKEN', error: 'Unknown or expired token' },
  rate_limited: tooMany,
  overloaded: tooMany,
  homeserver_unreachable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The homeserver is unreachable at the moment. Please try again later.',
  },
  authentication_unsupported: {
    status: 403,
    errcode: 'M_FORBIDDEN',
    error: 'The homeserver cannot confirm your identity, so this 3PID cannot be added',
  },
  address_changes_disabled: {
    status: 400,
    errcode: 'M_FORBIDDEN',
    error: '3PID changes are disabled on this server',
  },
  address_in_use: { status: 400, errcode: 'M_THREEPID_IN_USE', error: 'Third party identifier already in use' },
  address_not_proven: notProven,
  identity_server_invalid: {
    status: 400,
    errcode: 'M_INVALID_PARAM',
    error: 'Invalid parameter id_server: It must be a host name, with an optional port and path.',
  },
  identity_server_unreachable: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The identity server is unreachable at the moment. Please try again later.',
  },
} satisfies Record<Exclude<AccountFailureDetails['kind'], PassedOn>, WireError>;

/**
 * Replies to failures of validating a 3PID for an account. Failures of submitted tokens have the
 * replies of the identity service.
 */
export const threepidErrors = {
  client_secret_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid client_secret provided' },
  address_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid e-mail address or phone number' },
  medium_unsupported: {
    status: 400,
    errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    error: '3PIDs of this kind cannot be added here',
  },
  next_link_refused: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid next_link provided' },
  destination_refused: { status: 403, errcode: 'M_THREEPID_DENIED', error: 'Third party identifier is not allowed' },
  send_failed: { status: 503, errcode: 'M_UNKNOWN', error: 'The message could not be sent. Please try again later.' },
  rate_limited: tooMany,
  session_unknown: notProven,
  session_expired: notProven,
  session_not_validated: notProven,
  token_wrong: { status: 400, errcode: 'M_TOKEN_INCORRECT', error: 'The token is incorrect' },
  too_many_guesses: tooMany,
} satisfies Record<ThreepidFailureDetails['kind'], WireError>;

/** Replies that differ for the deprecated POST /account/3pid. */
export const postErrors = {
  address_not_proven: { ...notProven, status: 403 },
} satisfies Partial<Record<AccountFailureDetails['kind'], WireError>>;

/**
 * Replies to problems that the HTTP layer detects. For a body of the wrong shape see `bodyErrors`.
 */
export const httpErrors = {
  ...matrixHttpErrors,
  unauthorized: missingToken,
  body_not_json: { status: 400, errcode: 'M_NOT_JSON', error: 'Content is not JSON' },
} satisfies Record<Exclude<HttpProblem['kind'], 'body_unfit'>, WireError>;

/**
 * Replies to a body of the wrong shape: a missing member, an unknown value, and everything else.
 */
export const bodyErrors = {
  missing: accountErrors.parameter_missing,
  wrong_value: accountErrors.parameter_invalid,
  unfit: bodyUnfit,
} satisfies Record<string, WireError>;
