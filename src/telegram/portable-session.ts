import type { Secret } from '../base/secret.js';

/**
 * The values that any Telegram library needs to continue a session. A client that has them is
 * logged in.
 */
export interface PortableSession {
  /** 1 to 5 on Telegram's own network. */
  readonly dcId: number;
  /** Base64 of 256 bytes. */
  readonly authKey: Secret;
  /** The IP address of the data centre that was connected to last. */
  readonly address: string;
  readonly port: number;
}

/** A data centre of the configuration (`telegram.data_centres`). */
export interface DataCentre {
  readonly id: number;
  readonly ip: string;
  readonly port: number;
}

/** Addresses of Telegram's own network. The port is 443 (help.getConfig). */
const publicAddresses: Readonly<Record<number, string>> = {
  1: '149.154.175.53',
  2: '149.154.167.51',
  3: '149.154.175.100',
  4: '149.154.167.91',
  5: '91.108.56.130',
};

/**
 * Returns the session with the address that other programs expect, because some connect to the
 * address in the session: the configured one if another network is configured, else the public one.
 */
export function withPublicAddress(session: PortableSession, dataCentres: readonly DataCentre[]): PortableSession {
  const configured = dataCentres.find(({ id }) => id === session.dcId);
  if (configured !== undefined) return { ...session, address: configured.ip, port: configured.port };
  return { ...session, address: publicAddresses[session.dcId] ?? session.address, port: 443 };
}
