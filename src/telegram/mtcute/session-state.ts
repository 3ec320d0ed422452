import type { SessionConnection } from '@mtcute/core';
import type { MessageContext } from '../mtproto/message.js';
import type { SaltCache } from '../salt-cache.js';
import { longOf, numberOf } from './salt.js';

type MtprotoSession = SessionConnection['_session'];

/** A wrong salt and a wrong clock cost one message each. */
const maxSends = 4;

/** The key, salt and time of a connection, in the session of mtcute that encrypts with them. */
export class SessionState {
  readonly #session: MtprotoSession;
  readonly #salts: SaltCache;

  constructor(session: MtprotoSession, salts: SaltCache) {
    this.#session = session;
    this.#salts = salts;
  }

  /** Sets the key, and the given salt or the one that the key had last. */
  setKey(authKey: Buffer, salt?: bigint): void {
    this.#session._authKey.setup(authKey);
    const known = salt ?? this.#salts.find(this.#keyId.readBigInt64LE());
    if (known !== undefined) this.#session._salts.currentSalt = longOf(known);
  }

  /** Stores the current salt for later connections on the key. */
  keepSalt(): void {
    const salt = numberOf(this.#session._salts.currentSalt);
    if (this.#session._authKey.ready && salt !== 0n) this.#salts.store(this.#keyId.readBigInt64LE(), salt);
  }

  /** Sets the time of the data centre, in seconds since 1970. */
  setServerTime(seconds: number): void {
    const offset = this.#session._timeOffset + seconds - this.#session.getServerTime();
    this.#session.updateTimeOffset(offset, true);
  }

  /**
   * mtcute sends a request again without a limit if the data centre rejects its message. Calls
   * `onTooMany` instead of the fifth time.
   */
  limitSends(onTooMany: () => void): void {
    const enqueue = this.#session.enqueueRpc.bind(this.#session);
    const sends = new WeakMap<object, number>();
    this.#session.enqueueRpc = (rpc, force) => {
      const times = (sends.get(rpc) ?? 0) + 1;
      sends.set(rpc, times);
      if (times <= maxSends) return enqueue(rpc, force);
      onTooMany();
      return false;
    };
  }

  /** Returns what a message of the data centre must agree with. */
  context(): MessageContext {
    return {
      authKey: Buffer.from(this.#session._authKey.key),
      keyId: this.#keyId,
      sessionId: numberOf(this.#session._sessionId),
      now: this.#session.getServerTime(),
    };
  }

  get #keyId(): Buffer {
    return Buffer.from(this.#session._authKey.id);
  }
}
