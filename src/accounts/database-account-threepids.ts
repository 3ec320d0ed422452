import type { Database } from '../database/database.js';
import type { AccountThreepids } from './account-threepids.js';

/** Returns the addresses that the database knows to be added to accounts. */
export function createDatabaseAccountThreepids(database: Database): AccountThreepids {
  return {
    async findUser(address) {
      const found = await database.transaction((tx) => tx.accountAddresses.find(address));
      return found?.mxid;
    },
  };
}
