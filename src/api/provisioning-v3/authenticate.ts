import { parseMxid, serverNameOf, type ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readBearer } from '../../http/access-token.js';
import type { Authenticator, FindTokenHolder, TokenVerdict } from '../../http/bearer-auth.js';

/**
 * Returns the user of an OpenID token (client-server API, "OpenID"), as confirmed by the server of
 * that name. The user is always on that server.
 */
export type FindOpenIdUser = (token: Secret, serverName: ServerName) => Promise<TokenVerdict>;

export interface V3AuthDeps {
  /** Compares secrets, counts failures, and looks up access tokens. */
  readonly authenticate: Authenticator;
  /** Absent if access tokens of Matrix users are not accepted. */
  readonly findTokenHolder: FindTokenHolder | undefined;
  /** Absent if OpenID tokens are not accepted. */
  readonly findOpenIdUser: FindOpenIdUser | undefined;
  /** The server that checks an OpenID token if the query names no user. */
  readonly serverName: ServerName;
}

const openIdPrefix = 'openid:';

/**
 * Returns the authentication of version 3. `Bearer` is optional. Besides the shared secret and
 * access tokens it accepts OpenID tokens, `openid:<token>`, which are checked with the server of
 * the user in the query.
 */
export function createV3Auth({ authenticate, findTokenHolder, findOpenIdUser, serverName }: V3AuthDeps): Authenticator {
  return (credentials) => {
    const { authorization = '' } = credentials;
    const text = readBearer(authorization) ?? authorization.replace(/^Bearer$/i, '');
    if (text === '') return Promise.resolve({ problem: { kind: 'unauthorized', isMissing: true } });
    const named = parseMxid(credentials.query?.get('user_id') ?? '');
    const server = named === undefined ? serverName : serverNameOf(named);
    const find: FindTokenHolder = (token, clientAddress) => {
      const written = token.reveal();
      if (!written.startsWith(openIdPrefix)) return findTokenHolder?.(token, clientAddress) ?? unknown;
      return findOpenIdUser?.(new Secret(written.slice(openIdPrefix.length)), server) ?? unknown;
    };
    return authenticate({ ...credentials, authorization: `Bearer ${text}`, findTokenHolder: find });
  };
}

const unknown: Promise<TokenVerdict> = Promise.resolve({ kind: 'unknown' });
