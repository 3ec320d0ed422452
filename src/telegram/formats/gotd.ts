import { createHash } from 'node:crypto';
import { Secret } from '../../base/secret.js';
import type { PortableSession } from '../portable-session.js';
import { authKeyBytes } from './auth-key.js';
import { hostAndPort, isTestSession } from './format.js';

/**
 * Returns the session as the JSON text that gotd stores. gotd fetches a salt and the configuration
 * when it connects.
 */
export function writeGotdSession(session: PortableSession): Secret {
  const { dcId } = session;
  const authKey = authKeyBytes(session.authKey);
  const authKeyId = createHash('sha1').update(authKey).digest().subarray(12, 20);
  return new Secret(
    JSON.stringify({
      Version: 1,
      Data: {
        Config: {
          BlockedMode: false,
          ForceTryIpv6: false,
          Date: 0,
          Expires: 0,
          TestMode: isTestSession(session),
          ThisDC: dcId,
          DCOptions: null,
          DCTxtDomainName: '',
          TmpSessions: 0,
          WebfileDCID: 0,
        },
        DC: dcId,
        Addr: hostAndPort(session),
        AuthKey: authKey.toString('base64'),
        AuthKeyID: authKeyId.toString('base64'),
        Salt: 0,
      },
    }),
  );
}
