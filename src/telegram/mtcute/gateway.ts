import { createRequire } from 'node:module';
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
import { createTurns } from '../turns.js';
import type { MtcuteConnection } from './connection.js';
import type * as engine from './engine.js';

/** Loads mtcute. Tests replace it. */
export type LoadEngine = () => Promise<typeof engine>;

/** What the engine loads: without one of these the daemon must not start. */
const packages = ['@mtcute/core', '@mtcute/wasm/mtcute.wasm', '@mtcute/wasm/mtcute-simd.wasm', '@fuman/net'] as const;

const loadEngine: LoadEngine = () => import('./engine.js');

/**
 * Creates the gateway to Telegram on mtcute, which runs in the main thread: its arithmetic is a few
 * milliseconds for a new key, and less for all else. mtcute is loaded for the first connection,
 * since it takes memory and time. If loading fails, the connection fails as `unreachable`. The next
 * connection tries again, but Node does not load a module again that it could not read. Throws if
 * mtcute is not installed, or if a public key or the secret of the proxy cannot be read.
 */
export function createMtcuteGateway(options: GatewayOptions, load = loadEngine): TelegramGateway {
  const { resolve } = createRequire(import.meta.url);
  packages.forEach((name) => resolve(name));
  const { clock, logger, apiId, apiHash, proxy, dataCentres = [] } = options;
  const engineOptions = {
    ...options,
    serverKeys: new Map((options.publicKeys ?? []).map((pem) => readServerKey(pem))),
    plainProxy: proxy === undefined ? null : plainProxy(proxy),
  };
  const turns = createTurns(clock);
  const connections = new Set<MtcuteConnection>();
  let started: ReturnType<typeof startEngine> | undefined;
  let closed = false;

  async function startEngine() {
    const { connectionSettings, createMtcuteConnection } = await load();
    return { settings: connectionSettings(engineOptions), createMtcuteConnection };
  }

  async function startedEngine() {
    started ??= startEngine();
    try {
      return await started;
    } catch (error) {
      started = undefined;
      const remedy = 'restart Gangway, which is required after an upgrade too';
      logger.error('telegram engine not loaded', { engine: 'mtcute', remedy, error });
      throw unreachable(error);
    }
  }

  return {
    async connect(session) {
      if (closed) throw unreachable('the gateway is closed');
      const { settings, createMtcuteConnection } = await startedEngine();
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

function readServerKey(pem: string): readonly [bigint, ServerPublicKey] {
  const { fingerprint, modulus, exponent } = readPublicKey(pem);
  const key = { fingerprint: BigInt(fingerprint), modulus: numberOf(modulus), exponent: BigInt(exponent) };
  return [key.fingerprint, key];
}
