import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { sha1 } from '../../../../src/sandbox/crypto/digest.js';
import { igeEncrypt } from '../../../../src/sandbox/crypto/ige.js';
import { authKeyOf, type AuthKey } from '../../../../src/sandbox/dc/auth-keys.js';
import { createDataCentre } from '../../../../src/sandbox/dc/data-centre.js';
import { wireIds } from '../../../../src/sandbox/dc/packing.js';
import { currentSalt } from '../../../../src/sandbox/dc/salts.js';
import { mtproto as mtprotoSchema } from '../../../../src/sandbox/schema/mtproto.js';
import { createTlCodec } from '../../../../src/sandbox/tl/codec.js';
import { parseTlSchema } from '../../../../src/sandbox/tl/schema.js';
import { TlWriter } from '../../../../src/sandbox/tl/writer.js';
import { createFakeClock } from '../../../support/fake-clock.js';
import { openAsClient } from '../../../support/sealed-messages.js';

const mtproto = createTlCodec(parseTlSchema(mtprotoSchema));
const sessionId = 77n;
const lifetimeMs = 600_000;

/** The possible mistakes of a client in auth.bindTempAuthKey. */
interface Changes {
  readonly permanent?: AuthKey;
  readonly inner?: Readonly<Record<string, bigint | number>>;
  readonly expiresAt?: number;
  readonly messageId?: bigint;
  readonly damaged?: boolean;
}

/** A data centre with a permanent and a temporary key, and a client that uses the temporary one. */
function setUp() {
  const clock = createFakeClock();
  const calledWith: string[] = [];
  const rpc = {
    call({ keyName, body }: { readonly keyName: string; readonly body: Buffer }) {
      calledWith.push(keyName);
      return { answer: body, delayMs: 0, cut: false, lie: undefined };
    },
    encodeUpdate: () => Buffer.from('update'),
  };
  const dataCentre = createDataCentre({ id: 1, mtproto, clock, random: systemRandom, rpc });
  const newKey = (expiresAt?: number) => {
    const key = authKeyOf(systemRandom.bytes(256), { createdAt: clock.now(), firstSalt: 1n, expiresAt });
    dataCentre.addKey(key);
    return key;
  };
  const permanent = newKey();
  const temporary = newKey(clock.now() + lifetimeMs);
  const inbox: Buffer[] = [];
  let lastId = BigInt(Math.floor(clock.now() / 1000)) << 32n;

  /** Sends a message with a key, and returns the bodies of the answers. */
  function send(key: AuthKey, body: Buffer, msgId = (lastId += 4n)): readonly Buffer[] {
    const link = {
      send: (packet: Buffer) => void inbox.push(...openAsClient(key, sessionId, packet).map((message) => message.body)),
      closeAfter: () => undefined,
    };
    const salt = currentSalt(key, clock.now());
    dataCentre.session(key, sessionId).receive(link, { salt, sessionId, msgId, seqNo: 1, body });
    return inbox.splice(0);
  }

  function bind(changes: Changes = {}, key = temporary): string | undefined {
    const msgId = (lastId += 4n);
    const permanentKey = changes.permanent ?? permanent;
    const expiresAt = changes.expiresAt ?? Math.floor((clock.now() + lifetimeMs) / 1000);
    const inner = mtproto.encode({
      _: 'bind_auth_key_inner',
      nonce: 5n,
      temp_auth_key_id: key.id,
      perm_auth_key_id: permanentKey.id,
      temp_session_id: sessionId,
      expires_at: expiresAt,
      ...changes.inner,
    });
    const sealed = sealOld(permanentKey, changes.messageId ?? msgId, inner);
    if (changes.damaged) sealed.writeUInt8(sealed.readUInt8(30) ^ 1, 30);
    const request = mtproto.encode({
      _: 'auth.bindTempAuthKey',
      perm_auth_key_id: permanentKey.id,
      nonce: 5n,
      expires_at: expiresAt,
      encrypted_message: sealed,
    });
    return errorIn(send(key, request, msgId));
  }
  const callWith = (key: AuthKey) => errorIn(send(key, Buffer.from('call')));
  return { clock, dataCentre, permanent, temporary, newKey, calledWith, send, bind, callWith };
}

/** Encrypts a message as in MTProto 1.0, with random bytes instead of salt and session. */
function sealOld(key: AuthKey, msgId: bigint, body: Buffer): Buffer {
  const plain = new TlWriter().raw(systemRandom.bytes(16)).long(msgId).int(0).int(body.length).raw(body).result();
  const messageKey = sha1(plain).subarray(4, 20);
  const part = (from: number, to: number) => key.bytes.subarray(from, to);
  const a = sha1(messageKey, part(0, 32));
  const b = sha1(part(32, 48), messageKey, part(48, 64));
  const c = sha1(part(64, 96), messageKey);
  const d = sha1(messageKey, part(96, 128));
  const cipher = {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 20), c.subarray(4, 16)]),
    iv: Buffer.concat([a.subarray(8, 20), b.subarray(0, 8), c.subarray(16, 20), d.subarray(0, 8)]),
  };
  const padded = Buffer.concat([plain, systemRandom.bytes((16 - (plain.length % 16)) % 16)]);
  return new TlWriter().long(key.id).raw(messageKey).raw(igeEncrypt(padded, cipher)).result();
}

/** The error that a call ended with; undefined if it succeeded. */
function errorIn(bodies: readonly Buffer[]): string | undefined {
  const result = bodies.find((body) => body.readUInt32LE() === wireIds.rpcResult)?.subarray(12);
  if (!result) throw new Error('not answered');
  if (result.readUInt32LE() !== 0x2144ca19) return undefined;
  const error = mtproto.decode(result);
  return `${String(error['error_code'])} ${String(error['error_message'])}`;
}

describe('a temporary key', () => {
  it('makes no calls before it is bound, and those of the permanent key afterwards', () => {
    const { temporary, permanent, calledWith, bind, callWith } = setUp();
    expect(callWith(temporary)).toBe('401 AUTH_KEY_PERM_EMPTY');
    expect(calledWith).toEqual([]);
    expect(bind()).toBeUndefined();
    expect(callWith(temporary)).toBeUndefined();
    expect(calledWith).toEqual([permanent.name]);
  });

  it('can be bound again to the same key, and to no other', () => {
    const { bind, newKey } = setUp();
    expect(bind()).toBeUndefined();
    expect(bind()).toBeUndefined();
    expect(bind({ permanent: newKey() })).toBe('400 TEMP_AUTH_KEY_ALREADY_BOUND');
  });

  it('receives the updates of the permanent key', () => {
    const { dataCentre, permanent, temporary, send, bind } = setUp();
    bind();
    dataCentre.push(permanent.name, { _: 'updates' });
    const [update] = send(temporary, mtproto.encode({ _: 'ping', ping_id: 1n }));
    expect(update).toEqual(Buffer.from('update'));
  });

  it('is unknown when it has expired', async () => {
    const { clock, dataCentre, temporary, permanent } = setUp();
    await clock.advance(lifetimeMs - 1);
    expect(dataCentre.findKey(temporary.id)).toBe(temporary);
    await clock.advance(1);
    expect(dataCentre.findKey(temporary.id)).toBeUndefined();
    expect(dataCentre.findKey(permanent.id)).toBe(permanent);
  });

  it('is deleted with the permanent key', () => {
    const { dataCentre, temporary, permanent, bind } = setUp();
    bind();
    dataCentre.deleteKeys(new Set([permanent.name]));
    expect(dataCentre.findKey(temporary.id)).toBeUndefined();
  });

  const wrong: readonly (readonly [what: string, changes: Changes, error: string])[] = [
    ['another nonce', { inner: { nonce: 6n } }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['another temporary key', { inner: { temp_auth_key_id: 6n } }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['another permanent key', { inner: { perm_auth_key_id: 6n } }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['another session', { inner: { temp_session_id: 6n } }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['another expiry', { inner: { expires_at: 6 } }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['another message ID', { messageId: 4n }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['changed bytes', { damaged: true }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['an unknown permanent key', { permanent: authKeyOf(systemRandom.bytes(256)) }, 'ENCRYPTED_MESSAGE_INVALID'],
    ['an expiry in the past', { expiresAt: 1 }, 'EXPIRES_AT_INVALID'],
  ];
  it.each(wrong)('is not bound with %s', (_, changes, error) => {
    const { temporary, bind, callWith } = setUp();
    expect(bind(changes)).toBe(`400 ${error}`);
    expect(callWith(temporary)).toBe('401 AUTH_KEY_PERM_EMPTY');
  });

  it('is not bound to itself or to another temporary key, and a permanent key to none', () => {
    const { clock, temporary, permanent, newKey, bind } = setUp();
    expect(bind({ permanent: temporary })).toBe('400 ENCRYPTED_MESSAGE_INVALID');
    expect(bind({ permanent: newKey(clock.now() + lifetimeMs) })).toBe('400 ENCRYPTED_MESSAGE_INVALID');
    expect(bind({}, permanent)).toBe('400 TEMP_AUTH_KEY_EMPTY');
  });
});
