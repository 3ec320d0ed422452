import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { Database } from '../../database/database.js';
import type { IdentityUsers } from '../../identity/users.js';
import type { Associations } from '../../identity/associations.js';
import { IdentityFailure } from '../../identity/failure.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import { AccountFailure } from '../failure.js';
import type { ProofSession } from './account-addresses.js';
import { findIdServer, type IdServer } from './id-server.js';

/** The bindings at this daemon's own identity service, without network requests. */
export interface OwnPublications {
  readonly names: ReadonlySet<IdServer>;
  /**
   * Binds the 3PID, as version 2 does for the holder of that token. Throws AccountFailure
   * identity_server_refused.
   */
  bind(mxid: Mxid, session: ProofSession, idAccessToken: Secret): Promise<void>;
  isPublished(mxid: Mxid, address: ThirdPartyAddress): Promise<boolean>;
  /** Idempotent. */
  unbind(mxid: Mxid, address: ThirdPartyAddress): Promise<void>;
}

export interface OwnPublicationsDeps {
  /** The names by which users may reach the identity service: `host[:port][/path]`. */
  readonly names: readonly string[];
  readonly database: Database;
  readonly users: Pick<IdentityUsers, 'holder' | 'requireTerms'>;
  readonly associations: Pick<Associations, 'bind' | 'unbind'>;
  /** Returns the reply of version 2 to a failure. */
  readonly toErrorReply: (failure: IdentityFailure | ThreepidFailure) => {
    readonly status: number;
    readonly body: Readonly<Record<string, unknown>>;
  };
}

/** Creates the bindings at that identity service. */
export function createOwnPublications(deps: OwnPublicationsDeps): OwnPublications {
  const { database, users, associations, toErrorReply } = deps;
  return {
    names: new Set(deps.names.map(findIdServer).filter((name) => name !== undefined)),

    async bind(mxid, { sid, clientSecret }, idAccessToken) {
      try {
        const caller = await users.holder(idAccessToken);
        await users.requireTerms(caller);
        await associations.bind({ sid, clientSecret, mxid, caller });
      } catch (error) {
        if (!(error instanceof IdentityFailure || error instanceof ThreepidFailure)) throw error;
        const { status, body } = toErrorReply(error);
        throw new AccountFailure({ kind: 'identity_server_refused', status, body }, { cause: error });
      }
    },

    async isPublished(mxid, address) {
      const found = await database.transaction((tx) => tx.identityAssociations.find(address));
      return found?.mxid === mxid;
    },

    unbind: (mxid, address) => associations.unbind({ ...address, mxid }, { kind: 'user', mxid }),
  };
}
