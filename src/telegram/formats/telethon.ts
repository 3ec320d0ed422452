import { Secret } from '../../base/secret.js';
import type { PortableSession } from '../portable-session.js';
import { authKeyBytes } from './auth-key.js';
import { ipBytes } from './ip-bytes.js';

/**
 * Returns the session in the format of StringSession of Telethon: `1`, then padded base64url of
 * data centre, IP, port and key.
 */
export function writeTelethonSession({ dcId, authKey, address, port }: PortableSession): Secret {
  const ip = ipBytes(address);
  const bytes = Buffer.alloc(3 + ip.length);
  bytes.writeUInt8(dcId, 0);
  ip.copy(bytes, 1);
  bytes.writeUInt16BE(port, 1 + ip.length);
  const encoded = Buffer.concat([bytes, authKeyBytes(authKey)]).toString('base64');
  return new Secret(`1${encoded.replaceAll('+', '-').replaceAll('/', '_')}`);
}
