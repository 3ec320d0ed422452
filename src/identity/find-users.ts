import { canonicalAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import { inChunks } from '../database/in-chunks.js';
import type { AskedAddress } from './associations.js';

/**
 * Returns the user of each 3PID, in order, or undefined for each that is not bound or is malformed.
 */
export function findUsers(database: Database, asked: readonly AskedAddress[]): Promise<readonly (Mxid | undefined)[]> {
  // Parsing phone numbers is slow, so thousands of them at once would block the event loop.
  return inChunks(asked, async (chunk) => {
    const addresses = chunk.map(canonicalAddress);
    const wanted = addresses.filter((address) => address !== undefined);
    const found = await database.transaction((tx) => tx.identityAssociations.findMany(wanted));
    const users = new Map(found.map(({ medium, address, mxid }) => [`${medium} ${address}`, mxid]));
    return addresses.map((address) => address && users.get(`${address.medium} ${address.address}`));
  });
}
