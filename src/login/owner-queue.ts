import type { Clock } from '../base/clock.js';
import type { Mxid } from '../base/mxid.js';
import { SingleFlight } from '../base/single-flight.js';
import type { Database } from '../database/database.js';
import { LoginFailure } from './failure.js';
import type { IsActiveOwner } from './owned-logins.js';

/**
 * Runs the work of each owner one after the other, over all daemons. Concurrent work of an owner
 * with the same name runs once.
 */
export interface OwnerQueue {
  /** Throws the LoginFailure `not_permitted` if the user may not log in. */
  readonly permit: (owner: Mxid) => void;
  /** Waits without a limit. */
  readonly runExclusive: RunExclusive;
  /**
   * Throws LoginFailure: `telegram_unreachable` if Telegram delays the owner's earlier work for too
   * long, `owner_deactivated` if the Matrix account is deactivated.
   */
  readonly runExclusiveWithin: RunExclusive;
}

type RunExclusive = <T>(owner: Mxid, name: string, work: () => Promise<T>) => Promise<T>;

export interface OwnerQueueDeps {
  readonly database: Database;
  readonly mayLogIn: (mxid: Mxid) => boolean;
  /** Undefined if the Matrix accounts are not in the database. */
  readonly isActiveOwner?: IsActiveOwner | undefined;
  readonly clock: Clock;
}

// Longer than any operation takes while Telegram answers, and less than the usual minute of reverse
// proxies.
const maxWaitMs = 25_000;

export function createOwnerQueue({ database, mayLogIn, isActiveOwner, clock }: OwnerQueueDeps): OwnerQueue {
  const flights = new SingleFlight();

  const runExclusive: RunExclusive = (owner, name, work) =>
    flights.run(`${owner} ${name}`, () => database.locks.run(`login:${owner}`, work));

  return {
    permit(owner) {
      if (!mayLogIn(owner)) throw new LoginFailure({ kind: 'not_permitted' });
    },

    runExclusive,

    runExclusiveWithin(owner, name, work) {
      const since = clock.now();
      return runExclusive(owner, name, async () => {
        if (clock.now() - since > maxWaitMs) throw new LoginFailure({ kind: 'telegram_unreachable' });
        const isActive = !isActiveOwner || (await database.read(({ accounts }) => isActiveOwner(owner, accounts.find)));
        if (!isActive) throw new LoginFailure({ kind: 'owner_deactivated' });
        return work();
      });
    },
  };
}
