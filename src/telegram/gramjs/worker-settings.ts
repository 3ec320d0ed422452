import type { DataCentre } from '../portable-session.js';
import type { RsaPublicKey } from '../public-key.js';

/** A proxy with its secrets in clear, to be sent to a worker. */
export type PlainProxy =
  | {
      readonly type: 'socks5';
      readonly address: string;
      readonly port: number;
      readonly username?: string;
      readonly password?: string;
    }
  | { readonly type: 'mtproxy'; readonly address: string; readonly port: number; readonly secret: string };

/** The device fields that the client sends to Telegram (initConnection). */
export interface DeviceInfo {
  readonly deviceModel: string;
  readonly systemVersion: string;
  readonly appVersion: string;
  readonly langCode: string;
  readonly systemLangCode: string;
}

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
}
