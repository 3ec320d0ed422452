import type { HttpProblem } from '../../http/problem.js';
import { describeDuration } from './duration.js';
import type { OwnerFailureDetails } from './owner.js';
import type { WireError } from './wire-error.js';

/** Errors of the Matrix ID. */
export const ownerErrors = {
  mxid_empty: { status: 400, errcode: 'mxid_empty', error: 'User ID not given.' },
  mxid_invalid: { status: 400, errcode: 'mxid_invalid', error: 'Invalid user ID.' },
  mxid_not_own: {
    status: 403,
    errcode: 'mxid_not_own',
    error: 'Your access token is valid for your own user ID only.',
  },
} satisfies Record<OwnerFailureDetails['kind'], WireError>;

const internal: WireError = {
  status: 500,
  errcode: 'exception',
  error: ({ operation }) => (operation ? `Internal server error while ${operation.doing}.` : 'Internal server error.'),
  state: 'own',
};
const invalidJson: WireError = { status: 400, errcode: 'json_invalid', error: 'Invalid JSON.' };

/**
 * Errors of the HTTP kernel. `unhandled_http_*` is the code of later servers of this API for
 * requests that they do not handle.
 */
export const httpErrors = {
  unauthorized: { status: 401, errcode: 'shared_secret_invalid', error: 'Shared secret is not valid.' },
  address_refused: {
    status: 403,
    errcode: 'unhandled_http_403',
    error: 'Requests from your IP address are not allowed.',
  },
  too_many_attempts: {
    status: 429,
    errcode: 'too_many_attempts',
    error: ({ retryAfterMs }) =>
      `Too many wrong shared secrets. Please wait for ${describeDuration(retryAfterMs)} before trying again.`,
  },
  authentication_unavailable: {
    status: 503,
    errcode: 'homeserver_unreachable',
    error: 'Your access token cannot be checked at the moment. Please try again later.',
  },
  body_not_json: invalidJson,
  body_unfit: invalidJson,
  path_malformed: ownerErrors.mxid_invalid,
  route_unknown: {
    status: 404,
    errcode: 'unhandled_http_404',
    error: 'There is no such endpoint. Please check the base URL.',
  },
  method_not_allowed: {
    status: 405,
    errcode: 'unhandled_http_405',
    error: 'This endpoint does not have that method.',
  },
  body_too_large: { status: 413, errcode: 'unhandled_http_413', error: 'The request body is too large.' },
  server_busy: {
    status: 503,
    errcode: 'unhandled_http_503',
    error: 'Too many requests are being received. Please try again later.',
  },
  body_encoded: {
    status: 415,
    errcode: 'unhandled_http_415',
    error: 'The request body must not have a Content-Encoding.',
  },
  too_many_open: {
    status: 503,
    errcode: 'unhandled_http_503',
    error: 'Too many connections are open. Please try again later.',
  },
  upgrade_required: {
    status: 426,
    errcode: 'unhandled_http_426',
    error: 'This endpoint is a WebSocket. Connect with a WebSocket client.',
  },
  unavailable: {
    status: 503,
    errcode: 'database_unavailable',
    error: 'The database is unreachable at the moment. Please try again later.',
    state: 'own',
  },
  defect: internal,
} satisfies Record<HttpProblem['kind'], WireError>;
