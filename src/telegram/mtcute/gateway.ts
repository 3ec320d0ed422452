import type { tl } from '@mtcute/core';
import { findKeyByFingerprints } from '@mtcute/core/utils.js';
import { systemRandom } from '../../base/random.js';
import { unreachable } from '../failure.js';
import {
  defaultCallDeadlineMs,
  defaultConnectDeadlineMs,
  plainProxy,
  type GatewayOptions,
} from '../gateway-options.js';
import type { TelegramGateway } from '../gateway.js';
import type { ServerPublicKey } from '../mtproto/key-exchange.js';
import { numberOf } from '../mtproto/numbers.js';
import { readPublicKey } from '../public-key.js';
import { createSaltCache } from '../salt-cache.js';
import { createTurns } from '../turns.js';
import { createMtcuteConnection, type MtcuteConnection } from './connection.js';
import { loadCrypto } from './crypto.js';
import { FormatLogger } from './platform.js';

/**
 * Creates the gateway to Telegram on mtcute, which runs in the main thread: its arithmetic is a few
 * milliseconds for a new key, and less for all else. Throws if a public key or the proxy's secret
 * cannot be read.
 */
export function createMtcuteGateway(options: GatewayOptions): TelegramGateway {
  const { clock, logger, apiId, apiHash, deviceInfo, proxy, dataCentres = [] } = options;
  const keys = new Map((options.publicKeys ?? []).map((pem) => readServerKey(pem)));
  const settings = {
    initConnection: { _: 'initConnection', apiId, ...deviceInfo, langPack: '', query: unused } as const,
    proxy: proxy === undefined ? null : plainProxy(proxy),
    findKey: (fingerprint: bigint) => keys.get(fingerprint) ?? findTelegramKey(fingerprint),
    salts: createSaltCache(),
    random: systemRandom,
    log: new FormatLogger(logger, options.logsDebug ?? true),
    guard: options.guard,
  };
  const turns = createTurns(clock);
  const connections = new Set<MtcuteConnection>();
  let closed = false;
  loadCrypto();

  return {
    async connect(session) {
      if (closed) throw unreachable('the gateway is closed');
      const connection = createMtcuteConnection(session, {
        settings,
        dataCentres,
        turns,
        apiId,
        apiHash: apiHash.reveal(),
        connectDeadlineMs: options.connectDeadlineMs ?? defaultConnectDeadlineMs,
        callDeadlineMs: options.callDeadlineMs ?? defaultCallDeadlineMs,
        clock,
        logger,
        onDestroyed: () => void connections.delete(connection),
      });
      connections.add(connection);
      return connection.open();
    },
    async close() {
      closed = true;
      await Promise.all([...connections].map((connection) => connection.destroy()));
    },
  };
}

/** mtcute sets the query of each initConnection. */
const unused: tl.help.RawGetConfigRequest = { _: 'help.getConfig' };

function readServerKey(pem: string): readonly [bigint, ServerPublicKey] {
  const { fingerprint, modulus, exponent } = readPublicKey(pem);
  const key = { fingerprint: BigInt(fingerprint), modulus: numberOf(modulus), exponent: BigInt(exponent) };
  return [key.fingerprint, key];
}

/** Returns the key of Telegram's own network with this fingerprint. */
function findTelegramKey(fingerprint: bigint): ServerPublicKey | undefined {
  const key = findKeyByFingerprints([BigInt.asUintN(64, fingerprint).toString(16)]);
  if (key === null || key.old) return undefined;
  return { fingerprint, modulus: BigInt(`0x${key.modulus}`), exponent: BigInt(`0x${key.exponent}`) };
}
