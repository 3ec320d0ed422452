import type { Database } from '../database/database.js';
import type { AccountThreepids } from './account-threepids.js';

/** Returns the 3PIDs that were added to accounts, from the database. */
export function createDatabaseAccountThreepids(database: Database): AccountThreepids {
  return {
    async findUser(address) {
      const found = await database.transaction((tx) => tx.accountAddresses.find(address));
      return found?.mxid;
    },
  };
}
