import type { DeviceInfo, PlainProxy } from '../gateway-options.js';
import type { DataCentre } from '../portable-session.js';
import type { RsaPublicKey } from '../public-key.js';

/** The settings with which a worker starts. */
export interface WorkerSettings {
  readonly apiId: number;
  readonly apiHash: string;
  readonly deviceInfo: DeviceInfo;
  readonly proxy: PlainProxy | null;
  /** Empty for Telegram's own network. */
  readonly dataCentres: readonly DataCentre[];
  readonly publicKeys: readonly RsaPublicKey[];
  readonly logsDebug: boolean;
  /** Null if this daemon shares its sessions with no other. */
  readonly guard: WorkerGuard | null;
}

/** A LeaseGuard, with the memory of its deadline. */
export interface WorkerGuard {
  readonly deadline: SharedArrayBuffer;
  readonly disconnectAfterMs: number;
}
