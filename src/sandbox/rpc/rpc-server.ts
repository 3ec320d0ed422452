import type { MessageLie } from '../lies.js';
import type { TlObject } from '../tl/value.js';

/** One call as it came out of a session: still in bytes, because its layer is not known yet. */
export interface RpcRequest {
  readonly keyName: string;
  readonly dc: number;
  readonly body: Buffer;
}

/** What to do about a call: send the answer, after a while perhaps, whole or cut off; or nothing where there is none. */
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
  /** An update in the layer that the key's client speaks. */
  encodeUpdate(keyName: string, update: TlObject): Buffer;
}
