import type { MessageLie } from '../lies.js';
import type { TlObject } from '../tl/value.js';

/** One call as it came out of a session: still in bytes, because its layer is not known yet. */
export interface RpcRequest {
  readonly keyName: string;
  readonly sessionId: bigint;
  readonly dc: number;
  readonly body: Buffer;
}

/**
 * What to do about a call: send the answer, after a while perhaps, whole or cut off; or nothing if
 * there is none.
 */
export interface RpcOutcome {
  readonly answer: Buffer | undefined;
  readonly delayMs: number;
  readonly cut: boolean;
  /** What is wrong on purpose in the message that carries the answer. */
  readonly lie: MessageLie | undefined;
}

/** What a data centre needs from everything above the protocol. */
export interface RpcServer {
  call(request: RpcRequest): RpcOutcome;
  /** Encodes an update in the layer of the session, or in the last one that its key named. */
  encodeUpdate(keyName: string, sessionId: bigint, update: TlObject): Buffer;
}
