import { magicBotSecret, magicPasswords } from '../../../src/sandbox/world/magic.js';
import type { OperationName } from '../../../src/api/provisioning-0.3.0/operation.js';
import type { FakeTelegramOperation } from '../../support/fake-telegram.js';
import { alice, type Provisioning } from '../../support/provisioning.js';

/** Accounts of the fake of Telegram. */
export const phones = {
  plain: '+9996620234',
  withPassword: '+9996621234',
  withoutUsername: '+9996622234',
} as const;
/** The code of all of them. */
export const code = '22222';
/** The cloud password of phones.withPassword. */
export const password = magicPasswords.password.password;
/** A bot of the fake. */
export const botToken = `2000020234:${magicBotSecret}`;

/** An operation, ready to be tried out. */
export interface ReadyOperation {
  readonly name: OperationName;
  readonly method: 'GET' | 'POST';
  readonly pathOf: (mxid: string) => string;
  /** Of a request that succeeds. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** The call that it makes to Telegram. */
  readonly calls: FakeTelegramOperation;
  /** Brings Alice to where the request succeeds. */
  readonly prepare: (api: Provisioning) => Promise<void>;
}

const nothing = () => Promise.resolve();

/** All of them. */
export const readyOperations: Readonly<Record<OperationName, ReadyOperation>> = {
  get_me: {
    name: 'get_me',
    method: 'GET',
    pathOf: (mxid) => `/${mxid}/get_me`,
    body: undefined,
    calls: 'getMe',
    prepare: (api) => logIn(api, alice),
  },
  request_code: { ...step('request_code', { phone: phones.plain }, 'sendCode'), prepare: nothing },
  send_code: {
    ...step('send_code', { code }, 'signIn'),
    prepare: (api) => take(api, alice, 'request_code', { phone: phones.plain }, 200),
  },
  send_password: {
    ...step('send_password', { password }, 'checkPassword'),
    async prepare(api) {
      await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
      await take(api, alice, 'send_code', { code }, 202);
    },
  },
  bot_token: { ...step('bot_token', { token: botToken }, 'signInBot'), prepare: nothing },
  add_phone: { ...step('add_phone', undefined, 'getMe'), prepare: (api) => logIn(api, alice) },
};

function step(name: OperationName, body: ReadyOperation['body'], calls: FakeTelegramOperation) {
  return { name, method: 'POST' as const, pathOf: (mxid: string) => `/login/${mxid}/${name}`, body, calls };
}

/** Takes one step of a login, which must be answered with `status`. */
export async function take(
  api: Provisioning,
  mxid: string,
  name: string,
  body: unknown,
  status: number,
): Promise<void> {
  const reply = await api.call('POST', `/login/${mxid}/${name}`, body);
  if (reply.status !== status) throw new Error(`${name} was answered with ${reply.status} ${reply.text}`);
}

/** Logs a user in by phone. */
export async function logIn(api: Provisioning, mxid: string, phone: string = phones.plain): Promise<void> {
  await take(api, mxid, 'request_code', { phone }, 200);
  await take(api, mxid, 'send_code', { code }, 200);
}

/** Has Alice try to log in as often as she may. */
export async function exhaustAttempts(api: Provisioning): Promise<void> {
  const attempt = () => api.call('POST', `/login/${alice}/bot_token`, { token: 'nonsense' });
  while ((await attempt()).status !== 429);
}
