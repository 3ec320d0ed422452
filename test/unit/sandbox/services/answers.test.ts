import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { createGroup } from '../../../../src/sandbox/crypto/group.js';
import { createFaults } from '../../../../src/sandbox/faults.js';
import { createCallLog } from '../../../../src/sandbox/rpc/call-log.js';
import { createDispatcher } from '../../../../src/sandbox/rpc/dispatcher.js';
import { createLayers, knownLayers, schemaOfLayer } from '../../../../src/sandbox/schema/layers.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createServices } from '../../../../src/sandbox/services/index.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { parseTlSchema, type TlCombinator, type TlSchema, type TlType } from '../../../../src/sandbox/tl/schema.js';
import type { TlObject, TlValue } from '../../../../src/sandbox/tl/value.js';
import { TlWriter } from '../../../../src/sandbox/tl/writer.js';
import { accountOfPhone } from '../../../../src/sandbox/world/accounts.js';
import { createWorld } from '../../../../src/sandbox/world/world.js';
import { createFakeClock } from '../../../support/fake-clock.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const group = createGroup();
const vectorId = 0x1cb5c415;
const errorId = 0x2144ca19;

/** Calls whose default request is refused, as at Telegram. The logins have tests of their own. */
const refused: Readonly<Record<string, string>> = {
  'auth.importAuthorization': 'AUTH_BYTES_INVALID',
  'auth.exportAuthorization': 'DC_ID_INVALID',
  'auth.importBotAuthorization': 'ACCESS_TOKEN_INVALID',
  'auth.importLoginToken': 'AUTH_TOKEN_INVALIDX',
  'auth.acceptLoginToken': 'AUTH_TOKEN_INVALIDX',
  'auth.checkPassword': 'PASSWORD_HASH_INVALID',
  'auth.resendCode': 'PHONE_CODE_EXPIRED',
  'auth.cancelCode': 'PHONE_CODE_EXPIRED',
  'auth.signIn': 'PHONE_CODE_EMPTY',
  'channels.getParticipants': 'CHAT_ADMIN_REQUIRED',
  'upload.getFile': 'LOCATION_INVALID',
};

const known: Readonly<Record<string, TlObject>> = {
  InputUser: { _: 'inputUser', user_id: 700_010_002n, access_hash: 0n },
  InputPeer: { _: 'inputPeerUser', user_id: 700_010_002n, access_hash: 0n },
  InputChannel: { _: 'inputChannel', channel_id: 4343n, access_hash: 1n },
};
const knownFields: Readonly<Record<string, TlValue>> = {
  phone_number: '9996610001',
  phone: '9996610001',
  username: 'sandbox_10001',
  chat_id: 4242n,
  api_id: 1,
  pts: 1,
  participant: { _: 'inputPeerSelf' },
};

function setUp(layer: number) {
  const clock = createFakeClock();
  const world = createWorld({ clock, random: systemRandom, group });
  const rpc = createDispatcher({
    mtproto,
    layers: createLayers(),
    faults: createFaults(),
    devices: world.devices,
    calls: createCallLog(),
    services: createServices({
      world,
      dataCentreIds: [1, 2, 3],
      announceAccepted: () => undefined,
      addresses: () => [{ id: 1, ip: '127.0.0.1', port: 1 }],
    }),
  });
  const schema = schemaOfLayer(layer);
  const codec = createTlCodec(schema);
  /**
   * Calls a method as an account. Returns its answer, decoded in the layer, or the name of the
   * error.
   */
  function call(request: TlObject): TlObject | string {
    const device = world.devices.of('00000000000000aa', 1);
    device.account = accountOfPhone('9996610001');
    const body = new TlWriter().uint(0xda9b0d0d).int(layer).raw(codec.encode(request)).result();
    const { answer = Buffer.alloc(0) } = rpc.call({ keyName: device.keyName, sessionId: 1n, dc: 1, body });
    const id = answer.readUInt32LE();
    if (id === errorId) return String(mtproto.decode(answer)['error_message']);
    if (schema.byName.get(request._)?.result.kind === 'bool') return { _: 'bool' };
    return id === vectorId ? { _: 'vector' } : codec.decode(answer);
  }
  return { schema, call };
}

/** A value for each type, including the optional fields. */
function valueOf(schema: TlSchema, name: string, type: TlType): TlValue {
  const chosen = knownFields[name];
  if (chosen !== undefined) return chosen;
  switch (type.kind) {
    case 'int':
      return 0;
    case 'long':
      return 0n;
    case 'string':
      return 'sandbox';
    case 'bytes':
      return Buffer.alloc(4);
    case 'bool':
      return false;
    case 'vector':
      return type.item.kind === 'boxed' ? [valueOf(schema, '', type.item)] : [];
    case 'boxed': {
      const { typeName } = type;
      const [first] = [...schema.byName.values()].filter(
        ({ result, isFunction }) => !isFunction && result.kind === 'boxed' && result.typeName === typeName,
      );
      return known[typeName] ?? (first ? requestOf(schema, first) : expect.unreachable(`no ${typeName}`));
    }
    default:
      return expect.unreachable(`a field of kind ${type.kind}`);
  }
}

function requestOf(schema: TlSchema, { name, fields }: TlCombinator): TlObject {
  const required = fields.filter(({ type, condition }) => type.kind !== 'flags' && condition === undefined);
  const values = required.map((field) => [field.name, valueOf(schema, field.name, field.type)] as const);
  return { _: name, ...Object.fromEntries(values) };
}

describe('every function of the schema', () => {
  it.each(knownLayers)('has an answer that a client of layer %d can read', (layer) => {
    const { schema, call } = setUp(layer);
    const functions = [...schema.byName.values()].filter(({ isFunction }) => isFunction);
    const answers = functions.map((method) => [method.name, call(requestOf(schema, method))] as const);
    const refusals = answers.filter((entry): entry is [string, string] => typeof entry[1] === 'string');
    expect(Object.fromEntries(refusals)).toEqual(refused);
    for (const [name, answer] of answers) {
      const { result } = schema.byName.get(name) ?? expect.unreachable(name);
      if (typeof answer === 'string' || result.kind !== 'boxed') continue;
      expect(schema.byName.get(answer._)?.result, name).toEqual(result);
    }
  });
});

describe('the chats of an account', () => {
  const peers = {
    contact: { _: 'inputPeerUser', user_id: 700_010_002n, access_hash: 0n },
    group: { _: 'inputPeerChat', chat_id: 4242n },
    channel: { _: 'inputPeerChannel', channel_id: 4343n, access_hash: 1n },
  } as const;
  const history = {
    _: 'messages.getHistory',
    offset_id: 0,
    offset_date: 0,
    add_offset: 0,
    limit: 10,
    max_id: 0,
    min_id: 0,
    hash: 0n,
  } as const;
  const idsIn = (answer: TlObject | string) =>
    typeof answer === 'string' ? answer : (answer['messages'] as readonly TlObject[]).map(({ id }) => id);

  it.each([
    ['contact', 1, 'messages.messages'],
    ['group', 2, 'messages.messages'],
    ['channel', 1, 'messages.channelMessages'],
  ] as const)('have one message each: the %s', (name, id, type) => {
    const { call } = setUp(228);
    const dialogs = call({
      _: 'messages.getDialogs',
      offset_date: 0,
      offset_id: 0,
      offset_peer: { _: 'inputPeerEmpty' },
      limit: 10,
      hash: 0n,
    });
    expect(dialogs).toMatchObject({ _: 'messages.dialogs' });
    const peer = peers[name];
    expect(call({ ...history, peer })).toMatchObject({ _: type, messages: [{ id }] });
    expect(idsIn(call({ ...history, peer, offset_id: id }))).toEqual([]);
    expect(idsIn(call({ ...history, peer, offset_id: id, add_offset: -5 }))).toEqual([id]);
    expect(idsIn(call({ ...history, peer, min_id: id }))).toEqual([]);
  });

  it('count sent messages, so that the difference to the earlier state is known', () => {
    const { call } = setUp(228);
    const before = call({ _: 'updates.getState' });
    const message = { _: 'messages.sendMessage', peer: peers.contact, message: 'hello', random_id: 1n };
    expect(call(message)).toMatchObject({ _: 'updateShortSentMessage', pts: 2, pts_count: 1 });
    expect(before).toMatchObject({ pts: 1 });
    expect(call({ _: 'updates.getDifference', pts: 1, date: 0, qts: 0 })).toMatchObject({ state: { pts: 2 } });
    expect(call({ _: 'updates.getDifference', pts: 2, date: 0, qts: 0 })).toMatchObject({
      _: 'updates.differenceEmpty',
    });
    expect(call({ ...message, message: ' ' })).toBe('MESSAGE_EMPTY');
    expect(call({ ...message, peer: peers.channel })).toBe('CHAT_WRITE_FORBIDDEN');
    expect(call({ ...message, peer: { _: 'inputPeerChat', chat_id: 1n } })).toBe('PEER_ID_INVALID');
  });

  it('gain a group that the account creates', () => {
    const { call } = setUp(228);
    const users = [{ _: 'inputUser', user_id: 700_010_007n, access_hash: 0n }];
    const created = call({ _: 'messages.createChat', users, title: 'Friends' });
    expect(created).toMatchObject({
      _: 'messages.invitedUsers',
      updates: {
        updates: [{ _: 'updateNewMessage', pts: 2, message: { action: { title: 'Friends' } } }],
        chats: [{ _: 'chat', id: 4243n, title: 'Friends', participants_count: 2 }],
      },
      missing_invitees: [],
    });
    expect(call({ _: 'messages.getFullChat', chat_id: 4243n })).toMatchObject({
      full_chat: { participants: { participants: [{ user_id: 700_010_001n }, { user_id: 700_010_007n }] } },
    });
    expect(idsIn(call({ ...history, peer: { _: 'inputPeerChat', chat_id: 4243n } }))).toEqual([12]);
    expect(call({ _: 'messages.createChat', users: [], title: 'Alone' })).toBe('USERS_TOO_FEW');
    expect(call({ _: 'messages.createChat', users, title: ' ' })).toBe('CHAT_TITLE_EMPTY');
    expect(call({ _: 'messages.getFullChat', chat_id: 4244n })).toBe('CHAT_ID_INVALID');
  });
});
