import { canonicalAddress } from '../base/canonical-address.js';
import type { Mxid } from '../base/mxid.js';
import type { Database } from '../database/database.js';
import type { AskedAddress } from './associations.js';

// Reading a phone number takes so long that thousands of them would hold up everybody else.
const chunkSize = 500;

/** For whom each of the addresses is published, in their order; undefined where it is not, whatever it is. */
export async function findUsers(
  database: Database,
  asked: readonly AskedAddress[],
): Promise<readonly (Mxid | undefined)[]> {
  const users: (Mxid | undefined)[] = [];
  for (let from = 0; from < asked.length; from += chunkSize) {
    const chunk = asked.slice(from, from + chunkSize).map(canonicalAddress);
    const wanted = chunk.filter((address) => address !== undefined);
    const found = await database.transaction((tx) => tx.identityAssociations.findMany(wanted));
    const byAddress = new Map(found.map(({ medium, address, mxid }) => [`${medium} ${address}`, mxid]));
    users.push(...chunk.map((address) => address && byAddress.get(`${address.medium} ${address.address}`)));
  }
  return users;
}
