import { canonicalAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import { inChunks } from '../database/in-chunks.js';
import type { AskedAddress } from './associations.js';

/**
 * For whom each of the addresses is published, in their order, or undefined if it is not, whatever
 * it is.
 */
export function findUsers(database: Database, asked: readonly AskedAddress[]): Promise<readonly (Mxid | undefined)[]> {
  // Reading a phone number takes so long that thousands of them at once would hold up everybody
  // else.
  return inChunks(asked, async (chunk) => {
    const addresses = chunk.map(canonicalAddress);
    const wanted = addresses.filter((address) => address !== undefined);
    const found = await database.transaction((tx) => tx.identityAssociations.findMany(wanted));
    const users = new Map(found.map(({ medium, address, mxid }) => [`${medium} ${address}`, mxid]));
    return addresses.map((address) => address && users.get(`${address.medium} ${address.address}`));
  });
}
