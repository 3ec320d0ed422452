import type { AccountFailureDetails } from '../../../src/accounts/failure.js';

/** A failure of POST /login, and its answer. */
export interface LoginErrorRow {
  readonly title: string;
  /** An object is sent as JSON. */
  readonly body: string | Readonly<Record<string, unknown>> | readonly unknown[];
  readonly headers?: Readonly<Record<string, string>>;
  readonly given?: Given;
  readonly status: number;
  readonly errcode: string;
  readonly error: string;
}

/** The earlier requests. */
export type Given =
  | 'Alice is deactivated'
  | 'too many logins from here'
  | 'too many logins to Alice'
  | 'too many failures of Alice'
  | 'limits that cannot be counted'
  | { readonly fault: AccountFailureDetails }
  | 'a defect';

const password = 'the password of alice';
const alice = { type: 'm.id.user', user: 'alice' };
const forbidden = { status: 403, errcode: 'M_FORBIDDEN', error: 'Invalid username or password' };
const limited = { status: 429, errcode: 'M_LIMIT_EXCEEDED', error: 'Too Many Requests' };
const invalid = (name: string, problem: string) => ({
  status: 400,
  errcode: 'M_INVALID_PARAM',
  error: `Invalid parameter ${name}: ${problem}`,
});
const missing = (name: string) => ({ status: 400, errcode: 'M_MISSING_PARAM', error: `Missing parameter ${name}` });
const badJson = {
  status: 400,
  errcode: 'M_BAD_JSON',
  error: 'Content is not a JSON object of the right shape',
};
const notJson = { status: 400, errcode: 'M_NOT_JSON', error: 'Content is not JSON' };

const login = (identifier: unknown, more = {}) => ({ type: 'm.login.password', identifier, password, ...more });

/** The failures that both versions share. */
export const sharedRows: readonly LoginErrorRow[] = [
  { title: 'no body', body: '', ...notJson },
  { title: 'a body that is no JSON', body: '{"type":', ...notJson },
  { title: 'a form', body: 'type=m.login.password', ...notJson },
  { title: 'bytes that are no UTF-8', body: 'binary', ...notJson },
  { title: 'a list', body: [], ...badJson },
  { title: 'null', body: 'null', ...badJson },
  { title: 'a text', body: '"text"', ...badJson },
  { title: 'a type that is no text', body: { type: 5, password }, ...invalid('type', 'It must be a text.') },
  {
    title: 'an unknown type',
    body: { type: 'm.login.nothing' },
    status: 400,
    errcode: 'M_UNKNOWN',
    error: 'Unknown login type m.login.nothing',
  },
  { title: 'no password', body: { type: 'm.login.password', user: 'alice' }, ...missing('password') },
  {
    title: 'a password that is no text',
    body: { user: 'alice', type: 'm.login.password', password: 5 },
    ...invalid('password', 'It must be a text.'),
  },
  {
    title: 'a password that is null',
    body: { user: 'alice', type: 'm.login.password', password: null },
    ...invalid('password', 'It must be a text.'),
  },
  { title: 'a user that is no text', body: { ...login(undefined), user: 5 }, ...invalid('user', 'It must be a text.') },
  { title: 'an identifier that is no object', body: login('alice'), ...invalid('identifier', 'It must be an object.') },
  { title: 'an identifier without a type', body: login({ user: 'alice' }), ...missing('identifier.type') },
  {
    title: 'an identifier of an unknown type',
    body: login({ type: 'm.id.nothing' }),
    ...invalid('identifier.type', 'It must be m.id.user, m.id.thirdparty or m.id.phone.'),
  },
  { title: 'an identifier without its user', body: login({ type: 'm.id.user' }), ...missing('identifier.user') },
  {
    title: 'an identifier without its medium',
    body: login({ type: 'm.id.thirdparty', address: 'a@b.example' }),
    ...missing('identifier.medium'),
  },
  {
    title: 'an identifier without its address',
    body: login({ type: 'm.id.thirdparty', medium: 'email' }),
    ...missing('identifier.address'),
  },
  {
    title: 'an identifier without its phone',
    body: login({ type: 'm.id.phone', country: 'GB' }),
    ...missing('identifier.phone'),
  },
  { title: 'no token', body: { type: 'm.login.token' }, ...missing('token') },
  {
    title: 'a token that is no text',
    body: { type: 'm.login.token', token: 5 },
    ...invalid('token', 'It must be a text.'),
  },
  {
    title: 'a device that is no text',
    body: login(alice, { device_id: 5 }),
    ...invalid('device_id', 'It must be a text.'),
  },
  {
    title: 'a device with too long an ID',
    body: login(alice, { device_id: 'x'.repeat(513) }),
    ...invalid('device_id', 'It must have at most 512 characters.'),
  },
  {
    title: 'a device name that is no text',
    body: login(alice, { initial_device_display_name: [] }),
    ...invalid('initial_device_display_name', 'It must be a text.'),
  },
  { title: 'a wrong password', body: login(alice, { password: 'a guess' }), ...forbidden },
  { title: 'an empty password', body: login(alice, { password: '' }), ...forbidden },
  { title: 'an unknown user', body: login({ type: 'm.id.user', user: 'unknown' }), ...forbidden },
  {
    title: 'a user of another server',
    body: login({ type: 'm.id.user', user: '@alice:elsewhere.test' }),
    ...forbidden,
  },
  {
    title: 'an unknown 3PID',
    body: login({ type: 'm.id.thirdparty', medium: 'email', address: 'unknown@example.test' }),
    ...forbidden,
  },
  {
    title: 'an invalid 3PID',
    body: login({ type: 'm.id.thirdparty', medium: 'email', address: 'unknown' }),
    ...forbidden,
  },
  {
    title: 'an unknown medium',
    body: login({ type: 'm.id.thirdparty', medium: 'pigeon', address: 'unknown' }),
    ...forbidden,
  },
  {
    title: 'an unknown phone number',
    body: login({ type: 'm.id.phone', country: 'GB', phone: '07700 900999' }),
    ...forbidden,
  },
  {
    title: 'an unknown token',
    body: { type: 'm.login.token', token: 'unknown' },
    status: 403,
    errcode: 'M_FORBIDDEN',
    error: 'Invalid login token',
  },
  {
    title: 'a deactivated user',
    body: login(alice),
    given: 'Alice is deactivated',
    status: 403,
    errcode: 'M_USER_DEACTIVATED',
    error: 'This account has been deactivated',
  },
  { title: 'too many logins from one address', body: login(alice), given: 'too many logins from here', ...limited },
  { title: 'too many logins to one account', body: login(alice), given: 'too many logins to Alice', ...limited },
  {
    title: 'too many failed logins to one account',
    body: login(alice),
    given: 'too many failures of Alice',
    ...limited,
  },
  {
    title: 'more logins at once than the queue holds',
    body: login(alice),
    given: { fault: { kind: 'overloaded', retryAfterMs: 1500 } },
    ...limited,
  },
  {
    title: 'a body nested too deeply to be forwarded',
    body: login(alice),
    given: { fault: { kind: 'body_too_deep' } },
    ...badJson,
    error: 'Content is nested too deeply',
  },
  {
    title: 'an unreachable homeserver',
    body: login(alice),
    given: { fault: { kind: 'homeserver_unreachable' } },
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The homeserver is unreachable at the moment. Please try again later.',
  },
  {
    title: 'a login that no limit can count, because the database is unreachable',
    body: login(alice),
    given: 'limits that cannot be counted',
    status: 503,
    errcode: 'M_UNKNOWN',
    error: 'The database is unreachable at the moment. Please try again later.',
  },
  {
    title: 'a homeserver that refuses',
    body: login(alice),
    given: {
      fault: {
        kind: 'refused_upstream',
        status: 401,
        body: { errcode: 'M_USER_LOCKED', error: 'Locked', soft_logout: true },
        retryAfter: undefined,
      },
    },
    status: 401,
    errcode: 'M_USER_LOCKED',
    error: 'Locked',
  },
  {
    title: 'a defect',
    body: login(alice),
    given: 'a defect',
    status: 500,
    errcode: 'M_UNKNOWN',
    error: 'Internal server error',
  },
  {
    title: 'a body that is too large',
    body: { ...login(alice), filler: 'x'.repeat(1024 * 1024) },
    status: 413,
    errcode: 'M_TOO_LARGE',
    error: 'Content is too large',
  },
  {
    title: 'a compressed body',
    body: login(alice),
    headers: { 'content-encoding': 'gzip' },
    status: 415,
    errcode: 'M_UNKNOWN',
    error: 'Content must not have a Content-Encoding',
  },
];

/** The failures that only version 3 has. */
export const v3Rows: readonly LoginErrorRow[] = [
  { title: 'no type', body: { identifier: alice, password }, ...missing('type') },
  { title: 'no user', body: { type: 'm.login.password', password }, ...missing('identifier') },
  {
    title: 'a request for refresh tokens that is no boolean',
    body: login(alice, { refresh_token: 'yes' }),
    ...invalid('refresh_token', 'It must be true or false.'),
  },
];

/** The failures that only version 1 has. */
export const v1Rows: readonly LoginErrorRow[] = [
  { title: 'no username', body: { password }, ...missing('username') },
  { title: 'a username that is null', body: { username: null, password }, ...missing('username') },
  {
    title: 'a username that is no text',
    body: { username: 5, user: 'alice', password },
    ...invalid('username', 'It must be a text.'),
  },
  { title: 'no username and a type', body: { type: 'm.login.password', password }, ...missing('username') },
  { title: 'a username without a password', body: { username: 'alice' }, ...missing('password') },
  { title: 'a wrong password for a username', body: { username: 'alice', password: 'a guess' }, ...forbidden },
  { title: 'an unknown username', body: { username: 'unknown', password }, ...forbidden },
];

/** Bodies of which each has the fault of its title, and those of all that follow. */
export const orderOfChecks: readonly LoginErrorRow[] = [
  { title: 'the limit of the client address', body: '{', given: 'too many logins from here', ...limited },
  {
    title: 'refresh_token',
    body: { refresh_token: 1, password: 5 },
    given: 'too many failures of Alice',
    ...invalid('refresh_token', 'It must be true or false.'),
  },
  { title: 'the presence of a type', body: { password: 5 }, given: 'too many failures of Alice', ...missing('type') },
  {
    title: 'the type',
    body: { type: 'm.login.nothing', password: 5, identifier: 5 },
    given: 'too many failures of Alice',
    status: 400,
    errcode: 'M_UNKNOWN',
    error: 'Unknown login type m.login.nothing',
  },
  {
    title: 'the password',
    body: login(5, { password: 5 }),
    given: 'too many failures of Alice',
    ...invalid('password', 'It must be a text.'),
  },
  {
    title: 'the identifier',
    body: login(5, { device_id: 5 }),
    given: 'too many failures of Alice',
    ...invalid('identifier', 'It must be an object.'),
  },
  {
    title: 'the limit of failures',
    body: login(alice, { password: 'a guess' }),
    given: 'too many failures of Alice',
    ...limited,
  },
  {
    title: 'the proof',
    body: login(alice, { password: 'a guess', device_id: 'x'.repeat(513) }),
    given: 'Alice is deactivated',
    ...forbidden,
  },
  {
    title: 'the state of the account',
    body: login(alice, { device_id: 'x'.repeat(513) }),
    given: 'Alice is deactivated',
    status: 403,
    errcode: 'M_USER_DEACTIVATED',
    error: 'This account has been deactivated',
  },
];

/** Returns the bytes of a row's body. */
export function bytesOf({ body }: LoginErrorRow): string | Uint8Array {
  if (body === 'binary') return Buffer.from('{"type":"\xff"}', 'latin1');
  return typeof body === 'string' ? body : JSON.stringify(body);
}
