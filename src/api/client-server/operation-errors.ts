import type { ErrorKind } from './error-shapes.js';

/** The errors of any request body. */
export const bodyKinds: readonly ErrorKind[] = [
  'body_not_json',
  'unfit',
  'body_too_large',
  'body_encoded',
  'server_busy',
];

/** The errors of GET /login. */
export const flowKinds: readonly ErrorKind[] = [
  'rate_limited',
  'overloaded',
  'homeserver_unreachable',
  'unavailable',
  'defect',
];

/** The errors of a login. */
export const loginKinds: readonly ErrorKind[] = [
  ...bodyKinds,
  'body_too_deep',
  'parameter_missing',
  'parameter_invalid',
  'login_type_unknown',
  'wrong_credentials',
  'login_token_invalid',
  'user_deactivated',
  'rate_limited',
  'overloaded',
  'homeserver_unreachable',
  'unavailable',
  'defect',
];
