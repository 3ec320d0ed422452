import { errors } from 'telegram';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import { BinaryReader, type BinaryWriter } from 'telegram/extensions/index.js';
import { MTProtoState } from 'telegram/network/MTProtoState.js';
import { GZIPPacked, TLMessage } from 'telegram/tl/core/index.js';
import { systemClock } from '../../base/clock.js';
import type { InitConnection } from './init-connection.js';
import { toGramjsNumber } from './long-numbers.js';
import { openMessage } from '../mtproto/message.js';
import { tlLong } from '../mtproto/tl-bytes.js';
import { unpack } from '../mtproto/unpack.js';
import { demand, UntrustedAnswer } from '../mtproto/untrusted-answer.js';

export interface CheckedStateOptions {
  readonly authKey: AuthKey;
  readonly logger: unknown;
  readonly initConnection: InitConnection;
  /** Called for a message that fails a check. It is discarded. */
  readonly onUntrusted: (answer: UntrustedAnswer) => void;
}

// gramjs would unpack without a limit. Packed data that MTProto allows is unpacked before gramjs
// reads it.
GZIPPacked.ungzip = () => {
  throw new UntrustedAnswer('place of packed data');
};

const maxRemembered = 500;

/**
 * The state of a session that opens messages with the checks that gramjs omits, and sends
 * initConnection with requests.
 */
export class CheckedState extends MTProtoState {
  readonly #authKey: AuthKey;
  readonly #initConnection: InitConnection;
  readonly #onUntrusted: (answer: UntrustedAnswer) => void;
  /** The numbers of the latest messages, oldest first. */
  readonly #seen = new Set<bigint>();

  constructor({ authKey, logger, initConnection, onUntrusted }: CheckedStateOptions) {
    super(authKey, logger);
    this.#authKey = authKey;
    this.#initConnection = initConnection;
    this.#onUntrusted = onUntrusted;
  }

  /** A message that requires an answer is a request. */
  override writeDataAsMessage(
    buffer: BinaryWriter,
    data: Buffer,
    contentRelated: boolean,
    afterId?: Parameters<MTProtoState['writeDataAsMessage']>[3],
  ): ReturnType<MTProtoState['writeDataAsMessage']> {
    const message = contentRelated ? this.#initConnection.wrap(data) : data;
    return super.writeDataAsMessage(buffer, message, contentRelated, afterId);
  }

  override async decryptMessageData(packet: Buffer): Promise<TLMessage> {
    // gramjs reads a transport error from the packet.
    if (packet.length < 8) throw new errors.InvalidBufferError(packet);
    try {
      return this.#open(packet);
    } catch (error) {
      if (!(error instanceof UntrustedAnswer)) throw error;
      this.#onUntrusted(error);
      throw new errors.SecurityError(error.check);
    }
  }

  #open(packet: Buffer): TLMessage {
    const authKey = this.#authKey.getKey();
    const { keyId } = this.#authKey;
    demand(authKey !== undefined && keyId !== undefined, 'identifier of the key');
    const { messageId, sequenceNumber, body } = openMessage(packet, {
      authKey,
      keyId: tlLong(BigInt(keyId.toString())),
      sessionId: BigInt(String(Reflect.get(this, 'id'))),
      now: systemClock.now() / 1000 + this.timeOffset,
    });
    // A repeated message is ignored: it is no sign of a bad connection.
    if (this.#seen.has(messageId)) throw new errors.SecurityError('duplicate message');
    this.#seen.add(messageId);
    const [oldest] = this.#seen;
    if (this.#seen.size > maxRemembered && oldest !== undefined) this.#seen.delete(oldest);
    return new TLMessage(toGramjsNumber(messageId), sequenceNumber, new BinaryReader(unpack(body)).tgReadObject());
  }
}
