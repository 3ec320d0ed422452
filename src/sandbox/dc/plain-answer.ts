import type { Lie } from '../lies.js';
import { TlWriter } from '../tl/writer.js';

const tooMuch = 64;

/**
 * Returns an unencrypted message of a server
 * (core.telegram.org/mtproto/description#unencrypted-message), or a wrong one for a lie about it.
 */
export function framePlain(object: Buffer, messageId: bigint, lie: Lie | undefined): Buffer {
  const body = bodyOf(object, lie);
  return new TlWriter()
    .long(lie === 'plain_key_id' ? 1n : 0n)
    .long(lie === 'plain_message_id' ? messageId - 1n : messageId)
    .int(body.length + (lie === 'plain_length' ? tooMuch : 0))
    .raw(body)
    .result();
}

function bodyOf(object: Buffer, lie: Lie | undefined): Buffer {
  switch (lie) {
    case 'plain_cut':
      return object.subarray(0, -4);
    case 'plain_long':
      return Buffer.concat([object, Buffer.alloc(4)]);
    default:
      return object;
  }
}
