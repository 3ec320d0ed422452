type Version = 'v3' | 'v1';

/** A difference between our OpenAPI file and the specification, and the ruling that wants it. */
export interface LoginDeviation {
  readonly version: Version;
  readonly operation: string;
  readonly difference: string;
  readonly ruling: number;
}

/** An operation that the specifications of login do not have, and the ruling that wants it. */
export interface LoginExtra {
  readonly version: Version;
  readonly operation: string;
  readonly ruling: number;
}

const at = (version: Version, operation: string, ruling: number, ...differences: string[]): LoginDeviation[] =>
  differences.map((difference) => ({ version, operation, difference, ruling }));

const get = 'GET /login';
const post = 'POST /login';
const openIdToken = 'POST /user/{userId}/openid/request_token';
const openIdUser = 'GET /openid/userinfo';
const malformed = ['status 413 added', 'status 415 added'];
const answeredForUs = ['status 500 added', 'status 503 added', 'status default added'];

/** Every deviation from the specifications that there is. */
export const deviations: readonly LoginDeviation[] = [
  ...at('v3', get, 17, ...answeredForUs),
  ...at('v3', post, 13, ...malformed),
  ...at('v3', post, 13, '400 errcode M_BAD_JSON added', '400 errcode M_INVALID_PARAM added'),
  ...at('v3', post, 13, '400 errcode M_MISSING_PARAM added', '400 errcode M_NOT_JSON added'),
  ...at('v3', post, 17, ...answeredForUs),
  ...at('v3', openIdToken, 13, 'status 400 added', 'status 503 added', ...malformed),
  ...at('v3', openIdToken, 28, 'status 401 added', 'status 403 added'),
  ...at('v3', openIdToken, 17, 'status 500 added'),
  ...at('v3', openIdUser, 28, '401 errcode M_MISSING_TOKEN added', '401 property soft_logout added'),
  ...at('v3', openIdUser, 17, 'status 500 added'),
  ...at('v1', post, 4, 'body type: string added', 'body user: string added'),
  ...at('v1', post, 5, '403 property error added'),
  ...at('v1', post, 8, '200 property device_id added'),
  ...at('v1', post, 13, 'status 400 added', ...malformed),
  ...at('v1', post, 16, '429 property retry_after_ms added'),
  ...at('v1', post, 17, ...answeredForUs),
  ...at('v1', post, 18, '403 errcode M_USER_DEACTIVATED added'),
];

/** Every operation beyond the specifications that there is. */
export const beyond: readonly LoginExtra[] = [
  { version: 'v1', operation: get, ruling: 9 },
  { version: 'v3', operation: 'GET /account/whoami', ruling: 22 },
  { version: 'v3', operation: 'POST /login/get_token', ruling: 22 },
  { version: 'v3', operation: 'POST /logout', ruling: 22 },
  { version: 'v3', operation: 'POST /logout/all', ruling: 22 },
  { version: 'v3', operation: 'POST /refresh', ruling: 22 },
  { version: 'v3', operation: 'GET /devices', ruling: 32 },
  { version: 'v3', operation: 'GET /devices/{deviceId}', ruling: 32 },
  { version: 'v3', operation: 'PUT /devices/{deviceId}', ruling: 32 },
  { version: 'v3', operation: 'DELETE /devices/{deviceId}', ruling: 32 },
  { version: 'v3', operation: 'POST /delete_devices', ruling: 32 },
  { version: 'v3', operation: 'POST /account/password', ruling: 33 },
  { version: 'v3', operation: 'POST /account/password/email/requestToken', ruling: 34 },
  { version: 'v3', operation: 'POST /account/password/msisdn/requestToken', ruling: 34 },
  { version: 'v3', operation: 'POST /account/deactivate', ruling: 35 },
  { version: 'v3', operation: 'GET /versions', ruling: 36 },
  { version: 'v3', operation: 'GET /capabilities', ruling: 36 },
  { version: 'v3', operation: 'GET /client', ruling: 36 },
];
