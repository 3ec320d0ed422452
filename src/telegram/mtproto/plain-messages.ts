import { TlBytes, tlInt, tlLong } from './tl-bytes.js';
import { demand } from './untrusted-answer.js';

/** A transport for packets. */
interface PacketConnection {
  send(packet: Buffer): Promise<void>;
  recv(): Promise<unknown>;
}

// Transports with padding leave up to 15 bytes behind a packet.
const maxPadding = 15;

/**
 * Sends an unencrypted request (core.telegram.org/mtproto/description#unencrypted-message) and
 * resolves with the answer. Rejects if the connection ends, and for a transport error.
 */
export async function sendPlain(connection: PacketConnection, messageId: bigint, request: Buffer): Promise<Buffer> {
  await connection.send(Buffer.concat([tlLong(0n), tlLong(messageId), tlInt(request.length), request]));
  const packet = await connection.recv();
  if (!Buffer.isBuffer(packet)) throw new Error('the connection was closed');
  if (packet.length === 4) throw new Error(`transport error ${packet.readInt32LE()}`);
  const reader = new TlBytes(packet);
  demand(reader.long() === 0n, 'answer without encryption');
  demand((reader.long() & 1n) === 1n, 'message number of a server');
  const answer = reader.raw(reader.int());
  demand(packet.length - reader.position <= maxPadding, 'length');
  return answer;
}
