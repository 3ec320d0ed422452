import { findKeyByFingerprints } from '@mtcute/core/utils.js';
import type { tl } from '@mtcute/core';
import { systemRandom } from '../../base/random.js';
import type { GatewayOptions, PlainProxy } from '../gateway-options.js';
import type { ServerPublicKey } from '../mtproto/key-exchange.js';
import { createSaltCache } from '../salt-cache.js';
import type { ConnectionSettings } from './key-connection.js';
import { loadCrypto } from './crypto.js';
import { FormatLogger } from './platform.js';

export { createMtcuteConnection } from './connection.js';

/** The options of a gateway, with its keys and proxy in the form that mtcute needs. */
export interface EngineOptions extends Pick<GatewayOptions, 'apiId' | 'deviceInfo' | 'guard' | 'logsDebug' | 'logger'> {
  readonly plainProxy: PlainProxy | null;
  /** The keys of a network other than Telegram's own. */
  readonly serverKeys: ReadonlyMap<bigint, ServerPublicKey>;
}

/** Returns the settings of all connections of a gateway. Prepares the cryptography of mtcute. */
export function connectionSettings(options: EngineOptions): ConnectionSettings {
  const { apiId, deviceInfo, serverKeys, plainProxy, guard, logger, logsDebug = true } = options;
  loadCrypto();
  return {
    initConnection: { _: 'initConnection', apiId, ...deviceInfo, langPack: '', query: unused } as const,
    proxy: plainProxy,
    findKey: (fingerprint) => serverKeys.get(fingerprint) ?? findTelegramKey(fingerprint),
    salts: createSaltCache(),
    random: systemRandom,
    log: new FormatLogger(logger, logsDebug),
    guard,
  };
}

/** mtcute sets the query of each initConnection. */
const unused: tl.help.RawGetConfigRequest = { _: 'help.getConfig' };

/** Returns the key of Telegram's own network with this fingerprint. */
function findTelegramKey(fingerprint: bigint): ServerPublicKey | undefined {
  const key = findKeyByFingerprints([BigInt.asUintN(64, fingerprint).toString(16)]);
  if (key === null || key.old) return undefined;
  return { fingerprint, modulus: BigInt(`0x${key.modulus}`), exponent: BigInt(`0x${key.exponent}`) };
}
