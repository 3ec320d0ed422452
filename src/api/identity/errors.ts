import type { HttpProblem } from '../../http/problem.js';
import type { IdentityFailureDetails } from '../../identity/failure.js';
import type { ThreepidFailureDetails } from '../../threepid/failure.js';
import { bodyUnfit, matrixHttpErrors, tooMany, type WireError } from '../matrix-errors.js';

const unauthorized: WireError = { status: 401, errcode: 'M_UNAUTHORIZED', error: 'Unauthorized' };
const homeserverUnreachable: WireError = {
  status: 502,
  errcode: 'M_UNKNOWN',
  error: 'The homeserver is unreachable at the moment. Please try again later.',
};

/**
 * Replies to validation failures. The rulings behind these tables are in
 * docs/decisions/0004-identity-service.md.
 */
export const threepidErrors = {
  client_secret_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid client_secret provided' },
  address_invalid: { status: 400, errcode: 'M_INVALID_ADDRESS', error: 'Invalid phone number' },
  medium_unsupported: {
    status: 400,
    errcode: 'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    error: 'Addresses of this kind cannot be validated here',
  },
  next_link_refused: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid next_link provided' },
  destination_refused: {
    status: 400,
    errcode: 'M_DESTINATION_REJECTED',
    error: 'Phone numbers of this country are not supported',
  },
  send_failed: { status: 400, errcode: 'M_SEND_ERROR', error: 'The message could not be sent' },
  rate_limited: tooMany,
  session_unknown: {
    status: 404,
    errcode: 'M_NO_VALID_SESSION',
    error: 'No valid session was found matching that sid and client secret',
  },
  session_expired: {
    status: 400,
    errcode: 'M_SESSION_EXPIRED',
    error: 'This validation session has expired: call requestToken again',
  },
  session_not_validated: {
    status: 400,
    errcode: 'M_SESSION_NOT_VALIDATED',
    error: 'This validation session has not yet been completed',
  },
  token_wrong: { status: 400, errcode: 'M_TOKEN_INCORRECT', error: 'The token is incorrect' },
  too_many_guesses: { ...tooMany, error: 'Too many wrong codes: request a new code' },
} satisfies Record<ThreepidFailureDetails['kind'], WireError>;

/** Replies that differ for e-mail addresses. */
export const emailErrors = {
  address_invalid: { status: 400, errcode: 'M_INVALID_EMAIL', error: 'Invalid e-mail address' },
  send_failed: { status: 400, errcode: 'M_EMAIL_SEND_ERROR', error: 'The mail could not be sent' },
} satisfies Partial<Record<ThreepidFailureDetails['kind'], WireError>>;

/** Replies to failures of the identity service. */
export const identityErrors = {
  mxid_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid Matrix user ID' },
  mxid_not_allowed: {
    status: 403,
    errcode: 'M_FORBIDDEN',
    error: 'Only users of this server can bind addresses here',
  },
  not_your_mxid: { status: 403, errcode: 'M_UNAUTHORIZED', error: 'This is not your own Matrix user ID' },
  address_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid address' },
  room_id_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid room_id provided' },
  medium_unsupported: { status: 400, errcode: 'M_UNRECOGNIZED', error: 'Addresses of this medium are not supported' },
  address_in_use: { status: 400, errcode: 'M_THREEPID_IN_USE', error: 'Binding already known' },
  key_unknown: { status: 404, errcode: 'M_NOT_FOUND', error: 'The public key was not found' },
  invite_unknown: { status: 404, errcode: 'M_UNRECOGNIZED', error: "Didn't recognize token" },
  private_key_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid private_key provided' },
  algorithm_unknown: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Unknown algorithm' },
  pepper_wrong: { status: 400, errcode: 'M_INVALID_PEPPER', error: 'Unknown or outdated pepper' },
  too_many_addresses: { status: 400, errcode: 'M_TOO_LARGE', error: 'Too many addresses' },
  lookup_address_malformed: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid address in addresses' },
  token_unknown: unauthorized,
  terms_unsigned: { status: 403, errcode: 'M_TERMS_NOT_SIGNED', error: 'Please accept the terms of service first' },
  terms_unknown_url: { status: 400, errcode: 'M_UNKNOWN', error: 'Unknown URL in user_accepts' },
  server_name_invalid: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid server name' },
  server_not_allowed: { status: 403, errcode: 'M_UNAUTHORIZED', error: 'Users of this server are not allowed here' },
  open_id_refused: { status: 403, errcode: 'M_UNAUTHORIZED', error: 'The homeserver does not confirm this token' },
  homeserver_unreachable: homeserverUnreachable,
  overloaded: {
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'Too many requests to homeservers at the moment. Please try again later.',
  },
  unbind_mismatch: {
    status: 403,
    errcode: 'M_FORBIDDEN',
    error: 'The session or the signature does not match the request',
  },
  signature_missing: { status: 403, errcode: 'M_FORBIDDEN', error: 'Missing X-Matrix authorization' },
  signature_wrong: { status: 403, errcode: 'M_FORBIDDEN', error: 'Wrong X-Matrix signature' },
  origin_mismatch: { status: 403, errcode: 'M_FORBIDDEN', error: 'Origin server name does not match mxid' },
  rate_limited: tooMany,
  send_failed: emailErrors.send_failed,
} satisfies Record<IdentityFailureDetails['kind'], WireError>;

/**
 * Replies to problems that the HTTP layer detects. For a body of the wrong shape see `bodyErrors`.
 */
export const httpErrors = {
  ...matrixHttpErrors,
  unauthorized,
  body_not_json: { status: 400, errcode: 'M_BAD_JSON', error: 'Malformed JSON' },
} satisfies Record<Exclude<HttpProblem['kind'], 'body_unfit'>, WireError>;

/**
 * Replies to a body of the wrong shape: missing members, an unknown value, a list that is too long,
 * and everything else.
 */
export const bodyErrors = {
  missing: { status: 400, errcode: 'M_MISSING_PARAMS', error: 'Missing parameters: ' },
  wrong_value: { status: 400, errcode: 'M_INVALID_PARAM', error: 'Invalid parameter: ' },
  too_many: { status: 400, errcode: 'M_TOO_LARGE', error: 'Too many elements: ' },
  unfit: bodyUnfit,
} satisfies Record<string, WireError>;
