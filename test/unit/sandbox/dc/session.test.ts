import { gzipSync, deflateSync, gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { authKeyOf, type KeyOrigin } from '../../../../src/sandbox/dc/auth-keys.js';
import { createDataCentre } from '../../../../src/sandbox/dc/data-centre.js';
import { openPacket, type Message } from '../../../../src/sandbox/dc/envelope.js';
import { packContainer, wireIds } from '../../../../src/sandbox/dc/packing.js';
import { currentSalt } from '../../../../src/sandbox/dc/salts.js';
import type { RpcOutcome } from '../../../../src/sandbox/rpc/rpc-server.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { TlFailure } from '../../../../src/sandbox/tl/failure.js';
import { parseTlSchema } from '../../../../src/sandbox/tl/schema.js';
import type { TlObject } from '../../../../src/sandbox/tl/value.js';
import { TlWriter } from '../../../../src/sandbox/tl/writer.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { openAsClient, sealAsClient } from '../../../support/sealed-messages.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const sessionId = 77n;
const call = (word: string) => Buffer.from(`call${word}`);

/**
 * A session of a data centre whose every call is answered with its own bytes by default, and the
 * client's end of it.
 */
function setUp(outcome: Partial<RpcOutcome> = {}, origin?: (now: number) => KeyOrigin) {
  const clock = createFakeClock();
  const calls: string[] = [];
  const rpc = {
    call({ body }: { readonly body: Buffer }): RpcOutcome {
      calls.push(body.toString());
      return { answer: body, delayMs: 0, cut: false, lie: undefined, ...outcome };
    },
    encodeUpdate: () => Buffer.from('update'),
  };
  const dataCentre = createDataCentre({ id: 1, mtproto, clock, random: systemRandom, rpc });
  const key = authKeyOf(systemRandom.bytes(256), origin?.(clock.now()));
  dataCentre.addKey(key);
  const inbox: Message[] = [];
  let packets = 0;
  const closing: number[] = [];
  let cuts = 0;
  const link = {
    send(packet: Buffer, cut: boolean) {
      if (cut) cuts += 1;
      packets += 1;
      inbox.push(...openAsClient(key, sessionId, packet));
    },
    closeAfter: (delayMs: number) => void closing.push(delayMs),
  };
  let lastId = BigInt(Math.floor(clock.now() / 1000)) << 32n;
  const nextId = () => (lastId += 4n);

  function send(body: Buffer, msgId = nextId(), salt = currentSalt(key, clock.now())): bigint {
    const opened = openPacket(key, sealAsClient(key, { salt, sessionId }, { msgId, seqNo: 1, body }));
    if (!opened) throw new Error('the data centre cannot read its own encryption');
    dataCentre.session(key, opened.sessionId).receive(link, opened);
    return msgId;
  }
  const take = () => inbox.splice(0).map((message) => message.body);
  const objects = () => take().flatMap((body) => asService(body) ?? []);
  return {
    clock,
    calls,
    dataCentre,
    key,
    inbox,
    closing,
    cuts: () => cuts,
    packets: () => packets,
    nextId,
    send,
    take,
    objects,
  };
}

function asService(body: Buffer): TlObject | undefined {
  return body.readUInt32LE() === wireIds.rpcResult ? undefined : mtproto.decode(body);
}

/** Returns the results of the calls among the messages. */
function resultsIn(bodies: readonly Buffer[]) {
  return bodies
    .filter((body) => body.readUInt32LE() === wireIds.rpcResult)
    .map((body) => ({ to: body.readBigInt64LE(4), answer: body.subarray(12).toString() }));
}

describe('a session', () => {
  it('corrects the salt of a first message, and begins with the second', () => {
    const { send, objects, take, key, clock } = setUp();
    const first = send(call('1'), undefined, 0n);
    const salt = currentSalt(key, clock.now());
    expect(objects()).toEqual([
      { _: 'bad_server_salt', bad_msg_id: first, bad_msg_seqno: 1, error_code: 48, new_server_salt: salt },
    ]);
    const second = send(call('1'));
    const bodies = take();
    expect(bodies.map((body) => asService(body)?._)).toEqual(['new_session_created', 'msgs_ack', undefined]);
    expect(resultsIn(bodies)).toEqual([{ to: second, answer: 'call1' }]);
  });

  it('begins with a packet that holds new_session_created only', () => {
    const { send, packets, inbox } = setUp();
    send(call('1'));
    expect(packets()).toBe(2);
    expect(asService(inbox[0]?.body ?? Buffer.alloc(0))?._).toBe('new_session_created');
    send(call('2'));
    expect(packets()).toBe(3);
  });

  it.each([4, 8, 12, 16, 60])('reads a message with %d bytes of padding behind the object', (length) => {
    const { send, objects } = setUp();
    send(Buffer.concat([mtproto.encode({ _: 'ping', ping_id: 9n }), systemRandom.bytes(length)]));
    expect(objects()).toContainEqual({ _: 'pong', msg_id: expect.any(BigInt), ping_id: 9n });
  });

  it('accepts the salt of the key exchange until two periods of salts have passed', async () => {
    const firstSalt = 1234n;
    const { send, take, clock } = setUp({}, (createdAt) => ({ createdAt, firstSalt, expiresAt: undefined }));
    const kinds = () => take().map((body) => asService(body)?._);
    send(call('1'), undefined, firstSalt);
    expect(kinds()).toEqual(['new_session_created', 'msgs_ack', undefined]);
    send(call('2'), undefined, firstSalt + 1n);
    expect(kinds()).toEqual(['bad_server_salt']);
    await clock.advance(3_600_000);
    const later = BigInt(Math.floor(clock.now() / 1000)) << 32n;
    send(call('3'), later, firstSalt);
    expect(kinds()).toEqual(['bad_server_salt']);
  });

  it('rejects the message of a client with a wrong clock as too old or too new', () => {
    const { send, objects, nextId } = setUp();
    send(call('1'), nextId() - (301n << 32n));
    send(call('2'), nextId() + (31n << 32n));
    expect(objects()).toMatchObject([
      { _: 'bad_msg_notification', error_code: 16 },
      { _: 'bad_msg_notification', error_code: 17 },
    ]);
  });

  it('accepts the announced salts, once they are valid', async () => {
    const { send, objects, clock } = setUp();
    send(mtproto.encode({ _: 'get_future_salts', num: 3 }));
    const [, salts] = objects();
    expect(salts?.['salts']).toHaveLength(3);
    const next = salts && (salts['salts'] as readonly TlObject[])[1];
    await clock.advance(1000 * Number(next?.['valid_since']) - clock.now());
    const msgId = BigInt(Math.floor(clock.now() / 1000)) << 32n;
    send(mtproto.encode({ _: 'ping', ping_id: 5n }), msgId, next?.['salt'] as bigint);
    expect(objects()).toEqual([{ _: 'pong', msg_id: msgId, ping_id: 5n }]);
  });

  it('numbers its messages upwards, answers apart from notices, and counts those that require an acknowledgement', () => {
    const { send, inbox } = setUp();
    send(call('1'));
    send(call('2'));
    const ids = inbox.map((message) => message.msgId);
    expect(ids.toSorted((a, b) => (a < b ? -1 : 1))).toEqual(ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(inbox.map(({ msgId, seqNo }) => [msgId % 4n, seqNo])).toEqual([
      [3n, 1],
      [3n, 2],
      [1n, 3],
      [3n, 4],
      [1n, 5],
    ]);
  });

  it('reads containers, and gzip as well as zlib', () => {
    const { send, take, nextId, calls } = setUp();
    const packed = (body: Buffer) => new TlWriter().uint(wireIds.gzip).byteString(body).result();
    const messages = [call('1'), packed(gzipSync(call('2'))), packed(deflateSync(call('3')))].map((body) => ({
      msgId: nextId(),
      seqNo: 1,
      body,
    }));
    send(packContainer(messages));
    expect(calls).toEqual(['call1', 'call2', 'call3']);
    expect(resultsIn(take()).map(({ to }) => to)).toEqual(messages.map(({ msgId }) => msgId));
  });

  it('compresses long answers', () => {
    const { send, take } = setUp({ answer: Buffer.alloc(4000, 'a') });
    send(call('1'));
    const [result] = take().filter((body) => body.readUInt32LE() === wireIds.rpcResult);
    expect(result?.readUInt32LE(12)).toBe(wireIds.gzip);
    expect(gunzipSync(result?.subarray(17, 17 + (result[16] ?? 0)) ?? Buffer.alloc(0))).toEqual(
      Buffer.alloc(4000, 'a'),
    );
  });

  it('acknowledges calls, but no service messages', () => {
    const { send, objects } = setUp();
    const id = send(call('1'));
    expect(objects().filter(({ _ }) => _ === 'msgs_ack')).toEqual([{ _: 'msgs_ack', msg_ids: [id] }]);
    send(mtproto.encode({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 60 }));
    send(mtproto.encode({ _: 'msgs_ack', msg_ids: [1n] }));
    expect(objects().map(({ _ }) => _)).toEqual(['pong']);
  });

  it('closes the connection when the pings stop', () => {
    const { send, closing } = setUp();
    send(mtproto.encode({ _: 'ping_delay_disconnect', ping_id: 1n, disconnect_delay: 75 }));
    expect(closing).toEqual([75_000]);
  });

  it('runs a call once, even if it arrives several times', () => {
    const { send, take, calls } = setUp();
    const id = send(call('1'));
    take();
    send(call('1'), id);
    expect(calls).toEqual(['call1']);
    expect(resultsIn(take())).toEqual([{ to: id, answer: 'call1' }]);
  });

  it('returns the state of calls: lost, pending, and answered, whose answer it sends again', async () => {
    const { send, take, clock, nextId } = setUp({ delayMs: 1000 });
    const lost = nextId();
    const running = send(call('1'));
    const ask = () => send(mtproto.encode({ _: 'msgs_state_req', msg_ids: [lost, running] }));
    take();
    ask();
    const before = take();
    expect(before.map((body) => asService(body)?.['info'])).toEqual([Buffer.of(1, 4)]);
    await clock.advance(1000);
    expect(resultsIn(take())).toEqual([{ to: running, answer: 'call1' }]);
    ask();
    const after = take();
    expect(after.map((body) => asService(body)?.['info'])).toEqual([Buffer.of(1, 4), undefined]);
    expect(resultsIn(after)).toEqual([{ to: running, answer: 'call1' }]);
  });

  it('leaves a call without an answer unanswered', () => {
    const { send, take } = setUp({ answer: undefined });
    send(mtproto.encode({ _: 'ping', ping_id: 1n }));
    take();
    send(call('1'));
    expect(take()).toEqual([]);
  });

  it('closes the connection of an answer that is to be cut off', () => {
    const { send, cuts } = setUp({ cut: true });
    send(mtproto.encode({ _: 'ping', ping_id: 1n }));
    expect(cuts()).toBe(0);
    send(call('1'));
    expect(cuts()).toBe(1);
  });

  it('receives updates while it is connected', () => {
    const { send, take, dataCentre, key } = setUp();
    send(call('1'));
    take();
    dataCentre.push(key.name, { _: 'updateShort' });
    dataCentre.push('another key', { _: 'updateShort' });
    expect(take().map(String)).toEqual(['update']);
  });

  it('ends when the client destroys it, and its key when the client destroys that', () => {
    const { send, objects, dataCentre, key } = setUp();
    send(mtproto.encode({ _: 'destroy_session', session_id: 1n }));
    send(mtproto.encode({ _: 'destroy_session', session_id: sessionId }));
    send(mtproto.encode({ _: 'ping', ping_id: 1n }));
    expect(objects().map(({ _ }) => _)).toEqual([
      'new_session_created',
      'destroy_session_none',
      'destroy_session_ok',
      'new_session_created',
      'pong',
    ]);
    send(mtproto.encode({ _: 'destroy_auth_key' }));
    expect(objects()).toEqual([{ _: 'destroy_auth_key_ok' }]);
    expect(dataCentre.findKey(key.id)).toBeUndefined();
  });

  it('rejects an invalid message', () => {
    const { send } = setUp();
    const gzip = new TlWriter().uint(wireIds.gzip).byteString(Buffer.from('not compressed')).result();
    const container = new TlWriter().uint(wireIds.container).int(2_000_000).result();
    for (const body of [Buffer.alloc(0), gzip, container, call('').subarray(0, 3)]) {
      expect(() => send(body)).toThrow(TlFailure);
    }
  });
});

describe('an encrypted packet', () => {
  it('cannot be decrypted when a single bit of it has changed', () => {
    const key = authKeyOf(systemRandom.bytes(256));
    const packet = sealAsClient(key, { salt: 1n, sessionId }, { msgId: 4n, seqNo: 1, body: call('1') });
    expect(openPacket(key, packet)?.body).toEqual(call('1'));
    for (const at of [8, 24, packet.length - 1]) {
      const changed = Buffer.from(packet);
      changed.writeUInt8((changed[at] ?? 0) ^ 1, at);
      expect(openPacket(key, changed)).toBeUndefined();
    }
    expect(openPacket(key, packet.subarray(0, 30))).toBeUndefined();
  });
});
