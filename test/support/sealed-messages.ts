import { systemRandom } from '../../src/base/random.js';
import { sha256 } from '../../src/sandbox/crypto/digest.js';
import { igeDecrypt, igeEncrypt } from '../../src/sandbox/crypto/ige.js';
import type { AuthKey } from '../../src/sandbox/dc/auth-keys.js';
import type { Message } from '../../src/sandbox/dc/envelope.js';
import { readContainer, wireIds } from '../../src/sandbox/dc/packing.js';
import { TlWriter } from '../../src/sandbox/tl/writer.js';

/** The salt and the session ID that a client writes into its packets. */
export interface ClientSession {
  readonly salt: bigint;
  readonly sessionId: bigint;
}

/** Encrypts a message as a client does (MTProto 2.0). */
export function sealAsClient(key: AuthKey, { salt, sessionId }: ClientSession, message: Message): Buffer {
  const head = new TlWriter()
    .long(salt)
    .long(sessionId)
    .long(message.msgId)
    .int(message.seqNo)
    .int(message.body.length);
  const length = 32 + message.body.length;
  const padding = systemRandom.bytes(12 + ((16 - ((length + 12) % 16)) % 16));
  const plain = head.raw(message.body).raw(padding).result();
  const messageKey = sha256(key.bytes.subarray(88, 120), plain).subarray(8, 24);
  const sealed = igeEncrypt(plain, cipher(key, messageKey, 0));
  return new TlWriter().long(key.id).raw(messageKey).raw(sealed).result();
}

/**
 * Decrypts a packet of the server as a client does, and returns its messages. Throws if the packet
 * breaks the protocol.
 */
export function openAsClient(key: AuthKey, sessionId: bigint, packet: Buffer): readonly Message[] {
  check(packet.readBigInt64LE(0) === key.id, 'key');
  const messageKey = packet.subarray(8, 24);
  const plain = igeDecrypt(packet.subarray(24), cipher(key, messageKey, 8));
  check(sha256(key.bytes.subarray(96, 128), plain).subarray(8, 24).equals(messageKey), 'message key');
  check(plain.readBigInt64LE(8) === sessionId, 'session');
  const length = plain.readInt32LE(28);
  const padding = plain.length - 32 - length;
  check(padding >= 12 && padding <= 1024, 'padding');
  const body = plain.subarray(32, 32 + length);
  const message = { msgId: plain.readBigInt64LE(16), seqNo: plain.readInt32LE(24), body };
  return body.readUInt32LE() === wireIds.container ? readContainer(body) : [message];
}

function check(isRight: boolean, what: string): void {
  if (!isRight) throw new Error(`the packet has a wrong ${what}`);
}

function cipher(key: AuthKey, messageKey: Buffer, x: number) {
  const a = sha256(messageKey, key.bytes.subarray(x, x + 36));
  const b = sha256(key.bytes.subarray(x + 40, x + 76), messageKey);
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24)]),
  };
}
