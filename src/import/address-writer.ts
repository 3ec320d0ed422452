import type { ThirdPartyAddress } from '../base/canonical-address.js';
import { serverNameOf, type Mxid, type ServerName } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import type { Transaction } from '../database/database.js';
import { imported, refused, unchanged, type ImportOutcome } from './outcome.js';

/** A 3PID of a Matrix account. Times are epoch ms. */
export interface ImportedAddress extends ThirdPartyAddress {
  readonly mxid: Mxid;
  readonly validatedAt: number;
  readonly addedAt: number;
}

export interface AddressWriterOptions {
  /** Of the homeserver whose users have accounts. */
  readonly serverName: ServerName;
  /**
   * Whether the accounts are in our database. Otherwise each user of the server counts as having
   * one.
   */
  readonly hasOwnAccounts: boolean;
  readonly random: Random;
}

/** Creates what adds 3PIDs to accounts. */
export function createAddressWriter({ serverName, hasOwnAccounts, random }: AddressWriterOptions) {
  return async (tx: Transaction, address: ImportedAddress): Promise<ImportOutcome> => {
    const { mxid } = address;
    if (serverNameOf(mxid) !== serverName) return refused({ kind: 'other_server', serverName });
    const account = await tx.accounts.hold(mxid);
    if (hasOwnAccounts && account === undefined) return refused({ kind: 'account_missing' });
    if (account?.deactivatedAt !== undefined) return refused({ kind: 'account_deactivated' });
    const isNew = await tx.accountAddresses.insert({ id: randomId(random), ...address, telegramAccountId: undefined });
    if (isNew) return imported;
    const found = await tx.accountAddresses.find(address);
    return found === undefined || found.mxid === mxid
      ? unchanged
      : refused({ kind: 'address_in_use', mxid: found.mxid });
  };
}
