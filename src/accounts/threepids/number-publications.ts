import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Database } from '../../database/database.js';
import type { AccountAddressRecord } from '../../database/tables/account-addresses.js';
import type { AccountPublisher } from '../../identity/associations.js';

/** A row that is still missing after this time was never committed, or was deleted. */
export const maxTransactionMs = 60_000;

/** The queue of phone numbers to be bound. */
export interface NumberPublications {
  /** Must be called in the transaction that adds the number. */
  note(address: AccountAddressRecord): void;
  /** Binds the queued numbers, including earlier failures. */
  publish(): Promise<void>;
}

export interface NumberPublicationsDeps {
  readonly publisher: AccountPublisher;
  readonly database: Database;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Creates an empty queue. */
export function createNumberPublications(deps: NumberPublicationsDeps): NumberPublications {
  const { publisher, database, clock, logger } = deps;
  const unpublished = new Map<string, AccountAddressRecord>();

  /** Returns true if the number is finished. */
  async function publishOne(address: AccountAddressRecord): Promise<boolean> {
    // The transaction that adds it may still be running.
    const found = await database.transaction((tx) => tx.accountAddresses.find(address));
    if (found?.id !== address.id) return clock.now() - address.addedAt >= maxTransactionMs;
    const isDone = await publisher.publish(address);
    const { mxid: owner } = address;
    if (!isDone) logger.info('phone number not bound', { owner });
    return true;
  }

  return {
    note: (address) => void unpublished.set(address.id, address),

    async publish() {
      for (const [id, address] of unpublished) {
        try {
          if (await publishOne(address)) unpublished.delete(id);
        } catch (error) {
          logger.error('phone number binding failed', { owner: address.mxid, error });
        }
      }
    },
  };
}
