import type { Lie } from '../lies.js';
import type { TlObject, TlValue } from '../tl/value.js';
import type { Device } from '../world/devices.js';

/** Who calls, and where. */
export interface RpcContext {
  readonly device: Device;
  readonly dc: number;
  /** What the method is to get wrong on purpose. */
  readonly lie: Lie | undefined;
}

/**
 * One method of the API. `access` says whether its caller must be logged in; services of the second
 * kind look for themselves.
 */
export interface RpcMethod {
  readonly access: 'account' | 'anyone';
  run(context: RpcContext, request: TlObject): TlValue;
}

/** The methods of one area, by their TL names. */
export type RpcService = Readonly<Record<string, RpcMethod>>;
