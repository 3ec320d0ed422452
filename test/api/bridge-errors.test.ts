import { afterEach, describe, expect, it } from 'vitest';
import { operationErrors as errorsOf030 } from '../../src/api/provisioning-0.3.0/error-shapes.js';
import { operationErrors as errorsOfV1 } from '../../src/api/provisioning-v1/error-shapes.js';
import { operationErrors as errorsOfV3 } from '../../src/api/provisioning-v3/error-shapes.js';
import type { FakeBridgeCall } from '../support/fake-bridge.js';
import { alice, startProvisioning, type JsonReply, type Provisioning } from '../support/provisioning.js';
import { bridgeErrors, isOfBridge, lend, type BridgeError } from './bridge-errors.js';
import { logIn } from './provisioning-v1/operations.js';

/** An operation, and the call of the bridge that it makes for an existing login. */
interface Case {
  readonly dialect: '0.3.0' | 'v1' | 'v3';
  readonly operation: string;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: unknown;
  readonly call: FakeBridgeCall;
}

const id = '9996620234';
const v1 = (operation: string, method: Case['method'], rest: string, call: FakeBridgeCall): Case => ({
  dialect: 'v1',
  operation,
  method,
  path: `/v1/user/${alice}${rest}`,
  call,
});
const v3 = (operation: string, method: Case['method'], rest: string, call: FakeBridgeCall, body?: unknown): Case => ({
  dialect: 'v3',
  operation,
  method,
  path: `/v3/${rest}?user_id=${alice}`,
  call,
  ...(body === undefined ? {} : { body }),
});

const cases: readonly Case[] = [
  { dialect: '0.3.0', operation: 'get_me', method: 'GET', path: `/${alice}/get_me`, call: 'findUser' },
  { dialect: '0.3.0', operation: 'add_phone', method: 'POST', path: `/login/${alice}/add_phone`, call: 'findUser' },
  v1('get_user', 'GET', '', 'findUser'),
  v1('get_chats', 'GET', '/chats', 'findUser'),
  v1('get_contacts', 'GET', '/contacts', 'contacts'),
  v1('resolve_identifier', 'GET', '/resolve_identifier/magic_2_0235', 'resolveIdentifier'),
  v1('start_dm', 'POST', '/pm/magic_2_0235', 'createDm'),
  v1('hand_over', 'POST', '/hand_over', 'findUser'),
  v1('add_phone', 'POST', '/login/add_phone', 'findUser'),
  v1('log_out', 'POST', '/logout', 'findUser'),
  v3('whoami', 'GET', 'whoami', 'findUser'),
  v3('logins', 'GET', 'logins', 'findUser'),
  v3('login_hand_over', 'POST', `login/hand_over/${id}`, 'findUser'),
  v3('login_add_phone', 'POST', `login/add_phone/${id}`, 'findUser'),
  v3('logout', 'POST', 'logout/all', 'findUser'),
  v3('contacts', 'GET', 'contacts', 'contacts'),
  v3('search_users', 'POST', 'search_users', 'searchUsers', { query: 'magic' }),
  v3('resolve_identifier', 'GET', 'resolve_identifier/magic_2_0235', 'resolveIdentifier'),
  v3('create_dm', 'POST', 'create_dm/magic_2_0235', 'createDm'),
  v3('create_group', 'POST', 'create_group/group', 'createGroup', { participants: [] }),
  v3('backfill', 'POST', 'backfill/!room:example.org', 'passOn'),
  v3('image_pack_preview', 'GET', 'image_pack/import', 'passOn'),
  v3('image_pack_import', 'POST', 'image_pack/import', 'passOn'),
  v3('image_pack_list', 'GET', 'image_pack/list', 'passOn'),
  v3('resolve_media', 'POST', 'resolve_media/$event', 'passOn', {}),
];

const declared = {
  '0.3.0': errorsOf030 as Readonly<Record<string, readonly string[]>>,
  v1: errorsOfV1 as Readonly<Record<string, readonly string[]>>,
  v3: errorsOfV3 as Readonly<Record<string, readonly string[]>>,
};
const rows = cases.flatMap((one) =>
  (declared[one.dialect][one.operation] ?? []).filter(isOfBridge).map((error) => ({ ...one, error })),
);

const expected: Readonly<Record<BridgeError, readonly [status: number, v1: string, v3: string]>> = {
  bridge_unreachable: [503, 'bridge_unreachable', 'GANGWAY.BRIDGE_UNREACHABLE'],
  bridge_refused: [502, 'bridge_refused', 'GANGWAY.BRIDGE_REFUSED'],
  bridge_request_rejected: [400, 'bridge_request_rejected', 'M_INVALID_PARAM'],
  chats_unavailable: [501, 'chats_unavailable', 'GANGWAY.CHATS_UNAVAILABLE'],
  session_held: [409, 'session_held', 'GANGWAY.SESSION_HELD'],
};

/** Prepares a login of Alice for which the operation meets the error. */
async function arrange(api: Provisioning, error: BridgeError, { operation, call }: Case): Promise<void> {
  if (error === 'session_held') {
    await logIn(api, alice);
    return lend(api);
  }
  if (error === 'bridge_refused') {
    await logIn(api, alice);
    return api.fakeBridge.fail(call, { kind: 'bridge_refused', message: 'Try later', isFinal: false });
  }
  if (error === 'bridge_request_rejected') {
    await logIn(api, alice);
    return api.fakeBridge.fail(call, {
      kind: 'bridge_request_rejected',
      status: 400,
      errcode: 'M_INVALID_PARAM',
      message: 'Try later',
    });
  }
  if (error === 'chats_unavailable') return logIn(api, alice);
  const isLinkedNeeded = call !== 'findUser' && operation !== 'get_chats';
  if (isLinkedNeeded) await logIn(api, alice);
  api.fakeBridge.goDown();
}

let api: Provisioning;
afterEach(() => api.close());

describe('every error of a login at the bridge', () => {
  it.each(rows)('$dialect $operation answers $error', async (row) => {
    api = await startProvisioning({
      handOver: row.error === 'session_held' ? 'on_request' : 'automatic',
      fromTelegram: 'ask',
    });
    await arrange(api, row.error, row);
    const reply: JsonReply = await api.call(row.method, row.path, row.body);
    const [status, elder, younger] = expected[row.error];
    expect([reply.status, reply.json['errcode']]).toEqual([status, row.dialect === 'v3' ? younger : elder]);
    const hasWords = row.error === 'bridge_refused' || row.error === 'bridge_request_rejected';
    if (hasWords) expect(reply.json['error']).toContain('Try later');
  });

  it('is tested for every operation that declares it', () => {
    const tried = new Set(rows.map(({ dialect, operation, error }) => `${dialect} ${operation} ${error}`));
    const all = Object.entries(declared).flatMap(([dialect, operations]) =>
      Object.entries(operations).flatMap(([operation, kinds]) =>
        kinds.filter(isOfBridge).map((kind) => `${dialect} ${operation} ${kind}`),
      ),
    );
    expect([...tried].toSorted()).toEqual(all.toSorted());
    expect(new Set(rows.map(({ error }) => error))).toEqual(new Set(bridgeErrors));
  });
});
