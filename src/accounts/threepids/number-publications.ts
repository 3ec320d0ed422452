import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Database } from '../../database/database.js';
import type { AccountAddressRecord } from '../../database/tables/account-addresses.js';
import type { AccountPublisher } from '../../identity/associations.js';

/** A row that is not there for that long was never committed, or has gone. */
export const longestTransactionMs = 60_000;

/** The phone numbers that are to be published. */
export interface NumberPublications {
  /** Within the transaction in which it is added. */
  note(address: AccountAddressRecord): void;
  /** Publishes what was noted, and what could not be before. */
  publish(): Promise<void>;
}

/** The dependencies of createNumberPublications. */
export interface NumberPublicationsDeps {
  readonly publisher: AccountPublisher;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** None yet. */
export function createNumberPublications(deps: NumberPublicationsDeps): NumberPublications {
  const { publisher, database, clock, logger } = deps;
  const unpublished = new Map<string, AccountAddressRecord>();

  /** Returns whether there is nothing more to be done about it. */
  async function publishOne(address: AccountAddressRecord): Promise<boolean> {
    // It may have been added in a transaction that is not over yet.
    const found = await database.transaction((tx) => tx.accountAddresses.find(address));
    if (found?.id !== address.id) return clock.now() - address.addedAt >= longestTransactionMs;
    const isDone = await publisher.publish(address);
    const { mxid: owner } = address;
    if (!isDone) logger.info('a phone number is not published: it is already, or has gone again', { owner });
    return true;
  }

  return {
    note: (address) => void unpublished.set(address.id, address),

    async publish() {
      for (const [id, address] of unpublished) {
        try {
          if (await publishOne(address)) unpublished.delete(id);
        } catch (error) {
          logger.error('a phone number could not be published, and is tried again', { owner: address.mxid, error });
        }
      }
    },
  };
}
