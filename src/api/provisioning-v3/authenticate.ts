import { parseMxid, serverNameOf, type ServerName } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readBearer } from '../../http/access-token.js';
import type { Authenticator, FindTokenHolder, TokenVerdict } from '../../http/bearer-auth.js';

/**
 * Tells whose OpenID token a text is, as the server of that name says: that user is on that server. Matrix clients give
 * such tokens to other services, as proof of who the user is (client-server API, "OpenID").
 */
export type FindOpenIdUser = (token: Secret, serverName: ServerName) => Promise<TokenVerdict>;

/** What createV3Auth needs. */
export interface V3AuthDeps {
  /** Compares secrets, counts wrong ones, and asks whose access tokens are. */
  readonly authenticate: Authenticator;
  /** Absent where Matrix users' own tokens are not accepted. */
  readonly findTokenHolder: FindTokenHolder | undefined;
  /** Absent where OpenID tokens are not accepted. */
  readonly findOpenIdUser: FindOpenIdUser | undefined;
  /** Whose OpenID tokens are meant where no user is named. */
  readonly serverName: ServerName;
}

const openIdPrefix = 'openid:';

/**
 * The authentication of version 3: `Bearer` may be left out, and beside the shared secret and access tokens there are OpenID tokens,
 * `openid:<token>`, about which the server of the user in the query is asked.
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
