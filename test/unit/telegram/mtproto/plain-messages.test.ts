import { describe, expect, it } from 'vitest';
import { sendPlain } from '../../../../src/telegram/mtproto/plain-messages.js';
import { tlInt, tlLong } from '../../../../src/telegram/mtproto/tl-bytes.js';

const request = Buffer.from('request!');
const answer = Buffer.from('an answer...');

interface Parts {
  readonly keyId?: bigint;
  readonly messageId?: bigint;
  readonly length?: number;
  readonly behind?: number;
}

const packetOf = ({ keyId = 0n, messageId = 5n, length = answer.length, behind = 0 }: Parts) =>
  Buffer.concat([tlLong(keyId), tlLong(messageId), tlInt(length), answer, Buffer.alloc(behind)]);

/** Sends the request on a connection that answers with the packet. */
async function sendAndReceive(packet: unknown) {
  const sent: Buffer[] = [];
  const connection = {
    send(bytes: Buffer) {
      sent.push(bytes);
      return Promise.resolve();
    },
    recv: () => Promise.resolve(packet),
  };
  return { received: await sendPlain(connection, 4n, request), sent };
}

describe('an unencrypted message', () => {
  it.each([0, 15])('returns the body of the answer, with %i bytes of padding', async (behind) => {
    expect(await sendAndReceive(packetOf({ behind }))).toEqual({
      received: answer,
      sent: [Buffer.concat([tlLong(0n), tlLong(4n), tlInt(request.length), request])],
    });
  });

  it.each([
    ['a connection that has ended', undefined, 'the connection was closed'],
    ['a transport error', tlInt(-404), 'transport error -404'],
    ['an encrypted answer', packetOf({ keyId: 1n }), 'answer without encryption'],
    ['the message number of a client', packetOf({ messageId: 4n }), 'message number of a server'],
    ['more than padding behind the answer', packetOf({ behind: 16 }), 'length'],
    ['a body that ends early', packetOf({ length: answer.length + 1 }), 'length'],
    ['a negative length', packetOf({ length: -1 }), 'length'],
    ['a packet that ends early', packetOf({}).subarray(0, 12), 'length'],
  ])('fails for %s', async (_, packet, message) => {
    await expect(sendAndReceive(packet)).rejects.toThrow(message);
  });
});
