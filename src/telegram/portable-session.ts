import type { Secret } from '../base/secret.js';
import type { TelegramSession } from './gateway.js';

/** What every Telegram library needs to continue a session. A client that has it is logged in. */
export interface PortableSession {
  /** 1 to 5 on Telegram's own network. */
  readonly dcId: number;
  /** Base64 of 256 bytes. */
  readonly authKey: Secret;
  /** The IP address of the data centre: the configured one, else the public IPv4 address. */
  readonly address: string;
  /** The configured one, else 443. */
  readonly port: number;
}

/** Converts between the adapter's form of sessions and the portable one. */
export interface SessionConverter {
  /** Throws for a session without a key of 256 bytes: that is a defect. */
  read(session: TelegramSession): PortableSession;
  /** The session of a login that another program has made, or has continued. Throws unless its key has 256 bytes. */
  write(session: PortableSession): TelegramSession;
}
