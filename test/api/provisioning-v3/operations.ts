import type { OperationName } from '../../../src/api/provisioning-v3/error-shapes.js';
import type { FakeTelegramOperation } from '../../support/fake-telegram.js';
import { alice, type JsonReply, type Provisioning } from '../../support/provisioning.js';
import { code, phones } from '../provisioning-0.3.0/operations.js';
import { logIn } from '../provisioning-v1/operations.js';

/** A request that succeeds, or fails as it always does. */
export interface ReadyRequest {
  readonly method: 'GET' | 'POST';
  /** Below the prefix, without a query. */
  readonly path: string;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** An operation, ready to be tried out. */
export interface ReadyOperation {
  /** Its call to Telegram, if it makes one that can fail. */
  readonly calls?: FakeTelegramOperation;
  /** When logins go to the bridge, if there is one. */
  readonly handOver?: 'automatic' | 'on_request';
  /** Prepares a state of Alice in which the request succeeds, and returns the request. */
  readonly prepare: (api: Provisioning) => Promise<ReadyRequest>;
}

/** The steps of a login by phone, by their short names. */
export const stepIds = {
  phone: 'fi.mau.telegram.login.phone_number',
  code: 'fi.mau.telegram.login.code',
  password: 'fi.mau.telegram.login.password',
  token: 'fi.mau.telegram.login.bot_token',
  qr: 'fi.mau.telegram.login.show_qr',
} as const;

/** Starts a login of a user. */
export function start(api: Provisioning, flow: string, user: string = alice): Promise<JsonReply> {
  return api.call('POST', `/v3/login/start/${flow}?user_id=${user}`, {});
}

/** The request that answers the step of a login. */
export function answerOf(begun: JsonReply, stepId: string, value: unknown): ReadyRequest {
  const path = `/v3/login/step/${String(begun.json['login_id'])}/${stepId}/user_input`;
  return { method: 'POST', path, body: { [stepId]: value } };
}

/** Makes a request for Alice. */
export function make(api: Provisioning, { method, path, body }: ReadyRequest): Promise<JsonReply> {
  return api.call(method, `${path}?user_id=${alice}`, body);
}

/** A login of Alice that waits for its code. */
export async function codeAsked(api: Provisioning, phone: string = phones.plain): Promise<JsonReply> {
  const begun = await start(api, 'phone');
  await make(api, answerOf(begun, stepIds.phone, phone));
  return begun;
}

const always = (request: ReadyRequest): ReadyOperation => ({ prepare: () => Promise.resolve(request) });
const get = (path: string) => always({ method: 'GET', path });
const loggedIn = (calls: FakeTelegramOperation | undefined, request: ReadyRequest): ReadyOperation => ({
  ...(calls ? { calls } : {}),
  async prepare(api) {
    await logIn(api, alice);
    return request;
  },
});
const atBridge = (request: ReadyRequest): ReadyOperation => ({
  handOver: 'automatic',
  async prepare(api) {
    await logIn(api, alice);
    return request;
  },
});
const withLogin = (
  flow: string,
  requestOf: (loginId: string) => ReadyRequest,
  calls?: FakeTelegramOperation,
): ReadyOperation => ({
  ...(calls ? { calls } : {}),
  async prepare(api) {
    return requestOf(String((await start(api, flow)).json['login_id']));
  },
});
const post = (path: string, body?: ReadyRequest['body']): ReadyRequest => ({
  method: 'POST',
  path,
  ...(body ? { body } : {}),
});
const transferring = (end: 'finish' | 'cancel'): ReadyOperation => ({
  async prepare(api) {
    const body = { remote_id: '9996620234' };
    await logIn(api, alice);
    await make(api, post('/v3/session_transfer/init', body));
    return post(`/v3/session_transfer/${end}`, body);
  },
});

/** All of them. */
export const readyOperations: Readonly<Record<OperationName, ReadyOperation>> = {
  whoami: get('/v3/whoami'),
  capabilities: get('/v3/capabilities'),
  login_flows: get('/v3/login/flows'),
  login_start: { ...always(post('/v3/login/start/qr')), calls: 'exportLoginToken' },
  login_user_input: {
    calls: 'signIn',
    prepare: async (api) => answerOf(await codeAsked(api), stepIds.code, code),
  },
  login_display_and_wait: withLogin('qr', (id) => post(`/v3/login/step/${id}/${stepIds.qr}/display_and_wait`)),
  login_other_step: withLogin('phone', (id) => post(`/v3/login/step/${id}/${stepIds.phone}/cookies`)),
  login_resend: {
    calls: 'resendCode',
    async prepare(api) {
      const begun = await codeAsked(api);
      await api.clock.advance(60_000);
      return post(`/v3/login/resend/${String(begun.json['login_id'])}`);
    },
  },
  login_cancel: withLogin('phone', (id) => post(`/v3/login/cancel/${id}`)),
  login_add_phone: loggedIn('getMe', post('/v3/login/add_phone/9996620234')),
  logout: always(post('/v3/logout/all')),
  logins: get('/v3/logins'),
  contacts: loggedIn('contacts', { method: 'GET', path: '/v3/contacts' }),
  search_users: loggedIn('searchUsers', post('/v3/search_users', { query: 'magic' })),
  resolve_identifier: loggedIn('findByUsername', { method: 'GET', path: '/v3/resolve_identifier/magic_2_0235' }),
  login_hand_over: {
    ...loggedIn('getMe', post('/v3/login/hand_over/9996620234')),
    handOver: 'on_request',
  },
  create_dm: atBridge(post('/v3/create_dm/magic_2_0235')),
  create_group: atBridge(post('/v3/create_group/group', { name: { name: 'Friends' }, participants: [] })),
  session_transfer_init: loggedIn(undefined, post('/v3/session_transfer/init', { remote_id: '9996620234' })),
  session_transfer_finish: transferring('finish'),
  session_transfer_cancel: transferring('cancel'),
  backfill: atBridge(post('/v3/backfill/!room:example.org')),
  image_pack_preview: atBridge({ method: 'GET', path: '/v3/image_pack/import' }),
  image_pack_import: atBridge(post('/v3/image_pack/import')),
  image_pack_list: atBridge({ method: 'GET', path: '/v3/image_pack/list' }),
  resolve_media: atBridge(post('/v3/resolve_media/$event', { 'com.beeper.unresolved_media': {} })),
};
