import { describe, expect, it } from 'vitest';
import { systemRandom } from '../../../../src/base/random.js';
import { authKeyOf } from '../../../../src/sandbox/dc/auth-keys.js';
import { sealPacket } from '../../../../src/sandbox/dc/envelope.js';
import { messageLies } from '../../../../src/sandbox/lies.js';
import { openMessage } from '../../../../src/telegram/mtproto/message.js';
import { tlInt, tlLong } from '../../../../src/telegram/mtproto/tl-bytes.js';
import { untrustedChecks } from '../../../support/untrusted-checks.js';

const key = authKeyOf(systemRandom.bytes(256));
const now = 1_800_000_000;
const session = { salt: 7n, sessionId: -5n };
const context = { authKey: key.bytes, keyId: tlLong(key.id), sessionId: session.sessionId, now };
const messageAt = (seconds: number, body: Buffer = Buffer.alloc(40, 9)) => ({
  msgId: (BigInt(seconds) << 32n) | 1n,
  seqNo: 3,
  body,
});
const badMessageNotification = Buffer.concat([tlInt(0xa7eff811), Buffer.alloc(16)]);

describe('a message of a server', () => {
  it.each([4, 40, 44, 48, 52, 1024])('is opened (%i bytes)', (length) => {
    const { msgId, seqNo, body } = messageAt(now, systemRandom.bytes(length));
    const packet = sealPacket(key, systemRandom, session, { msgId, seqNo, body });
    expect(openMessage(packet, context)).toEqual({ messageId: msgId, sequenceNumber: seqNo, body });
    // A transport with padding adds bytes of its own.
    const padded = Buffer.concat([packet, systemRandom.bytes(15)]);
    expect(openMessage(padded, context)).toEqual({ messageId: msgId, sequenceNumber: seqNo, body });
  });

  // The others are found after the message is open.
  it.each(messageLies.filter((lie) => lie !== 'repeated' && lie !== 'packed_large'))(
    'that breaks the protocol is refused (%s)',
    (lie) => {
      const packet = sealPacket(key, systemRandom, session, messageAt(now), lie);
      expect(() => openMessage(packet, context)).toThrow(untrustedChecks[lie]);
    },
  );

  it.each([
    [36, 1036],
    [48, 1040],
  ])('of %i bytes is refused with %i bytes of padding', (length) => {
    const message = messageAt(now, systemRandom.bytes(length));
    const packet = sealPacket(key, systemRandom, session, message, 'padding_long');
    expect(() => openMessage(packet, context)).toThrow('padding');
  });

  it('that is cut off anywhere is refused', () => {
    const packet = sealPacket(key, systemRandom, session, messageAt(now));
    for (let length = 8; length < packet.length; length += 1) {
      expect(() => openMessage(packet.subarray(0, length), context)).toThrow(
        /untrusted answer of Telegram: (length|message key)/,
      );
    }
  });

  it.each([
    [-331, false],
    [-330, true],
    [330, true],
    [331, false],
  ])('may be %i seconds off by our clock: %s', (seconds, isTaken) => {
    const open = () => openMessage(sealPacket(key, systemRandom, session, messageAt(now + seconds)), context);
    if (isTaken) expect(open).not.toThrow();
    else expect(open).toThrow('time of the message');
  });

  it('may come at any time if it says that our clock is wrong', () => {
    const message = messageAt(now + 86_400, badMessageNotification);
    expect(openMessage(sealPacket(key, systemRandom, session, message), context).body).toEqual(message.body);
  });
});
