import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import { Secret } from '../../base/secret.js';
import type { Database } from '../../database/database.js';
import type { ProofSession } from './account-addresses.js';

/** Remembers for 30 days which address is proven in which session of the homeserver. */
export interface UpstreamProofs {
  note(session: ProofSession, address: ThirdPartyAddress): Promise<void>;
  /** Returns undefined if it is not known, or not any more. */
  findAddress(session: ProofSession): Promise<ThirdPartyAddress | undefined>;
  /** Forgets what is over. */
  sweep(): Promise<void>;
}

/** The dependencies of createUpstreamProofs. */
export interface UpstreamProofsDeps {
  readonly database: Database;
  readonly clock: Clock;
}

// Synapse takes an e-mail address that was proven in a session for as long as nobody has used that,
// however old it is.
const lifetimeMs = 30 * 24 * 60 * 60_000;

/** Returns those that the database knows, also after a restart. */
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
