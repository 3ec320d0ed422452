import type { Secret } from '../base/secret.js';
import type { TelegramSession } from './gateway.js';

/**
 * The values that any Telegram library needs to continue a session. A client that has them is
 * logged in.
 */
export interface PortableSession {
  /** 1 to 5 on Telegram's own network. */
  readonly dcId: number;
  /** Base64 of 256 bytes. */
  readonly authKey: Secret;
  /** The IP address of the data centre: the configured one, else the public IPv4 address. */
  readonly address: string;
  /** The configured port, else 443. */
  readonly port: number;
}

/** Converts between the adapter's form of sessions and the portable form. */
export interface SessionConverter {
  /** Throws a defect unless the session has a key of 256 bytes. */
  read(session: TelegramSession): PortableSession;
  /**
   * Returns the session of a login that another program made or continued. Throws unless its key
   * has 256 bytes.
   */
  write(session: PortableSession): TelegramSession;
}
