import { Api } from 'telegram';
import type { AuthKey } from 'telegram/crypto/AuthKey.js';
import { _serverKeys } from 'telegram/crypto/RSA.js';
import { MessagePacker, type Logger } from 'telegram/extensions/index.js';
import { MTProtoSender } from 'telegram/network/index.js';
import type { TLMessage } from 'telegram/tl/core/index.js';
import { systemClock } from '../../base/clock.js';
import type { Random } from '../../base/random.js';
import { CheckedState } from './checked-state.js';
import { InitConnection } from './init-connection.js';
import { toGramjsNumber } from './long-numbers.js';
import { exchangeKey, type ServerPublicKey } from '../mtproto/key-exchange.js';
import { sendPlain } from '../mtproto/plain-messages.js';
import type { SaltCache } from '../salt-cache.js';
import type { UntrustedAnswer } from '../mtproto/untrusted-answer.js';

/** The options of gramjs, with types for the options used here. */
type SenderOptions = Omit<ConstructorParameters<typeof MTProtoSender>[1], 'logger' | 'authKeyCallback'> & {
  readonly logger: Logger;
  readonly authKeyCallback: (authKey: AuthKey, dataCentreId: number) => Promise<void>;
};

export interface CheckedSenderOptions {
  readonly authKey: AuthKey | undefined;
  readonly options: SenderOptions;
  readonly random: Random;
  readonly salts: SaltCache;
  /** Called for a message that fails a check once there is a key. */
  readonly onUntrusted: (answer: UntrustedAnswer) => void;
  /** After so long a silence Telegram closes the connection; by default, what gramjs asks for. */
  readonly disconnectAfterMs: number | undefined;
}

/** A sender of gramjs that creates keys and opens messages with the checks that MTProto demands. */
export class CheckedSender extends MTProtoSender {
  readonly #state: CheckedState;
  readonly #initConnection = new InitConnection();
  readonly #options: SenderOptions;
  readonly #random: Random;
  readonly #salts: SaltCache;
  readonly #disconnectAfterMs: number | undefined;

  constructor({ authKey, options, random, salts, onUntrusted, disconnectAfterMs }: CheckedSenderOptions) {
    super(authKey, options);
    const { logger } = options;
    this.#options = options;
    this.#random = random;
    this.#salts = salts;
    this.#disconnectAfterMs = disconnectAfterMs;
    this.#state = new CheckedState({
      authKey: this.authKey,
      logger,
      initConnection: this.#initConnection,
      onUntrusted,
    });
    const { keyId } = this.authKey;
    const salt = keyId && salts.find(BigInt(keyId.toString()));
    if (salt !== undefined) this.#state.salt = toGramjsNumber(salt);
    // Both are private in the types of gramjs, which creates them in its constructor only.
    Object.assign(this, { _state: this.#state, _sendQueue: new MessagePacker(this.#state, logger) });
  }

  override async _connect(): Promise<void> {
    const connection = this._connection;
    if (connection !== undefined && this.authKey.getKey() === undefined) {
      if (!connection.isConnected()) await connection.connect();
      const { authKey, salt, serverTime } = await exchangeKey({
        send: (request) => sendPlain(connection, BigInt(this.#state._getNewMsgId().toString()), request),
        findKey: findServerKey,
        random: this.#random,
      });
      await this.authKey.setKey(authKey);
      this.#state.salt = toGramjsNumber(salt);
      this.#state.timeOffset = serverTime - Math.floor(systemClock.now() / 1000);
      await this.#options.authKeyCallback(this.authKey, this.dcId);
    }
    this.#initConnection.onConnected();
    await super._connect();
  }

  override send(request: Api.AnyRequest): ReturnType<MTProtoSender['send']> {
    if (request instanceof Api.InvokeWithLayer) {
      this.#initConnection.setRequest(request);
      return Promise.resolve();
    }
    // The latest ping decides, and gramjs sends some of its own.
    if (request instanceof Api.PingDelayDisconnect && this.#disconnectAfterMs !== undefined) {
      request.disconnectDelay = this.#disconnectAfterMs / 1000;
    }
    return super.send(request);
  }

  override _handleRPCResult(message: TLMessage): void {
    this.#initConnection.onAnswered();
    super._handleRPCResult(message);
  }

  override async disconnect(): Promise<void> {
    const { keyId } = this.authKey;
    if (keyId !== undefined) this.#salts.store(BigInt(keyId.toString()), BigInt(this.#state.salt.toString()));
    await super.disconnect();
  }
}

function findServerKey(fingerprint: bigint): ServerPublicKey | undefined {
  const key = _serverKeys.get(fingerprint.toString());
  return key && { fingerprint, modulus: BigInt(key.n.toString()), exponent: BigInt(key.e) };
}
