import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import type { Database } from '../../database/database.js';
import type { ProofSession } from './account-addresses.js';

/** Records for 30 days which 3PID each of the homeserver's sessions validates. */
export interface UpstreamProofs {
  note(session: ProofSession, address: ThirdPartyAddress): Promise<void>;
  /** Returns undefined if the session is unknown or expired. */
  findAddress(session: ProofSession): Promise<ThirdPartyAddress | undefined>;
  /** Deletes expired rows. */
  sweep(): Promise<void>;
}

export interface UpstreamProofsDeps {
  readonly database: Database;
  readonly clock: Clock;
}

// Synapse accepts an e-mail address validated in a session until the session is used, whatever its
// age.
const lifetimeMs = 30 * 24 * 60 * 60_000;

/** Creates the records in the database, which survive a restart. */
export function createUpstreamProofs({ database, clock }: UpstreamProofsDeps): UpstreamProofs {
  const keyOf = ({ sid, clientSecret }: ProofSession) => ({ sid, clientSecret: new Secret(clientSecret) });

  return {
    note: (session, address) =>
      database.transaction((tx) => tx.homeserverSessions.save(keyOf(session), address, clock.now() + lifetimeMs)),
    findAddress: (session) =>
      database.transaction((tx) => tx.homeserverSessions.findAddress(keyOf(session), clock.now())),
    sweep: () => database.transaction((tx) => tx.homeserverSessions.deleteExpired(clock.now())),
  };
}
