import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operationErrors } from '../../../src/api/provisioning-0.3.0/error-shapes.js';
import { wireErrors } from '../../../src/api/provisioning-0.3.0/errors.js';
import { isOperationName, operations, type OperationName } from '../../../src/api/provisioning-0.3.0/operation.js';
import type { TelegramFailureDetails } from '../../../src/telegram/failure.js';
import {
  alice,
  aliceToken,
  authorization,
  bob,
  mysteriousToken,
  startProvisioning,
  outsider,
  type Provisioning,
} from '../../support/provisioning.js';
import type { RawRequest } from '../../support/raw-http.js';
import { isOfBridge } from '../bridge-errors.js';
import { exhaustAttempts, logIn, phones, readyOperations, take } from './operations.js';

/** An error, the request that causes it, and the whole reply. */
interface Row {
  readonly operation: OperationName;
  readonly status: number;
  readonly errcode: string;
  readonly error: string;
  readonly state?: string;
  /** Other properties of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** What differs from a request that succeeds. */
  readonly request?: Partial<RawRequest> | ((api: Provisioning) => Promise<Partial<RawRequest>>);
  /** Comes after the preparation of the operation. */
  readonly fault?: TelegramFailureDetails;
  /** Instead of the preparation of the operation. */
  readonly prepare?: (api: Provisioning) => Promise<void>;
}

/** May log in, but has no Matrix account here. */
const carol = '@carol:elsewhere.org';
const failuresAllowed = 2;
const names = Object.keys(operations).filter(isOperationName);
const steps = names.filter((name) => name !== 'get_me' && name !== 'add_phone');
const withState = (state: string | undefined) => (state === undefined ? {} : { state });
const json = (body: unknown) => ({ body: JSON.stringify(body) });

const floodTexts: Readonly<Record<OperationName, string>> = {
  get_me: 'Too many requests were sent to Telegram.',
  request_code: 'Your phone number has been temporarily blocked for flooding.',
  send_code: 'You tried to enter your phone code too many times.',
  send_password: 'You tried to enter your password too many times.',
  bot_token: 'You tried to log in too many times.',
  add_phone: 'Too many requests were sent to Telegram.',
};

const wrong = { headers: { authorization: 'Bearer wrong' } };

/** The other errors of authentication and of the Matrix ID: every operation has the same. */
function ofTokens(operation: OperationName): Row[] {
  const { method, pathOf } = readyOperations[operation];
  return [
    {
      operation,
      status: 429,
      errcode: 'too_many_attempts',
      error: 'Too many wrong shared secrets. Please wait for 1 minute before trying again.',
      more: { retry_after: 60 },
      headers: { 'retry-after': '60' },
      async request(api) {
        for (let n = 0; n < failuresAllowed; n += 1) await api.send({ method, path: pathOf(alice), ...wrong });
        return wrong;
      },
    },
    { operation, status: 400, errcode: 'mxid_empty', error: 'User ID not given.', request: { path: pathOf('') } },
    { operation, status: 400, errcode: 'mxid_invalid', error: 'Invalid user ID.', request: { path: pathOf('alice') } },
    {
      operation,
      status: 503,
      errcode: 'homeserver_unreachable',
      error: 'Your access token cannot be checked at the moment. Please try again later.',
      request: { headers: { authorization: `Bearer ${mysteriousToken}` } },
    },
  ];
}

/** Whether the operation authenticates, asks for whom it acts, and passes on failures. */
function everywhere(operation: OperationName): Row[] {
  const { pathOf } = readyOperations[operation];
  const state = operations[operation].state;
  return [
    {
      operation,
      status: 401,
      errcode: 'shared_secret_invalid',
      error: 'Shared secret is not valid.',
      headers: { 'www-authenticate': 'Bearer' },
      request: wrong,
    },
    {
      operation,
      status: 403,
      errcode: 'mxid_not_own',
      error: 'Your access token is valid for your own user ID only.',
      request: { path: pathOf(bob), headers: { authorization: `Bearer ${aliceToken}` } },
    },
    {
      operation,
      status: 403,
      errcode: 'mxid_not_whitelisted',
      error: 'You are not whitelisted.',
      request: { path: pathOf(outsider) },
    },
    {
      operation,
      status: 429,
      errcode: 'flood_wait',
      error: `${floodTexts[operation]} Please wait for 2 minutes and 1 second before trying again.`,
      ...withState(state),
      more: { retry_after: 121 },
      headers: { 'retry-after': '121' },
      fault: { kind: 'flood_wait', retryAfterMs: 120_001 },
    },
    {
      operation,
      status: 503,
      errcode: 'database_unavailable',
      error: 'The database is unreachable at the moment. Please try again later.',
      ...withState(state),
      request(api) {
        api.loseDatabase();
        return Promise.resolve({});
      },
    },
  ];
}

function ofTelegram(operation: OperationName): Row[] {
  const state = operations[operation].state;
  return [
    {
      operation,
      status: 503,
      errcode: 'telegram_unreachable',
      error: 'Telegram is unreachable at the moment. Please try again later.',
      ...withState(state),
      fault: { kind: 'unreachable' },
    },
    {
      operation,
      status: 502,
      errcode: 'telegram_rejected_bridge',
      error: 'Telegram does not accept this bridge. Please contact its administrator.',
      ...withState(state),
      fault: { kind: 'client_rejected' },
    },
    {
      operation,
      status: 502,
      errcode: 'telegram_refused',
      error: 'Telegram refused with the error SOME_NAME.',
      ...withState(state),
      fault: { kind: 'unknown_error', name: 'SOME_NAME' },
    },
    {
      operation,
      status: 403,
      errcode: 'account_frozen',
      error: 'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal.',
      ...withState(operations[operation].start),
      fault: { kind: 'account_frozen' },
    },
  ];
}

function ofBodies(operation: OperationName): Row[] {
  return [
    {
      operation,
      status: 413,
      errcode: 'unhandled_http_413',
      error: 'The request body is too large.',
      request: { body: ' '.repeat(1024 * 1024 + 1) },
    },
    {
      operation,
      status: 415,
      errcode: 'unhandled_http_415',
      error: 'The request body must not have a Content-Encoding.',
      request: { headers: { authorization, 'content-encoding': 'gzip' } },
    },
  ];
}

function atEveryStep(operation: OperationName): Row[] {
  return [
    { operation, status: 400, errcode: 'json_invalid', error: 'Invalid JSON.', request: { body: '{"phone": ' } },
    {
      operation,
      status: 409,
      errcode: 'already_logged_in',
      error: 'You are already logged in.',
      state: 'logged-in',
      more: { username: 'magic_2_0234', phone: '9996620234' },
      prepare: (api) => logIn(api, alice),
      // The code that has logged in is answered as before.
      ...(operation === 'send_code' ? { request: json({ code: '33333' }) } : {}),
    },
    {
      operation,
      status: 401,
      errcode: 'session_revoked',
      error: 'Telegram has ended this login. Please start again.',
      state: operation === 'bot_token' ? 'token' : 'request',
      fault: { kind: 'session_dead', reason: 'revoked' },
    },
    {
      operation,
      status: 403,
      errcode: 'account_deactivated',
      error: 'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org.',
      state: operation === 'bot_token' ? 'token' : 'request',
      fault: { kind: 'session_dead', reason: 'deactivated' },
    },
  ];
}

function ofTheNumber(operation: 'request_code'): Row[] {
  const common = { operation, state: 'request' };
  return [
    {
      ...common,
      status: 400,
      errcode: 'phone_number_invalid',
      error: 'Invalid phone number.',
      fault: { kind: 'phone_number_invalid' },
    },
    {
      ...common,
      status: 403,
      errcode: 'phone_number_banned',
      error: 'Your phone number is banned from Telegram.',
      fault: { kind: 'phone_number_banned' },
    },
    {
      ...common,
      status: 403,
      errcode: 'phone_number_app_signup_forbidden',
      error: 'You have disabled 3rd party apps on your account.',
      fault: { kind: 'phone_number_app_signup_forbidden' },
    },
    {
      ...common,
      status: 404,
      errcode: 'phone_number_unoccupied',
      error: 'That phone number has not been registered.',
      fault: { kind: 'phone_number_unoccupied' },
    },
  ];
}

function numberFlood(operation: OperationName): Row {
  return {
    operation,
    status: 429,
    errcode: 'phone_number_flood',
    error: 'Your phone number has been temporarily blocked for flooding. The ban is usually applied for around a day.',
    ...withState(operations[operation].state),
    fault: { kind: 'phone_number_flood' },
  };
}

const sendingFaults: readonly (readonly [string, string, TelegramFailureDetails])[] = [
  [
    'login_email_required',
    'Telegram sends no codes to accounts without a login e-mail address. Set one up in the Telegram app, or log in with a QR code.',
    { kind: 'login_email_required' },
  ],
  [
    'payment_required',
    'Telegram requires a payment to send a code to this number. Log in with the Telegram app first, or log in with a QR code.',
    { kind: 'payment_required' },
  ],
  [
    'phone_code_unavailable',
    'Telegram cannot send a code to this number at the moment. Try again later, or log in with a QR code.',
    { kind: 'code_unavailable' },
  ],
];

/** A login that version 3 began to replace another account. */
async function begunForAnother(api: Provisioning, phone: string): Promise<void> {
  const begun = await api.call('POST', `/v3/login/start/phone?user_id=${alice}&login_id=1`, {});
  const field = 'fi.mau.telegram.login.phone_number';
  const path = `/v3/login/step/${String(begun.json['login_id'])}/${field}/user_input?user_id=${alice}`;
  await api.call('POST', path, { [field]: phone });
}

const otherAccount: Omit<Row, 'operation'> = {
  status: 409,
  errcode: 'other_telegram_account',
  error: 'This is not the Telegram account to log in to again. Please start again with the same account.',
  state: 'request',
};

function accountTaken(operation: 'send_code' | 'send_password' | 'bot_token'): Row {
  const { body, prepare } = readyOperations[operation];
  return {
    operation,
    status: 409,
    errcode: 'telegram_account_taken',
    error: 'Another Matrix user is logged in to this Telegram account. Log out there first.',
    state: operation === 'bot_token' ? 'token' : 'request',
    async prepare(api) {
      if (operation === 'send_code') await logIn(api, bob);
      if (operation === 'bot_token') await take(api, bob, 'bot_token', body, 200);
      if (operation === 'send_password') {
        await take(api, bob, 'request_code', { phone: phones.withPassword }, 200);
        await take(api, bob, 'send_code', { code: '22222' }, 202);
        await take(api, bob, 'send_password', body, 200);
      }
      await prepare(api);
    },
  };
}

const nothing = () => Promise.resolve();

const rows: readonly Row[] = [
  ...names.flatMap(everywhere),
  ...ofTokens('get_me'),
  ...ofTelegram('request_code'),
  ...ofTelegram('get_me'),
  ...steps.flatMap(atEveryStep),
  ...ofBodies('request_code'),
  ...ofTheNumber('request_code'),
  ...(['request_code', 'send_password'] as const).map(numberFlood),
  ...(['send_code', 'send_password', 'bot_token'] as const).map(accountTaken),
  ...sendingFaults.map(([errcode, error, fault]): Row => ({
    operation: 'request_code',
    status: 403,
    errcode,
    error,
    state: 'request',
    fault,
  })),
  { ...otherAccount, operation: 'send_code', prepare: (api) => begunForAnother(api, phones.plain) },
  {
    ...otherAccount,
    operation: 'send_password',
    async prepare(api) {
      await begunForAnother(api, phones.withPassword);
      await take(api, alice, 'send_code', { code: '22222' }, 202);
    },
  },
  {
    operation: 'get_me',
    status: 403,
    errcode: 'not_logged_in',
    error: 'You are not logged in.',
    prepare: nothing,
  },
  {
    operation: 'send_code',
    status: 400,
    errcode: 'phone_code_missing',
    error: 'You must provide the code from your phone.',
    state: 'code',
    request: json({ code: '' }),
  },
  {
    operation: 'send_code',
    status: 400,
    errcode: 'phone_code_not_requested',
    error: 'Please request a phone code first.',
    state: 'request',
    prepare: nothing,
  },
  {
    operation: 'send_code',
    status: 401,
    errcode: 'phone_code_invalid',
    error: 'Incorrect phone code.',
    state: 'code',
    request: json({ code: '33333' }),
  },
  {
    operation: 'send_code',
    status: 403,
    errcode: 'phone_code_expired',
    error: 'Phone code expired.',
    state: 'code',
    fault: { kind: 'phone_code_expired' },
  },
  {
    operation: 'send_password',
    status: 400,
    errcode: 'password_empty',
    error: 'Empty password.',
    state: 'password',
    request: json({ password: '' }),
  },
  {
    operation: 'send_password',
    status: 400,
    errcode: 'phone_code_not_entered',
    error: 'Please request a new phone code and enter it first.',
    state: 'request',
    prepare: (api) => take(api, alice, 'request_code', { phone: phones.withPassword }, 200),
  },
  {
    operation: 'send_password',
    status: 401,
    errcode: 'password_invalid',
    error: 'Incorrect password.',
    state: 'password',
    request: json({ password: 'hunter2' }),
  },
  {
    operation: 'bot_token',
    status: 400,
    errcode: 'bot_token_missing',
    error: 'You must provide the token of your bot.',
    state: 'token',
    request: json({ token: '' }),
  },
  {
    operation: 'bot_token',
    status: 401,
    errcode: 'bot_token_invalid',
    error: 'Bot token invalid.',
    state: 'token',
    request: json({ token: 'nonsense' }),
  },
  {
    operation: 'bot_token',
    status: 401,
    errcode: 'bot_token_expired',
    error: 'Bot token expired.',
    state: 'token',
    fault: { kind: 'bot_token_expired' },
  },
  ...(['request_code', 'bot_token'] as const).map((operation): Row => ({
    operation,
    status: 429,
    errcode: 'asked_too_often',
    error: 'Too many login attempts. Please wait for 1 minute before trying again.',
    state: operations[operation].state,
    more: { retry_after: 60 },
    headers: { 'retry-after': '60' },
    prepare: exhaustAttempts,
  })),
  {
    operation: 'add_phone',
    status: 403,
    errcode: 'not_logged_in',
    error: 'You are not logged in.',
    prepare: nothing,
  },
  {
    operation: 'add_phone',
    status: 403,
    errcode: 'phone_number_missing',
    error: 'This Telegram account is a bot and has no phone number.',
    prepare: (api) => take(api, alice, 'bot_token', readyOperations.bot_token.body, 200),
  },
  {
    operation: 'add_phone',
    status: 403,
    errcode: 'matrix_account_missing',
    error: 'This user ID has no Matrix account on this server.',
    prepare: (api) => logIn(api, carol),
    request: { path: readyOperations.add_phone.pathOf(carol) },
  },
  {
    operation: 'add_phone',
    status: 409,
    errcode: 'phone_number_in_use',
    error: 'This phone number belongs to another Matrix account. Remove it there first.',
    async prepare(api) {
      await logIn(api, alice);
      await api.addNumber(bob, phones.plain.slice(1));
    },
  },
  {
    operation: 'add_phone',
    status: 503,
    errcode: 'phone_number_unchecked',
    error: 'It cannot be checked at the moment whether this phone number is in use. Please try again later.',
    async prepare(api) {
      await logIn(api, alice);
      api.loseHomeserver();
    },
  },
];

let api: Provisioning;

beforeEach(async () => {
  // The count of wrong secrets is kept by a library that reads the time itself.
  vi.useFakeTimers({ toFake: ['Date'] });
  api = await startProvisioning({ failuresAllowed, fromTelegram: 'ask', attempts: { max: 10, windowMs: 600_000 } });
});

afterEach(async () => {
  vi.useRealTimers();
  await api.close();
});

describe('every error of every operation', () => {
  it('has a row here, and every row is documented for its operation', () => {
    const spelled = ({ status, errcode }: { status: number; errcode: string }) => `${status} ${errcode}`;
    const documentedBy = (name: OperationName) =>
      operationErrors[name]
        // Some are in bridge-errors.test.ts and deactivated-owner.test.ts. The others occur only
        // on a defect, or if request bodies use all memory that they may use.
        .filter(
          (kind) => kind !== 'defect' && kind !== 'server_busy' && !isOfBridge(kind) && kind !== 'owner_deactivated',
        )
        .map((kind) => spelled(wireErrors[kind]));
    for (const name of names) {
      const tried = rows.filter(({ operation }) => operation === name).map(spelled);
      expect(documentedBy(name), name).toEqual(expect.arrayContaining(tried));
      expect(tried, name).not.toEqual([]);
    }
    // test/unit/api/provisioning has the errors of each operation.
    expect(new Set(rows.map(spelled))).toEqual(new Set(names.flatMap(documentedBy)));
  });

  const titled = rows.map(
    (row) => [`${row.operation} returns ${row.status} ${row.errcode}: ${row.error}`, row] as const,
  );

  it.each(titled)('%s', async (_, row) => {
    const { method, pathOf, body, calls, prepare } = readyOperations[row.operation];
    await (row.prepare ?? prepare)(api);
    if (row.fault) api.telegram.fail(calls, row.fault);
    const request = typeof row.request === 'function' ? await row.request(api) : row.request;

    const reply = await api.send({
      method,
      path: pathOf(alice),
      headers: { authorization },
      ...(body === undefined ? {} : json(body)),
      ...request,
    });

    const { more: { retry_after: retryAfter, ...more } = {} } = row;
    const expected = {
      ...withState(row.state),
      ...more,
      error: row.error,
      errcode: row.errcode,
      ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
    };
    expect(`${reply.status} ${reply.text}`).toBe(`${row.status} ${JSON.stringify(expected)}`);
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', ...row.headers });
  });
});
