import type { OperationName } from '../../../src/api/provisioning-v1/operation.js';
import type { FakeTelegramOperation } from '../../support/fake-telegram.js';
import { alice, type Provisioning } from '../../support/provisioning.js';
import { botToken, code, password, phones } from '../provisioning-0.3.0/operations.js';

/** An operation that is no WebSocket, ready to be tried out. */
export interface ReadyOperation {
  readonly method: 'GET' | 'POST';
  readonly pathOf: (mxid: string) => string;
  /** Of a request that succeeds. */
  readonly body: Readonly<Record<string, unknown>> | undefined;
  /** Its call to Telegram, if it makes one that can fail. */
  readonly calls: FakeTelegramOperation | undefined;
  /** When logins go to the bridge, if there is one. */
  readonly handOver?: 'automatic' | 'on_request';
  /** Brings Alice to where the request succeeds. */
  readonly prepare: (api: Provisioning) => Promise<void>;
}

/** An operation about a user. */
export type UserOperation = Exclude<
  OperationName,
  'bridge_info' | 'qr' | 'get_portal' | 'connect_portal' | 'create_portal' | 'disconnect_portal'
>;

const nothing = () => Promise.resolve();
const get = (rest: string, calls: FakeTelegramOperation | undefined): ReadyOperation => ({
  method: 'GET',
  pathOf: (mxid) => `/v1/user/${mxid}${rest}`,
  body: undefined,
  calls,
  prepare: (api) => logIn(api, alice),
});
const step = (
  name: string,
  calls: FakeTelegramOperation | undefined,
  body: ReadyOperation['body'],
  prepare: ReadyOperation['prepare'] = nothing,
): ReadyOperation => ({ method: 'POST', pathOf: (mxid) => `/v1/user/${mxid}/${name}`, body, calls, prepare });

/** All of them. */
export const readyOperations: Readonly<Record<UserOperation, ReadyOperation>> = {
  get_user: get('', undefined),
  get_chats: get('/chats', 'chats'),
  get_contacts: get('/contacts', 'contacts'),
  resolve_identifier: get('/resolve_identifier/magic_2_0235', 'findByUsername'),
  start_dm: {
    ...step('pm/magic_2_0235', undefined, undefined, (api) => logIn(api, alice)),
    handOver: 'automatic',
  },
  hand_over: { ...step('hand_over', 'getMe', undefined, (api) => logIn(api, alice)), handOver: 'on_request' },
  log_out: step('logout', undefined, undefined),
  request_code: step('login/request_code', 'sendCode', { phone: phones.plain }),
  resend_code: step('login/resend_code', 'resendCode', undefined, async (api) => {
    await take(api, alice, 'request_code', { phone: phones.plain }, 200);
    await api.clock.advance(60_000);
  }),
  send_code: step('login/send_code', 'signIn', { code }, (api) =>
    take(api, alice, 'request_code', { phone: phones.plain }, 200),
  ),
  send_password: step('login/send_password', 'checkPassword', { password }, async (api) => {
    await take(api, alice, 'request_code', { phone: phones.withPassword }, 200);
    await take(api, alice, 'send_code', { code }, 202);
  }),
  add_phone: step('login/add_phone', 'getMe', undefined, (api) => logIn(api, alice)),
  bot_token: step('login/bot_token', 'signInBot', { token: botToken }),
};

/** Takes one step of a login, which must be answered with `status`. */
export async function take(
  api: Provisioning,
  mxid: string,
  name: string,
  body: unknown,
  status: number,
): Promise<void> {
  const reply = await api.call('POST', `/v1/user/${mxid}/login/${name}`, body);
  if (reply.status !== status) throw new Error(`${name} was answered with ${reply.status} ${reply.text}`);
}

/** Logs a user in by phone. */
export async function logIn(api: Provisioning, mxid: string, phone: string = phones.plain): Promise<void> {
  await take(api, mxid, 'request_code', { phone }, 200);
  await take(api, mxid, 'send_code', { code }, 200);
}
