/** A difference between our OpenAPI file and the specification; its ruling is in decision 6. */
export interface AddressDeviation {
  readonly operation: string;
  readonly difference: string;
  readonly ruling: number;
}

const at = (operation: string, ruling: number, ...differences: string[]): AddressDeviation[] =>
  differences.map((difference) => ({ operation, difference, ruling }));

const added = (...what: string[]) => what.map((each) => `${each} added`);
const orNull = (...names: string[]) =>
  names.flatMap((name) => [`body ${name}: string missing`, `body ${name}: string or null added`]);

const troubles = added('status 500', 'status 503', 'status default');
const refusals = added(
  'status 400',
  'status 413',
  'status 415',
  ...['500', '503', 'default'].map((status) => `status ${status}`),
);
const requested = (medium: 'email' | 'msisdn') => `POST /account/3pid/${medium}/requestToken`;

const removal = (operation: string): AddressDeviation[] => [
  ...at(operation, 3, ...orNull('id_server')),
  ...at(operation, 6, ...refusals, ...added('status 401', 'status 429')),
];

const tokenRequest = (medium: 'email' | 'msisdn'): AddressDeviation[] => [
  ...at(requested(medium), 3, ...orNull('next_link', 'id_server', 'id_access_token')),
  ...at(requested(medium), 3, '400 errcode M_SERVER_NOT_TRUSTED missing'),
  ...at(requested(medium), 5, ...added('status 429')),
  ...at(requested(medium), 5, ...added('400 errcode M_INVALID_PARAM', '400 errcode M_THREEPID_MEDIUM_NOT_SUPPORTED')),
  ...at(requested(medium), 6, ...added('status 401', 'status 413', 'status 415'), ...troubles),
  ...at(requested(medium), 6, ...added('400 errcode M_NOT_JSON', '400 errcode M_BAD_JSON')),
  ...at(requested(medium), 6, ...added('400 errcode M_MISSING_PARAM', '400 errcode M_FORBIDDEN')),
];

/** Every deviation from the specification that there is. */
export const addressDeviations: readonly AddressDeviation[] = [
  ...at('GET /account/3pid', 6, ...added('status 401', 'status 429'), ...troubles),
  ...at('POST /account/3pid', 1, '200 property submit_url missing'),
  ...at('POST /account/3pid', 2, ...added('body threePidCreds: object')),
  ...at('POST /account/3pid', 6, ...refusals, ...added('status 401', 'status 429', '403 errcode M_USER_DEACTIVATED')),
  ...at('POST /account/3pid', 9, ...added('status 404')),
  ...at('POST /account/3pid/add', 6, ...refusals, ...added('status 403')),
  ...at(
    'POST /account/3pid/add',
    6,
    ...added('401 property soft_logout', '401 property errcode', '401 property error'),
  ),
  ...at('POST /account/3pid/add', 6, ...added('401 errcode M_MISSING_TOKEN', '401 errcode M_UNKNOWN_TOKEN')),
  ...at('POST /account/3pid/add', 14, ...added('401 errcode M_FORBIDDEN')),
  ...at('POST /account/3pid/bind', 6, ...refusals, ...added('status 401')),
  ...removal('POST /account/3pid/delete'),
  ...removal('POST /account/3pid/unbind'),
  ...tokenRequest('email'),
  ...at(requested('email'), 5, 'status 403 missing'),
  ...tokenRequest('msisdn'),
  ...at(requested('msisdn'), 5, ...added('200 property success', '200 property msisdn', '200 property intl_fmt')),
];

/** Every operation beyond the specification that there is, and the ruling that wants it. */
export const addressExtras: Readonly<Record<string, number>> = {
  'GET /email/submit_token': 8,
  'GET /msisdn/submit_token': 8,
  'POST /email/submit_token': 8,
  'POST /msisdn/submit_token': 8,
  'POST /email/submit_token/confirm': 8,
  'POST /msisdn/submit_token/confirm': 8,
  'GET /password/email/submit_token': 34,
  'GET /password/msisdn/submit_token': 34,
  'POST /password/email/submit_token': 34,
  'POST /password/msisdn/submit_token': 34,
  'POST /password/email/submit_token/confirm': 34,
  'POST /password/msisdn/submit_token/confirm': 34,
};
