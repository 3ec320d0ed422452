import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Secret } from '../../base/secret.js';
import type { DataCentre } from '../portable-session.js';
import type { DeviceInfo, PlainProxy, WorkerSettings } from './worker-settings.js';
import { readPublicKey } from '../public-key.js';

/**
 * A proxy on the way to Telegram. The secret of an MTProto proxy is 16 bytes in hex or base64,
 * optionally prefixed with `dd`.
 */
export type TelegramProxy =
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly username?: string | undefined;
      readonly password?: Secret | undefined;
    }
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: Secret };

export interface GramjsGatewayOptions {
  readonly apiId: number;
  readonly apiHash: Secret;
  readonly deviceInfo: DeviceInfo;
  readonly proxy?: TelegramProxy | undefined;
  /**
   * The data centres of another Telegram network; new sessions begin at the first. By default,
   * Telegram's own.
   */
  readonly dataCentres?: readonly DataCentre[];
  /** RSA public keys (PEM) of that network, in addition to Telegram's own. */
  readonly publicKeys?: readonly string[];
  /** The time limit for connecting, including the key exchange. */
  readonly connectDeadlineMs?: number;
  readonly callDeadlineMs?: number;
  /**
   * The number of threads for gramjs. Each uses about 40 MB and creates some 15 auth keys per
   * second.
   */
  readonly workers?: number;
  readonly logger: Logger;
  /**
   * Whether the workers send what they log at level debug. Each line costs a message between
   * threads. Defaults to true.
   */
  readonly logsDebug?: boolean;
  readonly clock: Clock;
  /** The compiled worker.js, if it is not in the folder of this module. */
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
}: GramjsGatewayOptions): WorkerSettings {
  return {
    apiId,
    apiHash: apiHash.reveal(),
    deviceInfo,
    proxy: proxy === undefined ? null : plainProxy(proxy),
    dataCentres,
    publicKeys: publicKeys.map(readPublicKey),
    logsDebug,
  };
}

function plainProxy(proxy: TelegramProxy): PlainProxy {
  const { address, port } = proxy;
  if (proxy.type === 'mtproxy') return { type: 'mtproxy', address, port, secret: proxySecret(proxy.secret) };
  const { username, password } = proxy;
  return {
    type: 'socks5',
    address,
    port,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password: password.reveal() }),
  };
}

/**
 * Returns the secret in hex. gramjs supports no secrets of fake TLS (`ee`, followed by a domain),
 * and does not detect them.
 */
function proxySecret(secret: Secret): string {
  const text = secret.reveal();
  const bytes = Buffer.from(text, /^[0-9a-f]+$/i.test(text) ? 'hex' : 'base64');
  if (bytes.length === 16 || (bytes.length === 17 && bytes[0] === 0xdd)) return bytes.toString('hex');
  throw new Error('the secret of the MTProto proxy must be 16 bytes, or 0xdd and 16 bytes; fake TLS is not supported');
}
