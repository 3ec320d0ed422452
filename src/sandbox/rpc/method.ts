import type { Lie } from '../lies.js';
import type { TlObject, TlValue } from '../tl/value.js';
import type { Device } from '../world/devices.js';

/** Who calls, and where. */
export interface RpcContext {
  readonly device: Device;
  readonly dc: number;
  /** The deliberate error of the method. */
  readonly lie: Lie | undefined;
}

/**
 * One method of the API. `access` is whether its caller must be logged in, or whether the method
 * checks that itself.
 */
export interface RpcMethod {
  readonly access: 'account' | 'anyone';
  run(context: RpcContext, request: TlObject): TlValue;
}

/** The methods of one area, by their TL names. */
export type RpcService = Readonly<Record<string, RpcMethod>>;
