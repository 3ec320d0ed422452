import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { operationErrors, type OperationName } from '../../../src/api/provisioning-v3/error-shapes.js';
import { wireErrors } from '../../../src/api/provisioning-v3/errors.js';
import { PhoneNumber } from '../../../src/base/phone.js';
import { Secret } from '../../../src/base/secret.js';
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
import { botToken, code, exhaustAttempts, password, phones } from '../provisioning-0.3.0/operations.js';
import { logIn } from '../provisioning-v1/operations.js';
import { isOfBridge, lend } from '../bridge-errors.js';
import {
  answerOf,
  codeAsked,
  make,
  readyOperations,
  start,
  stepIds,
  type ReadyOperation,
  type ReadyRequest,
} from './operations.js';

/** An error, how to meet it, and what the whole answer must be. */
interface Row {
  readonly operation: OperationName;
  readonly status: number;
  readonly errcode: string;
  readonly error: string;
  /** The condition in the title, if several rows have one error. */
  readonly when?: string;
  readonly retryAfterMs?: number;
  /** The query, if it does not name Alice. */
  readonly query?: string;
  readonly authorization?: string | null;
  readonly encoding?: string;
  /** In place of the body of a request that succeeds. */
  readonly body?: string;
  /** Comes after the preparation of the operation. */
  readonly fault?: TelegramFailureDetails;
  readonly before?: (api: Provisioning) => Promise<unknown>;
  /** Happens while the request waits for its answer. */
  readonly meanwhile?: (api: Provisioning) => Promise<void>;
  /** Instead of the preparation of the operation. */
  readonly prepare?: ReadyOperation['prepare'];
  /** In place of that of the operation. */
  readonly handOver?: ReadyOperation['handOver'] | undefined;
}

const failuresAllowed = 2;
/** A user without a Matrix account on this server. */
const carol = '@carol:elsewhere.org';
const names = Object.keys(readyOperations) as OperationName[];
const telegrams = [
  'login_user_input',
  'login_resend',
  'login_add_phone',
  'login_hand_over',
  'contacts',
  'search_users',
  'resolve_identifier',
] as const;
const transfers = ['session_transfer_init', 'session_transfer_finish', 'session_transfer_cancel'] as const;
const withBody = ['login_user_input', 'search_users', 'create_group', 'resolve_media', ...transfers] as const;
const processes = ['login_user_input', 'login_display_and_wait', 'login_other_step', 'login_resend'] as const;
const passedOn = ['backfill', 'image_pack_preview', 'image_pack_import', 'image_pack_list', 'resolve_media'] as const;
const asking = ['contacts', 'search_users', 'resolve_identifier', 'create_dm', 'create_group', ...passedOn] as const;
const numbered = ['login_user_input', 'login_resend'] as const;

type Error = readonly [status: number, errcode: string, error: string];

const row = (operation: OperationName, [status, errcode, error]: Error, rest: Partial<Row> = {}): Row => ({
  operation,
  status,
  errcode,
  error,
  ...rest,
});

const notFound: Error = [404, 'M_NOT_FOUND', 'Login not found'];
const noMatchingLogin: Error = [404, 'M_NOT_FOUND', 'No matching user login found'];
const badState: Error = [400, 'M_BAD_STATE', 'The login is not at this step'];
const unknownToken: Error = [401, 'M_UNKNOWN_TOKEN', 'Invalid auth token'];
const missingToken: Error = [401, 'M_MISSING_TOKEN', 'Missing auth token'];
const notPermitted: Error = [403, 'M_FORBIDDEN', 'User does not have login permissions'];
const notOwn: Error = [403, 'M_FORBIDDEN', 'Your token is valid for your own user ID only'];
const unchecked: Error = [503, 'M_UNKNOWN', 'Your token cannot be checked at the moment. Please try again later'];
const unreachable: Error = [
  503,
  'FI.MAU.TELEGRAM.UNREACHABLE',
  'Telegram is unreachable at the moment. Please try again later',
];
const tooOften: readonly [Error, Partial<Row>] = [
  [429, 'M_LIMIT_EXCEEDED', 'Too many login attempts. Try again in 1 minute'],
  { retryAfterMs: 60_000, before: exhaustAttempts },
];
const refused: Error = [502, 'FI.MAU.TELEGRAM.REFUSED', 'Telegram refused with the error SOME_NAME'];
const frozen: Error = [
  403,
  'FI.MAU.TELEGRAM.ACCOUNT_FROZEN',
  'Telegram has frozen this account. Open the Telegram app to see the reason and to appeal',
];
const deactivated: Error = [
  403,
  'FI.MAU.TELEGRAM.ACCOUNT_DEACTIVATED',
  'Telegram has deactivated or banned this account. If this is a mistake, write to recover@telegram.org',
];
const revoked: Error = [410, 'FI.MAU.TELEGRAM.LOGIN_REVOKED', 'Telegram has ended this login. Please start again'];

/** Whether the operation authenticates, and asks for whom it acts. */
function everywhere(operation: OperationName): Row[] {
  return [
    row(operation, missingToken, { authorization: null }),
    row(operation, notOwn, { query: `?user_id=${bob}`, authorization: `Bearer ${aliceToken}` }),
    row(operation, notPermitted, { query: `?user_id=${outsider}` }),
  ];
}

/** The other errors of authentication, which is the same for every operation. */
function ofTokens(operation: OperationName): Row[] {
  return [
    row(operation, unknownToken, { authorization: 'Bearer wrong' }),
    row(operation, [429, 'M_LIMIT_EXCEEDED', 'Too many invalid auth tokens. Try again in 1 minute'], {
      authorization: 'wrong',
      retryAfterMs: 60_000,
      async before(api) {
        for (let n = 0; n < failuresAllowed; n += 1) {
          await api.send({ method: 'GET', path: '/v3/whoami', headers: { authorization: 'wrong' } });
        }
      },
    }),
    row(operation, unchecked, { authorization: `Bearer ${mysteriousToken}` }),
    row(operation, [400, 'M_MISSING_PARAM', 'The query parameter user_id is missing'], { query: '' }),
    row(operation, [400, 'M_INVALID_PARAM', 'The query parameter user_id is not a Matrix ID'], { query: '?user_id=x' }),
  ];
}

const databaseLess = new Set<OperationName>(['capabilities', 'login_flows']);

function withDatabase(operation: OperationName): Row {
  return row(operation, [503, 'M_UNKNOWN', 'The database is unreachable at the moment. Please try again later'], {
    before: (api) => Promise.resolve(api.loseDatabase()),
  });
}

function floodWait(operation: OperationName): Row {
  return row(
    operation,
    [429, 'FI.MAU.TELEGRAM.FLOOD_WAIT', 'Telegram limits these requests. Try again in 2 minutes and 1 second'],
    { retryAfterMs: 120_001, fault: { kind: 'flood_wait', retryAfterMs: 120_001 } },
  );
}

function ofTelegram(operation: OperationName): Row[] {
  return [
    floodWait(operation),
    row(operation, unreachable, { fault: { kind: 'unreachable' } }),
    row(
      operation,
      [
        502,
        'FI.MAU.TELEGRAM.BRIDGE_REJECTED',
        'Telegram does not accept this bridge. Please contact its administrator',
      ],
      { fault: { kind: 'client_rejected' } },
    ),
    row(operation, refused, { fault: { kind: 'unknown_error', name: 'SOME_NAME' } }),
    row(operation, frozen, { fault: { kind: 'account_frozen' } }),
  ];
}

function unfitBody(operation: OperationName): Row {
  return row(operation, [400, 'M_BAD_JSON', 'Content is not a JSON object with the expected members'], { body: '[]' });
}

function ofBodies(operation: OperationName): Row[] {
  return [
    row(operation, [400, 'M_NOT_JSON', 'Content is not JSON'], { body: '{"query": ' }),
    row(operation, [413, 'M_TOO_LARGE', 'Content is too large'], { body: ' '.repeat(1024 * 1024 + 1) }),
    row(operation, [415, 'M_UNKNOWN', 'Content must not have a Content-Encoding'], { encoding: 'gzip' }),
  ];
}

/** Returns the errors of an operation on a login process that has ended or does not exist. */
function ofProcesses(operation: OperationName): Row[] {
  const { prepare } = readyOperations[operation];
  const idIn = (path: string) => path.replace(/^.*\/login\/(?:step|resend)\/([^/]+).*$/, '$1');
  const cancelled: Error = [410, 'FI.MAU.BRIDGE.LOGIN_CANCELLED', 'The login was cancelled. Please start again'];
  const late: Error = [410, 'FI.MAU.BRIDGE.LOGIN_TIMED_OUT', 'The login took too long. Please start again'];
  return [
    row(operation, notFound, { query: `?user_id=${bob}` }),
    row(operation, cancelled, {
      async prepare(api) {
        const request = await prepare(api);
        await api.call('POST', `/v3/login/cancel/${idIn(request.path)}?user_id=${alice}`, {});
        return request;
      },
    }),
    row(operation, late, { before: (api) => api.clock.advance(31 * 60_000) }),
  ];
}

async function finished(api: Provisioning): Promise<string> {
  const begun = await codeAsked(api);
  await make(api, answerOf(begun, stepIds.code, code));
  return String(begun.json['login_id']);
}

const alreadyFinished: Error = [410, 'FI.MAU.BRIDGE.LOGIN_ALREADY_FINISHED', 'The login is complete already'];

function numberFlood(operation: OperationName): Row {
  const text = 'Your phone number has been temporarily blocked for flooding, usually for around a day';
  return row(operation, [429, 'FI.MAU.TELEGRAM.PHONE_NUMBER_FLOOD', text], { fault: { kind: 'phone_number_flood' } });
}

/** What leaves the code that was sent before as good as it was. */
function ofSendingAgain(operation: OperationName): Row[] {
  return [
    row(
      operation,
      [
        403,
        'FI.MAU.TELEGRAM.PAYMENT_REQUIRED',
        'Telegram requires a payment to send a code to this number. Log in with the Telegram app first, or log in with a QR code',
      ],
      { fault: { kind: 'payment_required' } },
    ),
    row(
      operation,
      [
        403,
        'FI.MAU.TELEGRAM.PHONE_CODE_UNAVAILABLE',
        'Telegram cannot send a code to this number at the moment. Try again later, or log in with a QR code',
      ],
      { fault: { kind: 'code_unavailable' } },
    ),
  ];
}

function input(stepId: string, value: unknown, flow = 'phone') {
  return async (api: Provisioning) => answerOf(await start(api, flow), stepId, value);
}

const passwordAsked = async (api: Provisioning): Promise<ReadyRequest> => {
  const begun = await codeAsked(api, phones.withPassword);
  await make(api, answerOf(begun, stepIds.code, code));
  return answerOf(begun, stepIds.password, password);
};

/** What the last step of a login is answered with when the account is not to be had. */
function ofEnds(operation: 'login_user_input' | 'login_display_and_wait'): Row[] {
  /** A login that is one request away from its end as the account of that number. */
  const nearlyDone = async (api: Provisioning, phone: string, query = ''): Promise<ReadyRequest> => {
    const isQr = operation === 'login_display_and_wait';
    const begun = await api.call('POST', `/v3/login/start/${isQr ? 'qr' : 'phone'}?user_id=${alice}${query}`, {});
    if (isQr) {
      const shown = begun.json['display_and_wait'] as { readonly data: string };
      api.telegram.acceptLoginToken(new Secret(shown.data), PhoneNumber.parse(phone) ?? expect.fail());
      return {
        method: 'POST',
        path: `/v3/login/step/${String(begun.json['login_id'])}/${stepIds.qr}/display_and_wait`,
      };
    }
    await make(api, answerOf(begun, stepIds.phone, phone));
    return answerOf(begun, stepIds.code, code);
  };
  return [
    row(
      operation,
      [
        409,
        'FI.MAU.TELEGRAM.ACCOUNT_TAKEN',
        'Another Matrix user is logged in to this Telegram account. Log out there first',
      ],
      {
        async prepare(api) {
          await logIn(api, bob);
          return nearlyDone(api, phones.plain);
        },
      },
    ),
    row(operation, [409, 'FI.MAU.TELEGRAM.ALREADY_LOGGED_IN', 'You are already logged in to this Telegram account'], {
      async prepare(api) {
        await logIn(api, alice);
        return nearlyDone(api, phones.plain);
      },
    }),
    row(
      operation,
      [
        409,
        'FI.MAU.TELEGRAM.OTHER_ACCOUNT',
        'This is not the Telegram account to log in to again. Please start again with the same account',
      ],
      {
        async prepare(api) {
          await logIn(api, alice);
          return nearlyDone(api, phones.withoutUsername, '&login_id=1');
        },
      },
    ),
    row(operation, [403, 'FI.MAU.BRIDGE.TOO_MANY_LOGINS', 'Maximum number of logins exceeded (3)'], {
      async prepare(api) {
        await logIn(api, alice);
        const last = await nearlyDone(api, phones.withoutUsername);
        for (const token of [botToken, botToken.replace('0234', '0235')]) {
          await make(api, await input(stepIds.token, token, 'bot')(api));
        }
        return last;
      },
    }),
  ];
}

/** Waits for the second QR code, after `trouble` has happened. */
function atNextCode(trouble: (api: Provisioning) => unknown): Partial<Row> {
  return {
    before: (api) => Promise.resolve(trouble(api)),
    async meanwhile(api) {
      await api.telegram.untilListening(1);
      await api.clock.advance(30_000);
    },
  };
}

const rows: readonly Row[] = [
  ...names.flatMap(everywhere),
  ...ofTokens('whoami'),
  ...names.filter((name) => !databaseLess.has(name)).map(withDatabase),
  ...ofTelegram('login_start'),
  ...telegrams.map(floodWait),
  ...withBody.map(unfitBody),
  ...ofBodies('login_user_input'),
  ...processes.flatMap(ofProcesses),
  ...numbered.map(numberFlood),
  ...ofSendingAgain('login_resend'),
  ...asking.map((operation) =>
    row(operation, [400, 'FI.MAU.NOT_LOGGED_IN', 'You are not logged in'], {
      async prepare(api) {
        const request = await readyOperations[operation].prepare(api);
        await api.call('POST', `/v3/logout/all?user_id=${alice}`, {});
        return request;
      },
    }),
  ),
  ...asking.map((operation) => row(operation, notFound, { query: `?user_id=${alice}&login_id=1` })),
  row('resolve_identifier', [404, 'M_NOT_FOUND', 'No Telegram user has this identifier'], {
    async prepare(api) {
      await logIn(api, alice);
      return { method: 'GET', path: '/v3/resolve_identifier/nobody_at_all' };
    },
  }),
  row('resolve_identifier', [400, 'FI.MAU.TELEGRAM_ID_NOT_USER', 'Identifier is not a user'], {
    async prepare(api) {
      await logIn(api, alice);
      return { method: 'GET', path: '/v3/resolve_identifier/sandbox_channel' };
    },
  }),
  ...([...passedOn, 'create_dm', 'create_group', 'login_hand_over'] as const).map((operation) =>
    row(
      operation,
      [501, 'GANGWAY.NO_BRIDGE_ATTACHED', 'This server logs in to Telegram only: no bridge is attached to it'],
      { handOver: undefined },
    ),
  ),
  row('create_dm', [404, 'M_NOT_FOUND', 'No Telegram user has this identifier'], {
    async prepare(api) {
      await logIn(api, alice);
      return { method: 'POST', path: '/v3/create_dm/nobody_at_all' };
    },
  }),
  ...transfers.flatMap((operation) => [
    row(operation, noMatchingLogin, { when: 'for another user', query: `?user_id=${bob}` }),
    ...['{"remote_id":"1"}', '{"remote_id":"all"}', '{}'].map((body) =>
      row(operation, noMatchingLogin, { when: `with the body ${body}`, body }),
    ),
  ]),
  row('session_transfer_init', [404, 'M_UNRECOGNIZED', 'This bridge does not support exporting credentials'], {
    handOver: 'automatic',
  }),
  row(
    'session_transfer_init',
    [
      409,
      'GANGWAY.SESSION_HELD',
      'The Telegram session of this login is being handed over to the bridge, or used by another program. Please try again later',
    ],
    { before: lend },
  ),
  ...(['session_transfer_finish', 'session_transfer_cancel'] as const).map((operation) =>
    row(operation, [400, 'M_BAD_STATE', 'No matching credential export found'], {
      before: (api) =>
        make(api, { method: 'POST', path: '/v3/session_transfer/finish', body: { remote_id: '9996620234' } }),
    }),
  ),
  row('create_group', [404, 'M_NOT_FOUND', 'No Telegram user has this identifier'], {
    before: (api) => Promise.resolve(api.fakeBridge.fail('createGroup', { kind: 'bridge_identifier_unknown' })),
  }),
  row('login_hand_over', notFound, { query: `?user_id=${bob}` }),
  ...(['login_start', 'login_resend'] as const).map((operation) => row(operation, ...tooOften)),
  row('login_user_input', tooOften[0], { ...tooOften[1], prepare: input(stepIds.phone, phones.plain) }),
  row('login_start', revoked, { fault: { kind: 'session_dead', reason: 'revoked' } }),
  row('login_start', deactivated, { fault: { kind: 'session_dead', reason: 'deactivated' } }),
  row('login_start', [404, 'M_NOT_FOUND', 'Invalid login flow ID'], {
    prepare: () => Promise.resolve({ method: 'POST', path: '/v3/login/start/manual' }),
  }),
  ...['nonsense', '0', '-1', '12345678901234567890'].map((name) =>
    row('login_start', notFound, { when: `with the login ID ${name}`, query: `?user_id=${alice}&login_id=${name}` }),
  ),
  row('login_start', [403, 'FI.MAU.BRIDGE.TOO_MANY_LOGINS', 'Maximum number of logins exceeded (3)'], {
    async prepare(api) {
      for (const phone of [phones.plain, phones.withoutUsername, '+9996610001']) {
        const begun = await codeAsked(api, phone);
        await make(api, answerOf(begun, stepIds.code, phone.charAt(6).repeat(5)));
      }
      return { method: 'POST', path: '/v3/login/start/phone' };
    },
  }),
  row('login_user_input', badState, { when: 'with the code first', prepare: input(stepIds.code, code) }),
  row('login_user_input', badState, { when: 'at the step of the QR code', prepare: input(stepIds.qr, '') }),
  row('login_display_and_wait', badState, {
    prepare: async (api) => ({
      method: 'POST',
      path: `/v3/login/step/${String((await start(api, 'phone')).json['login_id'])}/${stepIds.qr}/display_and_wait`,
    }),
  }),
  row('login_other_step', badState),
  row('login_resend', badState, {
    prepare: async (api) => ({
      method: 'POST',
      path: `/v3/login/resend/${String((await start(api, 'phone')).json['login_id'])}`,
    }),
  }),
  row(
    'login_resend',
    [
      400,
      'FI.MAU.TELEGRAM.RESEND_UNAVAILABLE',
      'Telegram cannot send the code another way. Enter the code that was sent',
    ],
    {
      async prepare(api) {
        const request = await readyOperations.login_resend.prepare(api);
        await make(api, request);
        await api.clock.advance(60_000);
        return request;
      },
    },
  ),
  row('login_user_input', alreadyFinished, {
    prepare: async (api) => ({
      method: 'POST',
      path: `/v3/login/step/${await finished(api)}/${stepIds.password}/user_input`,
      body: { [stepIds.password]: password },
    }),
  }),
  row('login_display_and_wait', alreadyFinished, {
    prepare: async (api) => ({
      method: 'POST',
      path: `/v3/login/step/${await finished(api)}/${stepIds.qr}/display_and_wait`,
    }),
  }),
  row('login_other_step', alreadyFinished, {
    prepare: async (api) => ({
      method: 'POST',
      path: `/v3/login/step/${await finished(api)}/fi.mau.telegram.login.complete/complete`,
    }),
  }),
  row('login_resend', alreadyFinished, {
    prepare: async (api) => ({ method: 'POST', path: `/v3/login/resend/${await finished(api)}` }),
  }),
  row('login_cancel', notFound, { query: `?user_id=${bob}` }),
  row('login_cancel', alreadyFinished, {
    prepare: async (api) => ({ method: 'POST', path: `/v3/login/cancel/${await finished(api)}` }),
  }),
  row('login_cancel', [410, 'FI.MAU.BRIDGE.LOGIN_TIMED_OUT', 'The login took too long. Please start again'], {
    before: (api) => api.clock.advance(31 * 60_000),
  }),
  row('login_add_phone', notFound, { when: 'for another user', query: `?user_id=${bob}` }),
  row('login_add_phone', notFound, {
    when: 'after the session has ended',
    before: (api) => Promise.resolve(api.telegram.endSessions('revoked')),
  }),
  row(
    'login_add_phone',
    [403, 'GANGWAY.PHONE_NUMBER_MISSING', 'This Telegram account is a bot and has no phone number'],
    {
      async prepare(api) {
        await make(api, await input(stepIds.token, botToken, 'bot')(api));
        return { method: 'POST', path: '/v3/login/add_phone/2000020234' };
      },
    },
  ),
  row('login_add_phone', [403, 'GANGWAY.MATRIX_ACCOUNT_MISSING', 'This user ID has no Matrix account on this server'], {
    query: `?user_id=${carol}`,
    async prepare(api) {
      await logIn(api, carol);
      return { method: 'POST', path: '/v3/login/add_phone/9996620234' };
    },
  }),
  row(
    'login_add_phone',
    [409, 'GANGWAY.PHONE_NUMBER_IN_USE', 'This phone number belongs to another Matrix account. Remove it there first'],
    {
      before: (api) => api.addNumber(bob, phones.plain.slice(1)),
    },
  ),
  row(
    'login_add_phone',
    [
      503,
      'GANGWAY.PHONE_NUMBER_UNCHECKED',
      'It cannot be checked at the moment whether this phone number is in use. Please try again later',
    ],
    { before: (api) => Promise.resolve(api.loseHomeserver()) },
  ),
  row('logout', notFound, { prepare: () => Promise.resolve({ method: 'POST', path: '/v3/logout/1' }) }),
  row('login_user_input', [400, 'M_MISSING_PARAM', 'The code is missing'], {
    prepare: async (api) => answerOf(await codeAsked(api), stepIds.code, ''),
  }),
  row('login_user_input', [400, 'M_MISSING_PARAM', 'The password is missing'], {
    prepare: async (api) => ({ ...(await passwordAsked(api)), body: {} }),
  }),
  row('login_user_input', [400, 'M_MISSING_PARAM', 'The bot token is missing'], {
    prepare: input(stepIds.token, '', 'bot'),
  }),
  ...(['login_user_input', 'login_display_and_wait'] as const).flatMap(ofEnds),
  row(
    'login_display_and_wait',
    [429, 'FI.MAU.TELEGRAM.FLOOD_WAIT', 'Telegram limits these requests. Try again in 2 minutes'],
    {
      retryAfterMs: 120_000,
      ...atNextCode((api) => api.telegram.fail('exportLoginToken', { kind: 'flood_wait', retryAfterMs: 120_000 })),
    },
  ),
  row(
    'login_display_and_wait',
    unreachable,
    atNextCode((api) => api.telegram.goDown()),
  ),
  row(
    'login_display_and_wait',
    [502, 'FI.MAU.TELEGRAM.BRIDGE_REJECTED', 'Telegram does not accept this bridge. Please contact its administrator'],
    atNextCode((api) => api.telegram.fail('exportLoginToken', { kind: 'client_rejected' })),
  ),
  row(
    'login_display_and_wait',
    refused,
    atNextCode((api) => api.telegram.fail('exportLoginToken', { kind: 'unknown_error', name: 'SOME_NAME' })),
  ),
  row(
    'login_display_and_wait',
    revoked,
    atNextCode((api) =>
      api.telegram.fail('exportLoginToken', { kind: 'session_dead', reason: 'revoked' }, { times: 2 }),
    ),
  ),
  row(
    'login_display_and_wait',
    deactivated,
    atNextCode((api) =>
      api.telegram.fail('exportLoginToken', { kind: 'session_dead', reason: 'deactivated' }, { times: 2 }),
    ),
  ),
  row(
    'login_display_and_wait',
    frozen,
    atNextCode((api) => api.telegram.fail('exportLoginToken', { kind: 'account_frozen' }, { times: 2 })),
  ),
];

let running: Provisioning | undefined;

async function startApi(handOver?: ReadyOperation['handOver']): Promise<Provisioning> {
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

describe('every error of version 3', () => {
  const titled = rows.map(
    (row) =>
      [
        `${row.operation} returns ${row.status} ${row.errcode}: ${row.error}${row.when ? `, ${row.when}` : ''}`,
        row,
      ] as const,
  );

  it.each(titled)('%s', async (_, one) => {
    const { prepare, calls, ...ready } = readyOperations[one.operation];
    const { handOver } = { ...ready, ...one };
    const api = await startApi(handOver);
    const { method, path, body } = await (one.prepare ?? prepare)(api);
    if (one.fault && calls) api.telegram.fail(calls, one.fault);
    await one.before?.(api);
    const text = one.body ?? (body && JSON.stringify(body));

    const replied = api.send({
      method,
      path: `${path}${one.query ?? `?user_id=${alice}`}`,
      headers: {
        ...(one.authorization === null ? {} : { authorization: one.authorization ?? authorization }),
        ...(one.encoding === undefined ? {} : { 'content-encoding': one.encoding }),
      },
      ...(text === undefined ? {} : { body: text }),
    });
    await one.meanwhile?.(api);
    const reply = await replied;

    const { status, errcode, error, retryAfterMs } = one;
    const expected = { errcode, error, ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }) };
    expect(`${reply.status} ${reply.text}`).toBe(`${status} ${JSON.stringify(expected)}`);
    expect(reply.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'access-control-allow-origin': '*',
      ...(retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }),
    });
  });

  it('has a row here, and every row is documented for its operation', () => {
    const spelled = ({ status, errcode }: { status: number; errcode: string }) => `${status} ${errcode}`;
    const documentedBy = (name: OperationName) =>
      operationErrors[name]
        // Some are in bridge-errors.test.ts and deactivated-owner.test.ts. The others occur only
        // on a defect.
        .filter((kind) => kind !== 'defect' && !isOfBridge(kind) && kind !== 'owner_deactivated')
        .map((kind) => spelled(wireErrors[kind]));
    for (const name of names) {
      const tried = rows.filter(({ operation }) => operation === name).map(spelled);
      expect(documentedBy(name), name).toEqual(expect.arrayContaining(tried));
      expect(tried, name).not.toEqual([]);
    }
    // test/unit/api/provisioning has the errors of each operation.
    expect(new Set(rows.map(spelled))).toEqual(new Set(names.flatMap(documentedBy)));
  });
});
