import { isIPv6 } from 'node:net';
import type { PortableSession } from '../portable-session.js';
import type { TelegramUserId } from '../shapes.js';

/** A session with the other values that some formats contain. */
export interface ExportedSession extends PortableSession {
  readonly userId: TelegramUserId;
  readonly isBot: boolean;
  /** The application that the authorization belongs to. */
  readonly apiId: number;
}

/** Returns address and port as one text: `149.154.167.51:443`, `[2001:db8::1]:443`. */
export function hostAndPort({ address, port }: PortableSession): string {
  return isIPv6(address) ? `[${address}]:${port}` : `${address}:${port}`;
}

const testNetwork: readonly string[] = ['149.154.175.10', '149.154.167.40', '149.154.175.117'];

/** Returns true if the address of the session belongs to Telegram's test network. */
export function isTestSession({ address }: PortableSession): boolean {
  return testNetwork.includes(address);
}
