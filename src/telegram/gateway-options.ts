import type { Clock } from '../base/clock.js';
import type { LeaseGuard } from '../base/leases.js';
import type { Logger } from '../base/logger.js';
import type { Secret } from '../base/secret.js';
import type { DataCentre } from './portable-session.js';

/** The device fields that the client sends to Telegram (initConnection). */
export interface DeviceInfo {
  readonly deviceModel: string;
  readonly systemVersion: string;
  readonly appVersion: string;
  readonly langCode: string;
  readonly systemLangCode: string;
}

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

/** A proxy with its secrets in clear, which may be sent to a worker. */
export type PlainProxy =
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: string };

/** The options of a gateway of either engine. */
export interface GatewayOptions {
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
  readonly logger: Logger;
  /** Whether the debug messages of the engine are logged. Defaults to true. */
  readonly logsDebug?: boolean;
  /** Set if other daemons may connect on the same sessions. */
  readonly guard?: LeaseGuard | undefined;
  readonly clock: Clock;
}

export const defaultConnectDeadlineMs = 20_000;
export const defaultCallDeadlineMs = 15_000;

/**
 * Returns the proxy with its secrets in clear. Throws if the secret of an MTProto proxy is invalid.
 */
export function plainProxy(proxy: TelegramProxy): PlainProxy {
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
 * Returns the secret in hex. Secrets of fake TLS (`ee`, followed by a domain) are not supported:
 * gramjs does not detect them.
 */
function proxySecret(secret: Secret): string {
  const text = secret.reveal();
  const bytes = Buffer.from(text, /^[0-9a-f]+$/i.test(text) ? 'hex' : 'base64');
  if (bytes.length === 16 || (bytes.length === 17 && bytes[0] === 0xdd)) return bytes.toString('hex');
  throw new Error('the secret of the MTProto proxy must be 16 bytes, or 0xdd and 16 bytes; fake TLS is not supported');
}
