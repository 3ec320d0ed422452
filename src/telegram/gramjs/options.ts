import { plainProxy, type GatewayOptions } from '../gateway-options.js';
import { readPublicKey } from '../public-key.js';
import type { WorkerSettings } from './worker-settings.js';

export interface GramjsGatewayOptions extends GatewayOptions {
  /**
   * The number of threads for gramjs. Each uses about 40 MB and creates some 15 auth keys per
   * second.
   */
  readonly workers?: number;
  /** The bundled gramjs-worker.js, if it is not in the folder of this module. */
  readonly workerUrl?: URL;
}

/**
 * Returns the settings of the workers, with secrets in clear. Throws if a key or a proxy's secret
 * is invalid.
 */
export function workerSettings({
  apiId,
  apiHash,
  deviceInfo,
  proxy,
  dataCentres = [],
  publicKeys = [],
  logsDebug = true,
  guard,
}: GramjsGatewayOptions): WorkerSettings {
  return {
    apiId,
    apiHash: apiHash.reveal(),
    deviceInfo,
    proxy: proxy === undefined ? null : plainProxy(proxy),
    dataCentres,
    publicKeys: publicKeys.map(readPublicKey),
    logsDebug,
    guard: guard ? { deadline: guard.deadline.memory, disconnectAfterMs: guard.disconnectAfterMs } : null,
  };
}
