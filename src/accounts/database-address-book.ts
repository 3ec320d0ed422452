import type { Database } from '../database/database.js';
import type { AddressBook } from './address-book.js';

/** Returns the addresses that the database knows to be added to accounts. */
export function createDatabaseAddressBook(database: Database): AddressBook {
  return {
    async findUser(address) {
      const found = await database.transaction((tx) => tx.accountAddresses.find(address));
      return found?.mxid;
    },
  };
}
