import { Secret } from '../../base/secret.js';
import type { PortableSession } from '../portable-session.js';
import { authKeyBytes } from './auth-key.js';
import { hostAndPort } from './format.js';

/**
 * Returns the session as the JSON text that the login flow `manual` of mautrix-telegram accepts.
 */
export function writeMautrixSession(session: PortableSession): Secret {
  return new Secret(
    JSON.stringify({
      auth_key: authKeyBytes(session.authKey).toString('base64'),
      dc_id: session.dcId,
      server_address: hostAndPort(session),
    }),
  );
}
