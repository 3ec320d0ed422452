import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operationErrors } from '../../../src/api/provisioning-v1/error-shapes.js';
import { wireErrors } from '../../../src/api/provisioning-v1/errors.js';
import { operations } from '../../../src/api/provisioning-v1/operation.js';
import { PhoneNumber } from '../../../src/base/phone.js';
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
import { botToken, code, exhaustAttempts, phones } from '../provisioning-0.3.0/operations.js';
import { logIn, readyOperations, take, type ReadyOperation, type UserOperation } from './operations.js';

/** An error, how to meet it, and what the whole answer must be. */
interface Row {
  readonly operation: UserOperation;
  readonly status: number;
  readonly errcode: string;
  readonly error: string;
  readonly state?: string | undefined;
  /** Other properties of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** What differs from a request that succeeds. */
  readonly request?: Partial<RawRequest> | ((api: Provisioning) => Promise<Partial<RawRequest>>);
  /** Comes after the preparation of the operation. */
  readonly fault?: TelegramFailureDetails;
  /** Instead of the preparation of the operation. */
  readonly prepare?: (api: Provisioning) => Promise<void>;
  /** In place of that of the operation. */
  readonly handOver?: ReadyOperation['handOver'] | undefined;
}

const failuresAllowed = 2;
/** A user without a Matrix account on this server. */
const carol = '@carol:elsewhere.org';
const names = Object.keys(readyOperations) as UserOperation[];
const asking = ['get_chats', 'get_contacts', 'resolve_identifier', 'hand_over', 'add_phone'] as const;
const steps = ['request_code', 'send_code', 'send_password', 'bot_token'] as const;
const nothing = () => Promise.resolve();
const json = (body: unknown) => ({ body: JSON.stringify(body) });
const own = (operation: UserOperation) => operations[operation].state;

const wrong = { headers: { authorization: 'Bearer wrong' } };

const rowOf =
  (operation: UserOperation) =>
  (status: number, errcode: string, error: string, rest: Partial<Row> = {}): Row => ({
    operation,
    status,
    errcode,
    error,
    ...rest,
  });

/** The other errors of authentication and of the Matrix ID: every operation has the same. */
function ofTokens(operation: UserOperation): Row[] {
  const { method, pathOf } = readyOperations[operation];
  const row = rowOf(operation);
  return [
    row(429, 'too_many_attempts', 'Too many wrong shared secrets. Please wait for 1 minute before trying again.', {
      more: { retry_after: 60 },
      async request(api) {
        for (let n = 0; n < failuresAllowed; n += 1) await api.send({ method, path: pathOf(alice), ...wrong });
        return wrong;
      },
    }),
    row(400, 'mxid_empty', 'User ID not given.', { request: { path: pathOf('') } }),
    row(400, 'mxid_invalid', 'Invalid user ID', { request: { path: pathOf('alice') } }),
    row(503, 'homeserver_unreachable', 'Your access token cannot be checked at the moment. Please try again later.', {
      request: { headers: { authorization: `Bearer ${mysteriousToken}` } },
    }),
  ];
}

/** Whether the operation authenticates, asks for whom it acts, and survives a lost database. */
function everywhere(operation: UserOperation): Row[] {
  const { pathOf } = readyOperations[operation];
  const row = rowOf(operation);
  return [
    row(401, 'shared_secret_invalid', 'Shared secret is not valid.', { request: wrong }),
    row(403, 'mxid_not_own', 'Your access token is valid for your own user ID only.', {
      request: { path: pathOf(bob), headers: { authorization: `Bearer ${aliceToken}` } },
    }),
    row(403, 'mxid_not_whitelisted', 'You are not whitelisted.', { request: { path: pathOf(outsider) } }),
    row(503, 'database_unavailable', 'The database is unreachable at the moment. Please try again later.', {
      state: own(operation),
      request(api) {
        api.loseDatabase();
        return Promise.resolve({});
      },
    }),
  ];
}

const floodTexts: Partial<Record<UserOperation, string>> = {
  request_code: 'Your phone number has been temporarily blocked for flooding.',
  resend_code: 'You tried to enter your phone code too many times.',
  send_code: 'You tried to enter your phone code too many times.',
  send_password: 'You tried to enter your password too many times.',
  bot_token: 'You tried to log in too many times.',
};

function floodWait(operation: UserOperation): Row {
  const flood = floodTexts[operation] ?? 'Too many requests were sent to Telegram.';
  return {
    operation,
    status: 429,
    errcode: 'flood_wait',
    error: `${flood} Please wait for 2 minutes and 1 second before trying again.`,
    state: own(operation),
    more: { retry_after: 121 },
    fault: { kind: 'flood_wait', retryAfterMs: 120_001 },
  };
}

function ofTelegram(operation: UserOperation): Row[] {
  const state = own(operation);
  return [
    {
      operation,
      status: 503,
      errcode: 'telegram_unreachable',
      error: 'Telegram is unreachable at the moment. Please try again later.',
      state,
      fault: { kind: 'unreachable' },
    },
    {
      operation,
      status: 502,
      errcode: 'telegram_rejected_bridge',
      error: 'Telegram does not accept this bridge. Please contact its administrator.',
      state,
      fault: { kind: 'client_rejected' },
    },
    {
      operation,
      status: 502,
      errcode: 'telegram_refused',
      error: 'Telegram refused with the error SOME_NAME.',
      state,
      fault: { kind: 'unknown_error', name: 'SOME_NAME' },
    },
    {
      operation,
      status: 403,
      errcode: 'account_frozen',
      error: 'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal.',
      state: operations[operation].start,
      fault: { kind: 'account_frozen' },
    },
  ];
}

function ofBodies(operation: (typeof steps)[number]): Row[] {
  return [
    {
      operation,
      status: 413,
      errcode: 'unhandled_http_413',
      error: 'Unhandled HTTP 413',
      request: { body: ' '.repeat(1024 * 1024 + 1) },
    },
    {
      operation,
      status: 415,
      errcode: 'unhandled_http_415',
      error: 'Unhandled HTTP 415',
      request: { headers: { authorization, 'content-encoding': 'gzip' } },
    },
  ];
}

function atEveryStep(operation: (typeof steps)[number]): Row[] {
  return [
    { operation, status: 400, errcode: 'json_invalid', error: 'Invalid JSON.', request: { body: 'null' } },
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
  ];
}

function revoked(operation: UserOperation): Row {
  return {
    operation,
    status: 401,
    errcode: 'session_revoked',
    error:
      'Please try again. Login cancelled because your other sessions were terminated via the Telegram app, or by Telegram.',
    state: operation === 'bot_token' ? 'token' : 'request',
    fault: { kind: 'session_dead', reason: 'revoked' },
  };
}

function unoccupied(operation: 'request_code' | 'resend_code' | 'send_code'): Row {
  return {
    operation,
    status: operation === 'send_code' ? 403 : 404,
    errcode: 'phone_number_unoccupied',
    error: 'That phone number has not been registered.',
    state: 'request',
    fault: { kind: 'phone_number_unoccupied' },
  };
}

function ofTheNumber(operation: UserOperation): Row[] {
  const row = (
    status: number,
    kind: TelegramFailureDetails['kind'] & `phone_number_${string}`,
    error: string,
  ): Row => ({
    operation,
    status,
    errcode: kind,
    error,
    state: 'request',
    fault: { kind },
  });
  return [
    row(400, 'phone_number_invalid', 'Invalid phone number.'),
    row(403, 'phone_number_banned', 'Your phone number is banned from Telegram.'),
    row(403, 'phone_number_app_signup_forbidden', 'You have disabled 3rd party apps on your account.'),
  ];
}

function numberFlood(operation: UserOperation): Row {
  return {
    operation,
    status: 429,
    errcode: 'phone_number_flood',
    error: 'Your phone number has been temporarily blocked for flooding. The ban is usually applied for around a day.',
    state: own(operation),
    fault: { kind: 'phone_number_flood' },
  };
}

function deactivated(operation: UserOperation): Row {
  return {
    operation,
    status: 403,
    errcode: 'account_deactivated',
    error: 'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org.',
    state: operation === 'bot_token' ? 'token' : 'request',
    fault: { kind: 'session_dead', reason: 'deactivated' },
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

function ofSending(operation: 'request_code' | 'resend_code'): Row[] {
  return sendingFaults.map(([errcode, error, fault]) => ({
    operation,
    status: 403,
    errcode,
    error,
    state: 'request',
    fault,
  }));
}

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
      if (operation === 'bot_token') await take(api, bob, 'bot_token', { token: botToken }, 200);
      if (operation === 'send_password') {
        await take(api, bob, 'request_code', { phone: phones.withPassword }, 200);
        await take(api, bob, 'send_code', { code }, 202);
        await take(api, bob, 'send_password', body, 200);
      }
      await prepare(api);
    },
  };
}

const rows: readonly Row[] = [
  ...names.flatMap(everywhere),
  ...ofTokens('get_user'),
  ...[...asking, ...steps, 'resend_code' as const].map(floodWait),
  ...ofTelegram('request_code'),
  ...ofTelegram('get_contacts'),
  ...steps.flatMap(atEveryStep),
  ...ofBodies('request_code'),
  ...[...steps, 'resend_code' as const].map(revoked),
  ...(['request_code', 'bot_token'] as const).map(deactivated),
  ...ofSending('resend_code'),
  { ...otherAccount, operation: 'send_code', prepare: (api) => begunForAnother(api, phones.plain) },
  {
    ...otherAccount,
    operation: 'send_password',
    async prepare(api) {
      await begunForAnother(api, phones.withPassword);
      await take(api, alice, 'send_code', { code }, 202);
    },
  },
  ...(['request_code', 'resend_code', 'bot_token'] as const).map((operation): Row => ({
    operation,
    status: 429,
    errcode: 'asked_too_often',
    error: 'Too many login attempts. Please wait for 1 minute before trying again.',
    state: own(operation),
    more: { retry_after: 60 },
    async prepare(api) {
      await readyOperations[operation].prepare(api);
      await exhaustAttempts(api);
    },
  })),
  ...(['request_code', 'resend_code', 'send_code'] as const).map(unoccupied),
  ...ofTheNumber('request_code'),
  ...(['request_code', 'send_password'] as const).map(numberFlood),
  ...(['send_code', 'send_password', 'bot_token'] as const).map(accountTaken),
  ...[...asking, 'start_dm' as const].map((operation): Row => ({
    operation,
    status: 403,
    errcode: 'not_logged_in',
    error: 'You are not logged in.',
    prepare: nothing,
  })),
  {
    operation: 'resolve_identifier',
    status: 404,
    errcode: 'M_NOT_FOUND',
    error: 'Invalid user identifier or user not found.',
    request: { path: `/v1/user/${alice}/resolve_identifier/nobody_at_all` },
  },
  {
    operation: 'resolve_identifier',
    status: 400,
    errcode: 'FI.MAU.TELEGRAM_ID_NOT_USER',
    error: 'Identifier is not a user.',
    request: { path: `/v1/user/${alice}/resolve_identifier/@sandbox_channel` },
  },
  {
    operation: 'start_dm',
    status: 404,
    errcode: 'M_NOT_FOUND',
    error: 'Invalid user identifier or user not found.',
    request: { path: `/v1/user/${alice}/pm/nobody_at_all` },
  },
  ...(['start_dm', 'hand_over'] as const).map((operation): Row => ({
    operation,
    status: 501,
    errcode: 'no_bridge_attached',
    error: 'This server logs in to Telegram only: no bridge is attached to it.',
    handOver: undefined,
  })),
  {
    operation: 'add_phone',
    status: 403,
    errcode: 'phone_number_missing',
    error: 'This Telegram account is a bot and has no phone number.',
    prepare: (api) => take(api, alice, 'bot_token', { token: botToken }, 200),
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
  {
    operation: 'request_code',
    status: 400,
    errcode: 'phone_number_invalid',
    error: 'Phone number not given.',
    state: 'request',
    request: json({ phone: ' ' }),
  },
  ...(['send_code', 'resend_code'] as const).map((operation): Row => ({
    operation,
    status: 400,
    errcode: 'phone_code_not_requested',
    error: 'Please request a phone code first.',
    state: 'request',
    prepare: nothing,
  })),
  {
    operation: 'resend_code',
    status: 400,
    errcode: 'resend_unavailable',
    error: 'Telegram cannot send the code another way. Enter the code that was sent.',
    state: 'code',
    async prepare(api) {
      await readyOperations.resend_code.prepare(api);
      await take(api, alice, 'resend_code', undefined, 200);
      await api.clock.advance(60_000);
    },
  },
  ...(['send_code', 'resend_code'] as const).map((operation): Row => ({
    operation,
    status: 403,
    errcode: 'phone_code_expired',
    error: 'Phone code expired.',
    state: 'code',
    async prepare(api) {
      await readyOperations[operation].prepare(api);
      api.telegram.expireCodes(PhoneNumber.parse(phones.plain) ?? expect.fail());
    },
  })),
  {
    operation: 'send_code',
    status: 400,
    errcode: 'phone_code_missing',
    error: 'You must provide the code from your phone.',
    state: 'code',
    request: json({}),
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
    status: 403,
    errcode: 'bot_token_expired',
    error: 'Bot token expired.',
    state: 'token',
    fault: { kind: 'bot_token_expired' },
  },
];

let running: Provisioning | undefined;

async function start(handOver?: ReadyOperation['handOver']): Promise<Provisioning> {
  running = await startProvisioning({
    failuresAllowed,
    fromTelegram: 'ask',
    attempts: { max: 10, windowMs: 600_000 },
    ...(handOver === undefined ? {} : { handOver }),
  });
  return running;
}

beforeEach(() => {
  // The count of wrong secrets is kept by a library that reads the time itself.
  vi.useFakeTimers({ toFake: ['Date'] });
});

afterEach(async () => {
  vi.useRealTimers();
  await running?.close();
  running = undefined;
});

describe('every error of every operation of version 1', () => {
  it('has a row here, and every row is documented for its operation', () => {
    const spelled = ({ status, errcode }: { status: number; errcode: string }) => `${status} ${errcode}`;
    const documentedBy = (name: UserOperation) =>
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
    const { method, pathOf, body, calls, prepare, ...ready } = readyOperations[row.operation];
    const { handOver } = { ...ready, ...row };
    const api = await start(handOver);
    await (row.prepare ?? prepare)(api);
    if (row.fault && calls) api.telegram.fail(calls, row.fault);
    const request = typeof row.request === 'function' ? await row.request(api) : row.request;

    const reply = await api.send({
      method,
      path: pathOf(alice),
      headers: { authorization },
      ...(body === undefined ? {} : json(body)),
      ...request,
    });

    const { more: { retry_after: retryAfter, ...more } = {}, state, error, errcode } = row;
    expect(`${reply.status} ${reply.text}`).toBe(
      `${row.status} ${JSON.stringify({
        ...(state === undefined ? {} : { state }),
        ...more,
        error,
        errcode,
        ...(retryAfter === undefined ? {} : { retry_after: retryAfter }),
      })}`,
    );
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    });
  });

  it.each([
    ['GET', '/v1/nowhere', 404],
    ['GET', `/v1/user/${alice}/nowhere`, 404],
    ['POST', `/v1/user/${alice}`, 405],
  ] as const)('%s %s is answered in JSON', async (method, path, status) => {
    const reply = await (await start()).send({ method, path });
    expect(`${reply.status} ${reply.text}`).toBe(
      `${status} {"error":"Unhandled HTTP ${status}","errcode":"unhandled_http_${status}"}`,
    );
  });
});
