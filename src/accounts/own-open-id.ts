import type { ServerName } from '../base/mxid.js';
import { FederationFailure } from '../matrix/federation-failure.js';
import type { OpenId } from '../matrix/federation.js';
import type { OpenIdTokens } from './open-id.js';

export interface OwnOpenIdDeps {
  readonly serverName: ServerName;
  readonly tokens: Pick<OpenIdTokens, 'findUser'>;
  /**
   * Verifies tokens that were not issued here. Another program may have issued them under our
   * server name.
   */
  readonly others: OpenId;
}

/** Creates an OpenID that verifies our own tokens without a network request. */
export function createOwnOpenId({ serverName, tokens, others }: OwnOpenIdDeps): OpenId {
  return {
    async openIdSubject(server, token) {
      if (server !== serverName) return others.openIdSubject(server, token);
      const verdict = await tokens.findUser(token);
      switch (verdict.kind) {
        case 'user':
          return verdict.mxid;
        case 'unknown':
          throw new FederationFailure({ kind: 'refused', status: 401 });
        case 'not_ours':
          return others.openIdSubject(server, token);
      }
    },
  };
}
