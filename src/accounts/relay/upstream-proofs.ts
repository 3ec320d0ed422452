import { createHash } from 'node:crypto';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import type { ProofSession } from '../contacts/account-addresses.js';

/** Remembers for a while which address is proven in which session of the homeserver. */
export interface UpstreamProofs {
  note(session: ProofSession, address: ThirdPartyAddress): void;
  /** Undefined where it is not known, or not any more. */
  addressOf(session: ProofSession): ThirdPartyAddress | undefined;
}

// Homeservers let a proof count for a day or less.
const lifetimeMs = 24 * 60 * 60_000;
const maxSessions = 10_000;

/** One that knows nothing yet. The oldest are forgotten first. */
export function createUpstreamProofs(clock: Clock): UpstreamProofs {
  const known = new Map<string, { readonly address: ThirdPartyAddress; readonly until: number }>();

  return {
    note(session, address) {
      const name = nameOf(session);
      known.delete(name);
      known.set(name, { address, until: clock.now() + lifetimeMs });
      for (const [oldest, { until }] of known) {
        if (known.size <= maxSessions && clock.now() < until) break;
        known.delete(oldest);
      }
    },

    addressOf(session) {
      const found = known.get(nameOf(session));
      return found && clock.now() < found.until ? found.address : undefined;
    },
  };
}

function nameOf({ sid, clientSecret }: ProofSession): string {
  return createHash('sha256')
    .update(JSON.stringify([sid, clientSecret]))
    .digest('base64url');
}
