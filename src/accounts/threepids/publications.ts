import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { IdServer } from './id-server.js';
import type { ProofSession, UnbindResult } from './account-addresses.js';

/**
 * The bindings of the accounts' 3PIDs at identity servers. Our own service is called directly,
 * others through guarded requests. Throws AccountFailure identity_server_invalid,
 * identity_server_refused, identity_server_unreachable or rate_limited.
 */
export interface Publications {
  /** Returns true if `idServer` is a name of this daemon's own identity service. */
  isOurs(idServer: string): boolean;
  /** Binds the 3PID, and records the server. */
  bind(
    mxid: Mxid,
    session: ProofSession,
    server: { readonly idServer: string; readonly idAccessToken: Secret },
  ): Promise<void>;
  /**
   * Unbinds the 3PID at the named server, else at each server on record. Returns `success` only if
   * there was a binding and each server deleted it. Returns `no-support` if other servers would
   * reject us, because we have no signing key of a homeserver. `first` runs as soon as it is known
   * whether there is a binding; a binding that it deletes counts as unbound.
   */
  unbind(
    mxid: Mxid,
    address: ThirdPartyAddress,
    idServer: string | undefined,
    first?: () => Promise<unknown>,
  ): Promise<UnbindResult>;
  /**
   * Unbinds all 3PIDs of the user at other identity servers, or at the named one. Bindings at our
   * own service end with the account. Returns `success` if each server deleted them, and
   * `no-support` if one failed.
   */
  unbindAll(mxid: Mxid, idServer: IdServer | undefined): Promise<UnbindResult>;
}
