import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import type { IdServer } from './id-server.js';
import type { ProofSession, UnbindResult } from './account-addresses.js';

/**
 * What of the accounts' addresses is published at which identity servers. Ourselves we ask without
 * a network in between, others through guarded requests. Throws AccountFailure:
 * identity_server_invalid, identity_server_refused, identity_server_unreachable, rate_limited.
 */
export interface Publications {
  /** Returns whether `idServer` is this daemon's own identity service, under one of its names. */
  isOurs(idServer: string): boolean;
  /** Publishes, and remembers where. */
  bind(
    mxid: Mxid,
    session: ProofSession,
    server: { readonly idServer: string; readonly idAccessToken: Secret },
  ): Promise<void>;
  /**
   * At the server that is named, else wherever it is known to be published: `success` only where
   * each has done it, and there was one. What others would refuse us, who have no homeserver's key
   * to sign with, is `no-support`. `first` runs once it is known if it is published: what goes by
   * that counts as done.
   */
  unbind(
    mxid: Mxid,
    address: ThirdPartyAddress,
    idServer: string | undefined,
    first?: () => Promise<unknown>,
  ): Promise<UnbindResult>;
  /**
   * Withdraws all that the user has published at other identity servers, or at the one that is
   * named. What is published at ourselves ends with the account. Returns `success` if each has done
   * it; a failure of theirs is `no-support`.
   */
  unbindAll(mxid: Mxid, idServer: IdServer | undefined): Promise<UnbindResult>;
}
