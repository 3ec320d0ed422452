import { readGramjsSession, writeGramjsSession } from '../formats/gramjs.js';
import type { SessionConverter } from '../portable-session.js';
import type { DataCentre } from './protocol.js';

/** Of Telegram's own network; the port is 443 (help.getConfig). */
const publicAddresses: Readonly<Record<number, string>> = {
  1: '149.154.175.53',
  2: '149.154.167.51',
  3: '149.154.175.100',
  4: '149.154.167.91',
  5: '91.108.56.130',
};

/**
 * Converts the sessions of the gramjs adapter. What they say of the address is not used: gramjs keeps whatever it connected to.
 * An address comes from `dataCentres`, the configured ones of another network, else from the list of Telegram's own, because
 * some programs connect to the address that the session names.
 */
export function createSessionConverter(dataCentres: readonly DataCentre[]): SessionConverter {
  return {
    read(session) {
      const stored = readGramjsSession(session);
      const configured = dataCentres.find(({ id }) => id === stored.dcId);
      if (configured !== undefined) return { ...stored, address: configured.ip, port: configured.port };
      return { ...stored, address: publicAddresses[stored.dcId] ?? stored.address, port: 443 };
    },
    // Like LeanSession: the adapter knows the real port.
    write: (session) => writeGramjsSession({ ...session, port: 443 }),
  };
}
