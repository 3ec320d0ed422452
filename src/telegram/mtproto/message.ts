import { sha256 } from './digests.js';
import { decryptIge, type IgeKey } from './ige.js';
import { demand } from './untrusted-answer.js';

/** A decrypted message of a server. */
export interface ServerMessage {
  readonly messageId: bigint;
  readonly sequenceNumber: number;
  readonly body: Buffer;
}

/** The values that a message is checked against. */
export interface MessageContext {
  /** 256 bytes. */
  readonly authKey: Buffer;
  /** The low 64 bits of its SHA-1, as in packets. */
  readonly keyId: Buffer;
  /** Signed, as in packets. */
  readonly sessionId: bigint;
  /** The estimate of Telegram's time, in seconds since 1970. */
  readonly now: number;
}

const envelopeLength = 24;
const headLength = 32;
const leastPadding = 12;
const maxPadding = 1024;
/**
 * Telegram accepts messages of clients whose clock is up to 300 s late or 30 s early, and rejects
 * others. So the time of a valid message may differ from this clock by that much in either
 * direction.
 */
const maxSkewSeconds = 300 + 30;
const badMessageNotification = 0xa7eff811;

/**
 * Decrypts a message (MTProto 2.0), with every check of
 * core.telegram.org/mtproto/security_guidelines except for duplicates. Throws UntrustedAnswer if a
 * check fails.
 */
export function openMessage(packet: Buffer, context: MessageContext): ServerMessage {
  demandEnvelope(packet, context);
  const messageKey = packet.subarray(8, envelopeLength);
  // Transports with padding leave up to 15 bytes behind the last block.
  const sealed = packet.subarray(envelopeLength, packet.length - ((packet.length - envelopeLength) % 16));
  const plain = decryptIge(sealed, cipherOf(context.authKey, messageKey));
  return readMessage(messageKey, plain, context);
}

/** Throws UntrustedAnswer unless the packet is long enough, and encrypted with the key. */
export function demandEnvelope(packet: Buffer, { keyId }: Pick<MessageContext, 'keyId'>): void {
  demand(packet.subarray(0, 8).equals(keyId), 'identifier of the key');
  demand(packet.length >= envelopeLength + headLength, 'length');
}

/**
 * Reads a decrypted message. Throws UntrustedAnswer if the message key does not match or another
 * check fails.
 */
export function readMessage(
  messageKey: Buffer,
  plain: Buffer,
  { authKey, sessionId, now }: Omit<MessageContext, 'keyId'>,
): ServerMessage {
  const expected = sha256(authKey.subarray(96, 128), plain).subarray(8, 24);
  demand(messageKey.equals(expected), 'message key');
  demand(plain.readBigInt64LE(8) === sessionId, 'identifier of the session');
  const length = plain.readInt32LE(28);
  const padding = plain.length - headLength - length;
  demand(length > 0 && length % 4 === 0 && padding >= 0, 'length');
  demand(leastPadding <= padding && padding <= maxPadding, 'padding');
  const messageId = plain.readBigInt64LE(16);
  demand((messageId & 1n) === 1n, 'message number of a server');
  const body = plain.subarray(headLength, headLength + length);
  const skew = Math.abs(Number(messageId >> 32n) - now);
  // This notification reports that the clock of the client is wrong.
  demand(skew <= maxSkewSeconds || body.readUInt32LE() === badMessageNotification, 'time of the message');
  return { messageId, sequenceNumber: plain.readInt32LE(24), body };
}

function cipherOf(authKey: Buffer, messageKey: Buffer): IgeKey {
  const a = sha256(messageKey, authKey.subarray(8, 44));
  const b = sha256(authKey.subarray(48, 84), messageKey);
  return {
    key: Buffer.concat([a.subarray(0, 8), b.subarray(8, 24), a.subarray(24)]),
    iv: Buffer.concat([b.subarray(0, 8), a.subarray(8, 24), b.subarray(24)]),
  };
}
