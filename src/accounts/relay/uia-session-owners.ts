import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';

/** Records for a while which operation each of the homeserver's UIA sessions was begun for. */
export interface UiaSessionOwners {
  note(owner: Mxid, session: string, operation: string): void;
  isFor(owner: Mxid, session: string, operation: string): boolean;
}

interface Challenge {
  readonly session: string;
  readonly operation: string;
  readonly until: number;
}

const lifetimeMs = 15 * 60_000;
const maxOwners = 10_000;
/** The number of pending sessions per user; the oldest are evicted. */
const challengesPerOwner = 10;

/**
 * Creates an empty record. Evicts first the sessions of the users who have begun none for the
 * longest time.
 */
export function createUiaSessionOwners(clock: Clock): UiaSessionOwners {
  const known = new Map<Mxid, readonly Challenge[]>();
  const without = (owner: Mxid, session: string) =>
    (known.get(owner) ?? []).filter((challenge) => challenge.session !== session && clock.now() < challenge.until);

  return {
    note(owner, session, operation) {
      const others = without(owner, session).slice(1 - challengesPerOwner);
      known.delete(owner);
      known.set(owner, [...others, { session, operation, until: clock.now() + lifetimeMs }]);
      for (const oldest of known.keys()) {
        if (known.size <= maxOwners) break;
        known.delete(oldest);
      }
    },

    isFor: (owner, session, operation) =>
      (known.get(owner) ?? []).some(
        (challenge) =>
          challenge.session === session && challenge.operation === operation && clock.now() < challenge.until,
      ),
  };
}
