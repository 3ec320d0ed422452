import { AccountFailure, type AccountFailureDetails } from '../../../src/accounts/failure.js';
import { ThreepidFailure, type ThreepidFailureDetails } from '../../../src/threepid/failure.js';

/** How a fault of a service is answered. */
export interface Spelling {
  readonly title: string;
  readonly failure: Error;
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

const account = (
  details: AccountFailureDetails,
  status: number,
  errcode: string,
  error: string,
  more = {},
): Spelling => ({
  title: details.kind,
  failure: new AccountFailure(details),
  status,
  json: { errcode, error, ...more },
});
const threepid = (
  details: ThreepidFailureDetails,
  status: number,
  errcode: string,
  error: string,
  more = {},
): Spelling => ({
  title: details.kind,
  failure: new ThreepidFailure(details),
  status,
  json: { errcode, error, ...more },
});

const limited = ['M_LIMIT_EXCEEDED', 'Too Many Requests', { retry_after_ms: 1500 }] as const;
const wait = { retryAfterMs: 1500 };
const challenge = { flows: [{ stages: ['m.login.password'] }], params: {}, session: 'a-session', completed: [] };
const notProven = ['M_THREEPID_AUTH_FAILED', 'No validated 3pid session found'] as const;

/** Of every operation on 3PIDs. */
export const ofAny: readonly Spelling[] = [
  account({ kind: 'overloaded', ...wait }, 429, ...limited),
  account(
    { kind: 'homeserver_unreachable' },
    503,
    'M_UNKNOWN',
    'The homeserver is unreachable at the moment. Please try again later.',
  ),
  {
    ...account(
      {
        kind: 'refused_upstream',
        status: 418,
        body: { errcode: 'M_TEAPOT', error: 'Short and stout', handle: 1 },
        retryAfter: undefined,
      },
      418,
      'M_TEAPOT',
      'Short and stout',
      { handle: 1 },
    ),
    title: 'the homeserver’s error',
  },
];

const tooDeep = account({ kind: 'body_too_deep' }, 400, 'M_BAD_JSON', 'Content is nested too deeply');
const changesDisabled = account(
  { kind: 'address_changes_disabled' },
  400,
  'M_FORBIDDEN',
  '3PID changes are disabled on this server',
);
const inUse = account({ kind: 'address_in_use' }, 400, 'M_THREEPID_IN_USE', 'Third party identifier already in use');
const badSecret = threepid({ kind: 'client_secret_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid client_secret provided');
const badParameter = account(
  { kind: 'parameter_invalid', name: 'address', problem: 'Must be an e-mail address or a phone number.' },
  400,
  'M_INVALID_PARAM',
  'Invalid parameter address: Must be an e-mail address or a phone number.',
);
const rateLimited = account({ kind: 'rate_limited', ...wait }, 429, ...limited);

const ofAnyAddition: readonly Spelling[] = [
  changesDisabled,
  badSecret,
  inUse,
  account({ kind: 'user_deactivated' }, 403, 'M_USER_DEACTIVATED', 'This account has been deactivated'),
  tooDeep,
  badParameter,
];

/** Of POST /account/3pid/add. */
export const ofAddition: readonly Spelling[] = [
  ...ofAnyAddition,
  account({ kind: 'address_not_proven' }, 400, ...notProven),
  { ...account({ kind: 'authentication_incomplete', body: challenge }, 401, '', ''), json: challenge },
  account(
    { kind: 'authentication_unsupported' },
    403,
    'M_FORBIDDEN',
    'The homeserver cannot confirm your identity, so this 3PID cannot be added',
  ),
  rateLimited,
];

/** Of the deprecated POST /account/3pid. */
export const ofPost: readonly Spelling[] = [
  ...ofAnyAddition,
  account({ kind: 'address_not_proven' }, 403, ...notProven),
];

const ofIdentityServers: readonly Spelling[] = [
  tooDeep,
  account(
    { kind: 'identity_server_invalid' },
    400,
    'M_INVALID_PARAM',
    'Invalid parameter id_server: It must be a host name, with an optional port and path.',
  ),
  account(
    { kind: 'identity_server_unreachable' },
    503,
    'M_UNKNOWN',
    'The identity server is unreachable at the moment. Please try again later.',
  ),
  {
    ...account(
      { kind: 'identity_server_refused', status: 404, body: { errcode: 'M_NO_VALID_SESSION' } },
      404,
      'M_NO_VALID_SESSION',
      'The identity server rejected the request',
    ),
    title: 'the identity server’s error',
  },
  {
    ...account(
      {
        kind: 'identity_server_refused',
        status: 429,
        body: { errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests', retry_after_ms: 1500 },
      },
      429,
      ...limited,
    ),
    title: 'the identity server’s wait',
  },
  rateLimited,
];

/** Of POST /account/3pid/bind. */
export const ofBinding: readonly Spelling[] = ofIdentityServers;

/** Of POST /account/3pid/unbind. */
export const ofUnbinding: readonly Spelling[] = [badParameter, ...ofIdentityServers];

/** Of POST /account/3pid/delete. */
export const ofRemoval: readonly Spelling[] = [changesDisabled, ...ofUnbinding];

/** Of a request for a token. */
export const ofTokenRequest = (medium: 'email' | 'msisdn'): readonly Spelling[] => [
  changesDisabled,
  inUse,
  tooDeep,
  badSecret,
  rateLimited,
  threepid(
    { kind: 'medium_unsupported', medium },
    400,
    'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    '3PIDs of this kind cannot be added here',
  ),
  threepid({ kind: 'address_invalid', medium }, 400, 'M_INVALID_PARAM', 'Invalid e-mail address or phone number'),
  threepid({ kind: 'next_link_refused' }, 400, 'M_INVALID_PARAM', 'Invalid next_link provided'),
  threepid({ kind: 'send_failed', medium }, 503, 'M_UNKNOWN', 'The message could not be sent. Please try again later.'),
  { ...threepid({ kind: 'rate_limited', ...wait }, 429, ...limited), title: 'too many messages' },
  ...(medium === 'email'
    ? []
    : [threepid({ kind: 'destination_refused' }, 403, 'M_THREEPID_DENIED', 'Third party identifier is not allowed')]),
];
