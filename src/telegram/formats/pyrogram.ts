import { Secret } from '../../base/secret.js';
import { authKeyBytes } from './auth-key.js';
import { isTestSession, type ExportedSession } from './format.js';

/**
 * Returns the session as a session string of Pyrogram 2: base64url of data centre, application,
 * network, key, user and kind.
 */
export function writePyrogramSession(session: ExportedSession): Secret {
  const head = Buffer.alloc(6);
  head.writeUInt8(session.dcId, 0);
  head.writeUInt32BE(session.apiId, 1);
  head.writeUInt8(isTestSession(session) ? 1 : 0, 5);
  const tail = Buffer.alloc(9);
  tail.writeBigUInt64BE(BigInt(session.userId), 0);
  tail.writeUInt8(session.isBot ? 1 : 0, 8);
  return new Secret(Buffer.concat([head, authKeyBytes(session.authKey), tail]).toString('base64url'));
}
