import { Failure } from '../../base/failure.js';

/** An error answer: its number and its name at Telegram. */
export interface RefusalFact {
  readonly kind: 'rpc_error';
  readonly code: number;
  readonly name: string;
}

/** Thrown by services for what Telegram refuses. */
export class RpcRefusal extends Failure<RefusalFact> {
  constructor(code: number, name: string) {
    super({ kind: 'rpc_error', code, name });
  }
}
