import { parseMxid, serverNameOf, type Mxid, type ServerName } from '../../base/mxid.js';
import type { Database } from '../../database/database.js';
import type { AccountRecord } from '../../database/tables/accounts.js';
import type { AccountThreepids } from '../account-threepids.js';
import type { UserIdentifier } from '../authority.js';
import { canonicalAddress } from '../../base/canonical-address.js';

/** Finds the account with this identifier, or undefined if there is none on this server. */
export type FindAccount = (identifier: UserIdentifier) => Promise<AccountRecord | undefined>;

/**
 * Finds accounts by Matrix ID, localpart or a 3PID of theirs. Case matters only if two accounts
 * differ by it.
 */
export function createFindAccount(deps: {
  readonly database: Database;
  readonly serverName: ServerName;
  readonly accountThreepids: AccountThreepids;
}): FindAccount {
  const { database, serverName, accountThreepids } = deps;

  async function mxidOf(identifier: UserIdentifier): Promise<Mxid | undefined> {
    if (identifier.kind === 'user') return readUser(identifier.user, serverName);
    const address = canonicalAddress(identifier);
    return address && accountThreepids.findUser(address);
  }

  return async (identifier) => {
    const mxid = await mxidOf(identifier);
    if (mxid === undefined || serverNameOf(mxid).toLowerCase() !== serverName.toLowerCase()) return undefined;
    return database.read(({ accounts }) => accounts.findByName(mxid));
  };
}

/** Returns the Matrix ID from a typed Matrix ID or localpart, or undefined if it is invalid. */
export function readUser(typed: string, serverName: ServerName): Mxid | undefined {
  return parseMxid(typed.startsWith('@') ? typed : `@${typed}:${serverName}`);
}
