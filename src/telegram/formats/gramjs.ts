import { Secret } from '../../base/secret.js';
import type { PortableSession } from '../portable-session.js';
import { authKeyBytes, authKeyOf } from './auth-key.js';

const version = '1';

/** Returns the session in the format of StringSession of gramjs. */
export function writeGramjsSession({ dcId, authKey, address, port }: PortableSession): Secret {
  const host = Buffer.from(address);
  const head = Buffer.alloc(3);
  head.writeUInt8(dcId, 0);
  head.writeInt16BE(host.length, 1);
  const portBytes = Buffer.alloc(2);
  // gramjs reads a signed number, so it misreads ports above 32767.
  portBytes.writeUInt16BE(port);
  return new Secret(version + Buffer.concat([head, host, portBytes, authKeyBytes(authKey)]).toString('base64'));
}

/** Reads a StringSession of gramjs. Throws for any other text, and unless the key has 256 bytes. */
export function readGramjsSession(session: Secret): PortableSession {
  const text = session.reveal();
  const bytes = Buffer.from(text.slice(version.length), 'base64');
  if (!text.startsWith(version) || bytes.length < 5) throw new Error('not a session string of gramjs');
  const addressEnd = 3 + bytes.readUInt16BE(1);
  if (bytes.length < addressEnd + 2) throw new Error('not a session string of gramjs');
  return {
    dcId: bytes.readUInt8(0),
    address: bytes.toString('utf8', 3, addressEnd),
    port: bytes.readUInt16BE(addressEnd),
    authKey: authKeyOf(bytes.subarray(addressEnd + 2)),
  };
}
