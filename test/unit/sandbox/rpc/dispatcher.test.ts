import { describe, expect, it } from 'vitest';
import { createFaults } from '../../../../src/sandbox/faults.js';
import { createCallLog } from '../../../../src/sandbox/rpc/call-log.js';
import { createDispatcher } from '../../../../src/sandbox/rpc/dispatcher.js';
import type { RpcService } from '../../../../src/sandbox/rpc/method.js';
import { createLayers, schemaOfLayer } from '../../../../src/sandbox/schema/layers.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { parseTlSchema } from '../../../../src/sandbox/tl/schema.js';
import type { TlObject } from '../../../../src/sandbox/tl/value.js';
import { TlWriter } from '../../../../src/sandbox/tl/writer.js';
import { createDevices } from '../../../../src/sandbox/world/devices.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const nearestDc: TlObject = { _: 'nearestDc', country: 'XX', this_dc: 1, nearest_dc: 1 };
const service: RpcService = {
  'help.getNearestDc': { access: 'anyone', run: () => nearestDc },
  'users.getUsers': { access: 'anyone', run: () => [{ _: 'user', id: 1n }] },
};

const query = (layer: number, call: TlObject) => createTlCodec(schemaOfLayer(layer)).encode(call);
const getNearestDc = query(198, { _: 'help.getNearestDc' });
const getUsers = query(198, { _: 'users.getUsers', id: [] });

type Wrapper = (inner: Buffer) => Buffer;
const head = (id: number) => new TlWriter().uint(id);
const withLayer =
  (layer: number): Wrapper =>
  (inner) =>
    head(0xda9b0d0d).int(layer).raw(inner).result();
const withoutUpdates: Wrapper = (inner) => head(0xbf9459b7).raw(inner).result();
const afterMsg: Wrapper = (inner) => head(0xcb9f372d).long(5n).raw(inner).result();
const afterMsgs: Wrapper = (inner) => head(0x3dc4b4f0).uint(0x1cb5c415).int(1).long(5n).raw(inner).result();
const withRange: Wrapper = (inner) => head(0x365275f2).uint(0x0ae30253).int(1).int(2).raw(inner).result();
const withTakeout: Wrapper = (inner) => head(0xaca9fd2e).long(7n).raw(inner).result();
const withBusiness: Wrapper = (inner) => head(0xdd289f8e).byteString(Buffer.from('x')).raw(inner).result();
const initConnection: Wrapper = (inner) => {
  const words = ['model', 'system', 'app', 'en', '', 'en'];
  const start = head(0xc1cd5ea9).int(2).int(12_345);
  const texts = words.reduce((writer, word) => writer.byteString(Buffer.from(word)), start);
  // params: an empty JSON object.
  return texts.uint(0x99c1d49d).uint(0x1cb5c415).int(0).raw(inner).result();
};
const wrap = (inner: Buffer, ...outerFirst: Wrapper[]) =>
  outerFirst.reduceRight((body, wrapper) => wrapper(body), inner);

function setUp() {
  const calls = createCallLog();
  const devices = createDevices();
  const rpc = createDispatcher({
    mtproto,
    layers: createLayers(),
    faults: createFaults(),
    devices,
    calls,
    services: [service],
  });
  const call = (body: Buffer, sessionId = 1n, keyName = 'k') => {
    const { answer = Buffer.alloc(0) } = rpc.call({ keyName, sessionId, dc: 1, body });
    const isError = answer.readUInt32LE() === 0x2144ca19;
    return isError ? String(mtproto.decode(answer)['error_message']) : answer.toString('hex');
  };
  return { rpc, calls, call };
}

/** A vector of one user, in the constructor of a layer. */
const usersIn = (layer: number) =>
  createTlCodec(schemaOfLayer(layer)).encodeResult('users.getUsers', [{ _: 'user', id: 1n }]);

describe('a call in wrappers', () => {
  const answer = query(198, nearestDc).toString('hex');

  it.each<[string, readonly Wrapper[]]>([
    ['invokeWithLayer', [withLayer(198)]],
    ['invokeWithLayer and initConnection', [withLayer(228), initConnection]],
    ['initConnection outside of invokeWithLayer', [initConnection, withLayer(228)]],
    ['invokeWithoutUpdates outside', [withoutUpdates, withLayer(228), initConnection]],
    ['invokeWithoutUpdates inside', [withLayer(228), initConnection, withoutUpdates]],
    ['invokeAfterMsg outside', [afterMsg, withLayer(232), initConnection]],
    ['invokeAfterMsgs inside', [withLayer(216), initConnection, afterMsgs]],
    ['invokeWithMessagesRange', [withRange, withLayer(229)]],
    ['invokeWithLayer twice', [withLayer(1), withLayer(198)]],
  ])('is answered: %s', (_name, layers) => {
    expect(setUp().call(wrap(getNearestDc, ...layers))).toBe(answer);
  });

  it.each<[string, readonly Wrapper[], string]>([
    ['no layer on a new key', [], 'CONNECTION_NOT_INITED'],
    ['initConnection without a layer', [initConnection], 'CONNECTION_NOT_INITED'],
    ['a layer that is too old', [withLayer(197)], 'CONNECTION_LAYER_INVALID'],
    ['a layer whose constructors are unknown', [withLayer(226)], 'CONNECTION_LAYER_INVALID'],
    ['a layer of the future', [withoutUpdates, withLayer(9999)], 'CONNECTION_LAYER_INVALID'],
    ['a takeout that does not exist', [withLayer(198), withTakeout], 'TAKEOUT_INVALID'],
    ['a business connection that does not exist', [withLayer(198), withBusiness], 'CONNECTION_ID_INVALID'],
    ['too many wrappers', [withLayer(198), ...Array.from({ length: 20 }, () => withoutUpdates)], 'INPUT_FETCH_ERROR'],
  ])('is refused: %s', (_name, layers, error) => {
    expect(setUp().call(wrap(getNearestDc, ...layers))).toBe(error);
  });

  it('is refused if a wrapper ends too soon', () => {
    const body = wrap(getNearestDc, withLayer(198), initConnection);
    const { call } = setUp();
    for (let length = 4; length < body.length; length += 4) expect(call(body.subarray(0, length))).toMatch(/^INPUT_/);
  });
});

describe('the layer of a call', () => {
  it.each([198, 216, 217, 228, 232])('decides its constructors: %d', (layer) => {
    expect(setUp().call(wrap(getUsers, withLayer(layer)))).toBe(usersIn(layer).toString('hex'));
  });

  it('is stored by session, and by key for sessions without one', () => {
    const { call, rpc } = setUp();
    const user = { _: 'user', id: 1n };
    call(wrap(getUsers, withLayer(198)), 1n);
    call(wrap(getUsers, withLayer(228)), 2n);
    expect(call(getUsers, 1n)).toBe(usersIn(198).toString('hex'));
    expect(call(getUsers, 2n)).toBe(usersIn(228).toString('hex'));
    expect(rpc.encodeUpdate('k', 1n, user)).toEqual(query(198, user));
    expect(rpc.encodeUpdate('k', 2n, user)).toEqual(query(228, user));
    expect(call(getUsers, 3n)).toBe(usersIn(228).toString('hex'));
    expect(call(getUsers, 1n, 'another key')).toBe('CONNECTION_NOT_INITED');
  });

  it('is not stored if it is rejected', () => {
    const { call } = setUp();
    call(wrap(getUsers, withLayer(217)));
    expect(call(wrap(getUsers, withLayer(9999)))).toBe('CONNECTION_LAYER_INVALID');
    expect(call(getUsers)).toBe(usersIn(217).toString('hex'));
  });
});

it('counts unknown functions by their number', () => {
  const { call, calls } = setUp();
  expect(call(wrap(Buffer.from('0df0adde', 'hex'), withLayer(228)))).toBe('INPUT_METHOD_INVALID');
  expect(calls.list()).toEqual([{ method: '#deadf00d', dc: 1, layer: 228 }]);
});
