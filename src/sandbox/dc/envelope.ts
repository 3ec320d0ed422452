import type { Random } from '../../base/random.js';
import { sha256 } from '../crypto/digest.js';
import { igeDecrypt, igeEncrypt, type IgeKey } from '../crypto/ige.js';
import type { MessageLie } from '../lies.js';
import type { AuthKey } from './auth-keys.js';

/** A message as it is inside the encryption (core.telegram.org/mtproto/description). */
export interface Message {
  readonly msgId: bigint;
  readonly seqNo: number;
  readonly body: Buffer;
}

/** What a client's packet held. */
export interface OpenedPacket extends Message {
  readonly salt: bigint;
  readonly sessionId: bigint;
}

const headLength = 32;

/** Decrypts a client's packet (MTProto 2.0), or undefined if the message key does not fit. */
export function openPacket(key: AuthKey, packet: Buffer): OpenedPacket | undefined {
  const messageKey = packet.subarray(8, 24);
  // The padded transport leaves up to 15 bytes of its own behind the last block.
  const sealed = packet.subarray(24, 24 + Math.floor((packet.length - 24) / 16) * 16);
  if (messageKey.length < 16 || sealed.length < headLength) return undefined;
  const plain = igeDecrypt(sealed, messageCipher(key, messageKey, 0));
  if (!messageKeyOf(key, plain, 0).equals(messageKey)) return undefined;
  const length = plain.readUInt32LE(28);
  if (headLength + length > plain.length) return undefined;
  return {
    salt: plain.readBigInt64LE(0),
    sessionId: plain.readBigInt64LE(8),
    msgId: plain.readBigInt64LE(16),
    seqNo: plain.readInt32LE(24),
    body: plain.subarray(headLength, headLength + length),
  };
}

/** Encrypts a message for a client; with a lie, not as the protocol demands. */
export function sealPacket(
  key: AuthKey,
  random: Random,
  session: { readonly salt: bigint; readonly sessionId: bigint },
  message: Message,
  lie?: MessageLie,
): Buffer {
  const head = Buffer.alloc(headLength);
  head.writeBigInt64LE(session.salt, 0);
  head.writeBigInt64LE(lie === 'session_id' ? session.sessionId ^ 1n : session.sessionId, 8);
  head.writeBigInt64LE(idOf(message, lie), 16);
  head.writeInt32LE(message.seqNo, 24);
  const padding =
    12 + ((16 - ((headLength + message.body.length + 12) % 16)) % 16) + (lie === 'padding_long' ? 1024 : 0);
  head.writeInt32LE(lengthOf(message, padding, lie), 28);
  const plain = Buffer.concat([head, message.body, random.bytes(padding)]);
  const messageKey = messageKeyOf(key, plain, 8);
  if (lie === 'message_key') messageKey.writeUInt8(messageKey.readUInt8() ^ 1);
  const keyId = Buffer.alloc(8);
  keyId.writeBigInt64LE(lie === 'key_id' ? key.id ^ 1n : key.id);
  return Buffer.concat([keyId, messageKey, igeEncrypt(plain, messageCipher(key, messageKey, 8))]);
}

const hour = 3600n << 32n;

function idOf({ msgId }: Message, lie: MessageLie | undefined): bigint {
  switch (lie) {
    case 'message_id_even':
      return msgId & ~1n;
    case 'message_id_old':
      return msgId - hour;
    case 'message_id_new':
      return msgId + hour;
    default:
      return msgId;
  }
}

function lengthOf({ body }: Message, padding: number, lie: MessageLie | undefined): number {
  switch (lie) {
    case 'length_zero':
      return 0;
    case 'length_negative':
      return -4;
    case 'length_unaligned':
      return body.length - 1;
    case 'length_too_large':
      return body.length + padding + 4;
    case 'padding_none':
      return body.length + padding;
    case 'padding_short':
      return body.length + padding - 8;
    default:
      return body.length;
  }
}

// x is 0 for messages from the client and 8 for messages to it.
type Direction = 0 | 8;

function messageKeyOf(key: AuthKey, plain: Buffer, x: Direction): Buffer {
  return sha256(key.bytes.subarray(88 + x, 120 + x), plain).subarray(8, 24);
}

function messageCipher(key: AuthKey, messageKey: Buffer, x: Direction): IgeKey {
  const a = sha256(messageKey, key.bytes.subarray(x, 36 + x));
  const b = sha256(key.bytes.subarray(40 + x, 76 + x), messageKey);
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24, 32)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24, 32)]),
  };
}
