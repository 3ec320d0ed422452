import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Clock } from '../../base/clock.js';
import type { Mxid } from '../../base/mxid.js';
import { randomId, type Random } from '../../base/random.js';
import type { Database, Transaction } from '../../database/database.js';
import { ThreepidFailure } from '../../threepid/failure.js';
import type { Validation } from '../../threepid/validation.js';
import { AccountFailure } from '../failure.js';
import type { AccountAddress, ProofSession } from './account-addresses.js';
import { accountPurpose } from './proof-sessions.js';

/** The 3PIDs of accounts in our own database. These may resolve a login. */
export interface OwnAddresses {
  /** Oldest first. */
  list(mxid: Mxid): Promise<readonly AccountAddress[]>;
  /**
   * Adds the 3PID validated in the session, and deletes the session. Throws AccountFailure
   * address_not_proven, address_in_use (also if it is this user's already) or user_deactivated, and
   * changes nothing then. Throws ThreepidFailure client_secret_invalid. `requireAllowed` is called
   * in the transaction; it may throw to prevent the change.
   */
  add(mxid: Mxid, session: ProofSession, requireAllowed?: (tx: Transaction) => Promise<void>): Promise<void>;
  /** Returns true if the 3PID belonged to this user. */
  remove(mxid: Mxid, address: ThirdPartyAddress): Promise<boolean>;
}

export interface OwnAddressesDeps {
  readonly database: Database;
  readonly validation: Pick<Validation, 'consume'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** Creates the 3PIDs in that database. */
export function createOwnAddresses({ database, validation, clock, random }: OwnAddressesDeps): OwnAddresses {
  return {
    async list(mxid) {
      const records = await database.read(({ accountAddresses }) => accountAddresses.listByUser(mxid));
      return records.map(({ medium, address, validatedAt, addedAt }) => ({ medium, address, validatedAt, addedAt }));
    },

    async add(mxid, { sid, clientSecret }, requireAllowed) {
      try {
        const hold = (tx: Transaction) => tx.accounts.hold(mxid);
        await validation.consume(
          { purpose: accountPurpose, sid, clientSecret },
          async (tx, proven) => {
            // Only the user who requested the token has validated the 3PID, and not another user
            // with the session.
            const isOther = proven.mxid !== undefined && proven.mxid !== mxid;
            if (isOther) throw new AccountFailure({ kind: 'address_not_proven' });
            const account = await tx.accounts.hold(mxid);
            if (account?.deactivatedAt !== undefined) throw new AccountFailure({ kind: 'user_deactivated' });
            await requireAllowed?.(tx);
            const { medium, address, validatedAt } = proven;
            const times = { validatedAt, addedAt: clock.now() };
            const record = { id: randomId(random), mxid, medium, address, ...times, telegramAccountId: undefined };
            if (!(await tx.accountAddresses.insert(record))) throw new AccountFailure({ kind: 'address_in_use' });
          },
          hold,
        );
      } catch (error) {
        if (error instanceof ThreepidFailure && error.details.kind !== 'client_secret_invalid') {
          throw new AccountFailure({ kind: 'address_not_proven' }, { cause: error });
        }
        throw error;
      }
    },

    remove: (mxid, address) =>
      database.transaction(async (tx) => {
        const found = await tx.accountAddresses.find(address);
        return found?.mxid === mxid && tx.accountAddresses.delete(found.id);
      }),
  };
}
