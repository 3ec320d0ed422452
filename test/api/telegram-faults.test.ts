import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TelegramFailureDetails } from '../../src/telegram/failure.js';
import { detailsOfRpcError } from '../../src/telegram/rpc-failure-details.js';
import type { FakeTelegramOperation } from '../support/fake-telegram.js';
import { alice, startProvisioning, type Provisioning } from '../support/provisioning.js';
import { documentedErrors } from '../support/telegram-errors.js';
import { botToken, phones, readyOperations as v030 } from './provisioning-0.3.0/operations.js';
import { readyOperations as v1 } from './provisioning-v1/operations.js';
import { answerOf, codeAsked, make, readyOperations as v3, start, stepIds } from './provisioning-v3/operations.js';
import { telegramAnswers, type Answers } from './telegram-answers.js';

/** Makes a request of one dialect; `meanwhile` runs immediately before the request. */
type Trial = (api: Provisioning, meanwhile: () => void) => Promise<string>;

let api: Provisioning;
const lifts: (() => void)[] = [];

beforeAll(async () => {
  api = await startProvisioning({ fromTelegram: 'ask', attempts: { max: 1_000_000, windowMs: 60_000 } });
});
afterEach(() => begin());
afterAll(() => api.close());

/** Ends faults, logins and flood waits, which are stored. */
async function begin(): Promise<void> {
  for (const lift of lifts.splice(0)) lift();
  await api.call('POST', `/v1/user/${alice}/logout`, {});
  await api.clock.advance(120_000);
}

const failing = (operations: readonly FakeTelegramOperation[], fault: TelegramFailureDetails) => () => {
  for (const operation of operations) lifts.push(api.telegram.fail(operation, fault, { times: 1_000 }));
};

/** Status and errcode, or the error of a repeated step. */
function shorten(status: number, json: Readonly<Record<string, unknown>>): string {
  return `${status} ${String(json['errcode'] ?? json['gangway.complaint'] ?? json['state'] ?? 'ok')}`;
}

const elder =
  ({ method, pathOf, body, prepare }: (typeof v030)[keyof typeof v030] | (typeof v1)[keyof typeof v1]): Trial =>
  async (on, meanwhile) => {
    await prepare(on);
    meanwhile();
    const { status, json } = await on.call(method, pathOf(alice), body);
    return shorten(status, json);
  };

const newest =
  (prepare: (typeof v3)[keyof typeof v3]['prepare']): Trial =>
  async (on, meanwhile) => {
    const request = await prepare(on);
    meanwhile();
    const { status, json } = await make(on, request);
    return shorten(status, json);
  };

const phoneStep = newest(async (on) => answerOf(await start(on, 'phone'), stepIds.phone, phones.plain));
const passwordStep = newest(async (on) => {
  const begun = await codeAsked(on, phones.withPassword);
  await make(on, answerOf(begun, stepIds.code, '22222'));
  return answerOf(begun, stepIds.password, v030.send_password.body?.['password']);
});
const botStep = newest(async (on) => answerOf(await start(on, 'bot'), stepIds.token, botToken));

/** A method of Telegram's API: its name in the port, and its callers in versions 0.3.0, 1 and 3. */
interface Called {
  readonly operation: FakeTelegramOperation;
  readonly by: readonly [Trial | null, Trial | null, Trial | null];
}

/**
 * Without the methods whose errors the adapter or the login service handles: those of searches for
 * users, and auth.importLoginToken.
 */
const methods: Readonly<Partial<Record<keyof typeof documentedErrors, Called>>> = {
  'auth.sendCode': { operation: 'sendCode', by: [elder(v030.request_code), elder(v1.request_code), phoneStep] },
  'auth.resendCode': { operation: 'resendCode', by: [null, elder(v1.resend_code), newest(v3.login_resend.prepare)] },
  'auth.signIn': {
    operation: 'signIn',
    by: [elder(v030.send_code), elder(v1.send_code), newest(v3.login_user_input.prepare)],
  },
  'auth.checkPassword': {
    operation: 'checkPassword',
    by: [elder(v030.send_password), elder(v1.send_password), passwordStep],
  },
  'auth.importBotAuthorization': {
    operation: 'signInBot',
    by: [elder(v030.bot_token), elder(v1.bot_token), botStep],
  },
  'auth.exportLoginToken': { operation: 'exportLoginToken', by: [null, null, newest(v3.login_start.prepare)] },
  'users.getUsers': {
    operation: 'getMe',
    by: [elder(v030.get_me), elder(v1.add_phone), newest(v3.login_add_phone.prepare)],
  },
  'contacts.getContacts': {
    operation: 'contacts',
    by: [null, elder(v1.get_contacts), newest(v3.contacts.prepare)],
  },
  'messages.getDialogs': { operation: 'chats', by: [null, elder(v1.get_chats), null] },
  'help.getConfig': { operation: 'connect', by: [elder(v030.request_code), elder(v1.request_code), phoneStep] },
};

const errors = Object.entries(documentedErrors).flatMap(([method, names]) =>
  names.map((name) => [method as keyof typeof documentedErrors, name] as const),
);
/** It is no error there, but means that there is no other way to send the code. */
const noError = 'auth.resendCode 406 SEND_CODE_UNAVAILABLE';

/** Errors of one method that become one failure, without any other detail. */
interface Same {
  readonly method: keyof typeof documentedErrors;
  readonly called: Called;
  readonly fault: TelegramFailureDetails;
  /** Code and name of each. */
  readonly texts: string[];
}

const groups = new Map<string, Same>();
for (const [method, text] of errors) {
  const called = methods[method];
  if (!called || `${method} ${text}` === noError) continue;
  const [code = '', name = ''] = text.split(' ');
  const fault = detailsOfRpcError(Number(code), name);
  // Only the text of an answer has the name.
  const key = `${method} ${JSON.stringify({ ...fault, name: '' })}`;
  const group = groups.get(key) ?? { method, called, fault, texts: [] };
  group.texts.push(text);
  groups.set(key, group);
}

describe('every error that Telegram documents', () => {
  it.each([...groups.values()].map((group) => [group.method, group.texts.join(', '), group] as const))(
    '%s: %s has its answer in each dialect',
    async (_, __, { method, called, fault, texts }) => {
      const answers: (string | null)[] = [];
      for (const trial of called.by) {
        answers.push(trial && (await trial(api, failing([called.operation], fault))));
        await begin();
      }
      for (const text of texts) {
        const expected: Answers | undefined = telegramAnswers[`${method} ${text}`];
        expect(answers, text).toEqual(expected);
      }
      expect(answers.filter((answer) => answer?.startsWith('500'))).toEqual([]);
    },
  );

  it('has answers here, and nothing else has', () => {
    const tried = [...groups.values()].flatMap(({ method, texts }) => texts.map((text) => `${method} ${text}`));
    expect(Object.keys(telegramAnswers).toSorted()).toEqual(tried.toSorted());
  });
});

/** One of each kind. */
const faults: Readonly<{ [K in TelegramFailureDetails['kind']]: Extract<TelegramFailureDetails, { kind: K }> }> = {
  unreachable: { kind: 'unreachable' },
  session_dead: { kind: 'session_dead', reason: 'revoked' },
  flood_wait: { kind: 'flood_wait', retryAfterMs: 1_000 },
  phone_number_invalid: { kind: 'phone_number_invalid' },
  phone_number_banned: { kind: 'phone_number_banned' },
  phone_number_unoccupied: { kind: 'phone_number_unoccupied' },
  phone_number_app_signup_forbidden: { kind: 'phone_number_app_signup_forbidden' },
  phone_number_flood: { kind: 'phone_number_flood' },
  phone_code_invalid: { kind: 'phone_code_invalid' },
  phone_code_expired: { kind: 'phone_code_expired' },
  login_email_required: { kind: 'login_email_required' },
  payment_required: { kind: 'payment_required' },
  code_unavailable: { kind: 'code_unavailable' },
  password_invalid: { kind: 'password_invalid' },
  password_not_set: { kind: 'password_not_set' },
  bot_token_invalid: { kind: 'bot_token_invalid' },
  bot_token_expired: { kind: 'bot_token_expired' },
  login_token_invalid: { kind: 'login_token_invalid' },
  account_frozen: { kind: 'account_frozen' },
  client_rejected: { kind: 'client_rejected' },
  unknown_error: { kind: 'unknown_error', name: 'SOME_NAME' },
};

const operations: readonly FakeTelegramOperation[] = [
  'connect',
  'sendCode',
  'resendCode',
  'signIn',
  'checkPassword',
  'signInBot',
  'exportLoginToken',
  'importLoginToken',
  'getMe',
  'contacts',
  'chats',
  'findByUsername',
  'findByPhone',
  'searchUsers',
  'logOut',
];

const endpoints: readonly (readonly [string, Trial])[] = [
  ...Object.entries(v030).map(([name, ready]) => [`0.3.0 ${name}`, elder(ready)] as const),
  ...Object.entries(v1).map(([name, ready]) => [`1 ${name}`, elder(ready)] as const),
  ...Object.entries(v3)
    .filter(([name]) => name !== 'login_display_and_wait')
    .map(([name, { prepare }]) => [`3 ${name}`, newest(prepare)] as const),
  ['3 the number', phoneStep],
  ['3 the password', passwordStep],
  ['3 the bot token', botStep],
];

describe('every endpoint', () => {
  // The server fails on undeclared answers of an endpoint.
  it.each(endpoints)('%s declares its answer to each fault of any call', async (_, trial) => {
    const calls = () => operations.reduce((sum, operation) => sum + api.telegram.calls(operation), 0);
    for (const fault of Object.values(faults)) {
      let before = 0;
      const fail = failing(operations, fault);
      const answer = await trial(api, () => {
        before = calls();
        fail();
      });
      expect(answer, fault.kind).not.toMatch(/^500/);
      // An endpoint that makes no call does not make one because another call would fail.
      if (calls() === before) break;
      await begin();
    }
  });
});
