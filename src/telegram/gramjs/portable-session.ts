import { readGramjsSession, writeGramjsSession } from '../formats/gramjs.js';
import type { SessionConverter } from '../portable-session.js';
import type { DataCentre } from './worker-settings.js';

/** Addresses of Telegram's own network. The port is 443 (help.getConfig). */
const publicAddresses: Readonly<Record<number, string>> = {
  1: '149.154.175.53',
  2: '149.154.167.51',
  3: '149.154.175.100',
  4: '149.154.167.91',
  5: '91.108.56.130',
};

/**
 * Creates the converter for sessions of the gramjs adapter. It ignores the address in them, because
 * gramjs stores the address that it last connected to. Addresses come from `dataCentres`, if
 * another network is configured, else from the list of Telegram's own, because some programs
 * connect to the address in the session.
 */
export function createSessionConverter(dataCentres: readonly DataCentre[]): SessionConverter {
  return {
    read(session) {
      const stored = readGramjsSession(session);
      const configured = dataCentres.find(({ id }) => id === stored.dcId);
      if (configured !== undefined) return { ...stored, address: configured.ip, port: configured.port };
      return { ...stored, address: publicAddresses[stored.dcId] ?? stored.address, port: 443 };
    },
    // Like LeanSession: the adapter has the real port.
    write: (session) => writeGramjsSession({ ...session, port: 443 }),
  };
}
