import type { Mxid } from '../../../src/base/mxid.js';
import { IdentityFailure, type IdentityFailureDetails } from '../../../src/identity/failure.js';
import { ThreepidFailure, type ThreepidFailureDetails } from '../../../src/threepid/failure.js';

/** How a fault of a service is answered. */
export interface Spelling {
  readonly title: string;
  readonly failure: Error;
  readonly status: number;
  readonly json: Readonly<Record<string, unknown>>;
}

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
const identity = (
  details: IdentityFailureDetails,
  status: number,
  errcode: string,
  error: string,
  more = {},
): Spelling => ({
  title: details.kind,
  failure: new IdentityFailure(details),
  status,
  json: { errcode, error, ...more },
});

const wait = { retryAfterMs: 1500 };
const limited = [429, 'M_LIMIT_EXCEEDED', 'Too Many Requests', { retry_after_ms: 1500 }] as const;
const exhausted = [429, 'M_LIMIT_EXCEEDED', 'Too many wrong codes: request a new code'] as const;
const noSession = ['M_NO_VALID_SESSION', 'No valid session was found matching that sid and client secret'] as const;
const expired = ['M_SESSION_EXPIRED', 'This validation session has expired: call requestToken again'] as const;
const unproven = ['M_SESSION_NOT_VALIDATED', 'This validation session has not yet been completed'] as const;
const badSecret = threepid({ kind: 'client_secret_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid client_secret provided');

/** Faults of an operation that uses a validated session. */
export const ofSession: readonly Spelling[] = [
  badSecret,
  threepid({ kind: 'session_unknown' }, 404, ...noSession),
  threepid({ kind: 'session_expired' }, 400, ...expired),
  threepid({ kind: 'session_not_validated' }, 400, ...unproven),
];

/** Of a request for a token. */
export const ofRequest = (medium: 'email' | 'msisdn'): readonly Spelling[] => [
  badSecret,
  threepid({ kind: 'next_link_refused' }, 400, 'M_INVALID_PARAM', 'Invalid next_link provided'),
  threepid(
    { kind: 'medium_unsupported', medium },
    400,
    'M_THREEPID_MEDIUM_NOT_SUPPORTED',
    'Addresses of this kind cannot be validated here',
  ),
  threepid({ kind: 'rate_limited', ...wait }, ...limited),
  ...(medium === 'email'
    ? [
        threepid({ kind: 'address_invalid', medium }, 400, 'M_INVALID_EMAIL', 'Invalid e-mail address'),
        threepid({ kind: 'send_failed', medium }, 400, 'M_EMAIL_SEND_ERROR', 'The mail could not be sent'),
      ]
    : [
        threepid({ kind: 'address_invalid', medium }, 400, 'M_INVALID_ADDRESS', 'Invalid phone number'),
        threepid({ kind: 'send_failed', medium }, 400, 'M_SEND_ERROR', 'The message could not be sent'),
        threepid(
          { kind: 'destination_refused' },
          400,
          'M_DESTINATION_REJECTED',
          'Phone numbers of this country are not supported',
        ),
      ]),
];

/** Of a token; `status` is that of a result. */
export const ofToken = (status: 200 | 400): readonly Spelling[] =>
  [
    threepid({ kind: 'token_wrong' }, status, 'M_TOKEN_INCORRECT', 'The token is incorrect'),
    threepid({ kind: 'session_unknown' }, status, ...noSession),
    threepid({ kind: 'session_expired' }, status, ...expired),
    badSecret,
    threepid({ kind: 'too_many_guesses', ...wait }, ...exhausted, { retry_after_ms: 1500 }),
    {
      ...threepid({ kind: 'too_many_guesses', retryAfterMs: 0 }, ...exhausted),
      title: 'too_many_guesses without a wait',
    },
    threepid({ kind: 'rate_limited', ...wait }, ...limited),
  ].map((row) => ({ ...row, json: { success: false, ...row.json } }));

const mxidInvalid = identity({ kind: 'mxid_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid Matrix user ID');
const notYours = identity({ kind: 'not_your_mxid' }, 403, 'M_UNAUTHORIZED', 'This is not your own Matrix user ID');
const rateLimited = identity({ kind: 'rate_limited', ...wait }, ...limited);
const overloaded = identity(
  { kind: 'overloaded' },
  503,
  'M_UNKNOWN',
  'Too many requests to homeservers at the moment. Please try again later.',
);
const otherMedium = identity(
  { kind: 'medium_unsupported' },
  400,
  'M_UNRECOGNIZED',
  'Addresses of this medium are not supported',
);

/** Of a bind without an authenticated caller. */
export const ofBindV1: readonly Spelling[] = [
  ...ofSession,
  mxidInvalid,
  identity({ kind: 'mxid_not_allowed' }, 403, 'M_FORBIDDEN', 'Only users of this server can bind addresses here'),
];

/** Of a bind by a user. */
export const ofBindV2: readonly Spelling[] = [...ofSession, mxidInvalid, notYours];

/** Of an unbind. */
export const ofUnbind: readonly Spelling[] = [
  badSecret,
  threepid({ kind: 'session_unknown' }, 401, ...noSession),
  threepid({ kind: 'session_expired' }, 403, ...expired),
  threepid({ kind: 'session_not_validated' }, 403, ...unproven),
  mxidInvalid,
  otherMedium,
  identity({ kind: 'address_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid address'),
  identity({ kind: 'unbind_mismatch' }, 403, 'M_FORBIDDEN', 'The session or the signature does not match the request'),
  identity({ kind: 'signature_missing' }, 403, 'M_FORBIDDEN', 'Missing X-Matrix authorization'),
  identity({ kind: 'signature_wrong' }, 403, 'M_FORBIDDEN', 'Wrong X-Matrix signature'),
  identity({ kind: 'server_name_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid server name'),
  identity({ kind: 'origin_mismatch' }, 403, 'M_FORBIDDEN', 'Origin server name does not match mxid'),
  identity(
    { kind: 'homeserver_unreachable' },
    502,
    'M_UNKNOWN',
    'The homeserver is unreachable at the moment. Please try again later.',
  ),
  overloaded,
  rateLimited,
];

/** Of an invite. */
export const ofInvite: readonly Spelling[] = [
  mxidInvalid,
  otherMedium,
  identity({ kind: 'room_id_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid room_id provided'),
  identity({ kind: 'address_invalid' }, 400, 'M_INVALID_EMAIL', 'Invalid e-mail address'),
  identity(
    { kind: 'address_in_use', mxid: '@bob:example.test' as Mxid },
    400,
    'M_THREEPID_IN_USE',
    'Binding already known',
    {
      mxid: '@bob:example.test',
    },
  ),
  identity({ kind: 'send_failed' }, 400, 'M_EMAIL_SEND_ERROR', 'The mail could not be sent'),
  rateLimited,
];

/** Of an invite by a user. */
export const ofInviteV2: readonly Spelling[] = [...ofInvite, notYours];

/** Of the signature of an invite. */
export const ofSignature: readonly Spelling[] = [
  identity({ kind: 'invite_unknown' }, 404, 'M_UNRECOGNIZED', "Didn't recognize token"),
  identity({ kind: 'private_key_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid private_key provided'),
  mxidInvalid,
];

/** Of a lookup in version 1. */
export const ofLookupV1: readonly Spelling[] = [rateLimited];

const tooMany = identity(
  { kind: 'too_many_addresses', limit: 10_000 },
  400,
  'M_TOO_LARGE',
  'Too many addresses: at most 10000 at a time',
);

/** Of many lookups at once in version 1. */
export const ofBulkLookup: readonly Spelling[] = [rateLimited, tooMany];

/** Of a lookup of hashes. */
export const ofLookupV2: readonly Spelling[] = [
  rateLimited,
  tooMany,
  identity({ kind: 'algorithm_unknown' }, 400, 'M_INVALID_PARAM', 'Unknown algorithm'),
  identity(
    { kind: 'pepper_wrong', lookupPepper: 'fresh', algorithm: 'sha256' },
    400,
    'M_INVALID_PEPPER',
    'Unknown or outdated pepper',
    { lookup_pepper: 'fresh', algorithm: 'sha256' },
  ),
  identity({ kind: 'lookup_address_malformed' }, 400, 'M_INVALID_PARAM', 'Invalid address in addresses'),
];

/** Of a key. */
export const ofKey: readonly Spelling[] = [
  identity({ kind: 'key_unknown' }, 404, 'M_NOT_FOUND', 'The public key was not found'),
];

/** Of a registration. */
export const ofRegistration: readonly Spelling[] = [
  identity({ kind: 'server_name_invalid' }, 400, 'M_INVALID_PARAM', 'Invalid server name'),
  identity({ kind: 'server_not_allowed' }, 403, 'M_UNAUTHORIZED', 'Users of this server are not allowed here'),
  identity({ kind: 'open_id_refused' }, 403, 'M_UNAUTHORIZED', 'The homeserver does not confirm this token'),
  identity(
    { kind: 'homeserver_unreachable' },
    502,
    'M_UNKNOWN',
    'The homeserver is unreachable at the moment. Please try again later.',
  ),
  overloaded,
  rateLimited,
];

/** Of terms. */
export const ofTerms: readonly Spelling[] = [
  identity({ kind: 'terms_unknown_url' }, 400, 'M_UNKNOWN', 'Unknown URL in user_accepts'),
];

/** Of a token that another request has logged out meanwhile. */
export const ofLogOut: readonly Spelling[] = [
  identity({ kind: 'token_unknown' }, 401, 'M_UNAUTHORIZED', 'Unauthorized'),
];
