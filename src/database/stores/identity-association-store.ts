import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';

/** A published association. Its address, alias and signed text are sealed at rest. */
export interface IdentityAssociationRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
  /** Another form in which clients hash the address, if there is one. */
  readonly alias: string | undefined;
  /** The signed association, as JSON. */
  readonly signed: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /**
   * The id of the address of an account because of which it is published, and with which it goes.
   */
  readonly accountAddressId?: string | undefined;
}

/** What lookup hashes are made of. */
export type HashableAssociation = Pick<IdentityAssociationRecord, 'id' | 'medium' | 'address' | 'alias'>;

/** If it is kept which addresses are published for whom, each for at most one. */
export interface IdentityAssociationStore {
  find(address: ThirdPartyAddress): Promise<IdentityAssociationRecord | undefined>;
  /** In any order; whatever is not published is left out. */
  findMany(
    addresses: readonly ThirdPartyAddress[],
  ): Promise<Pick<IdentityAssociationRecord, 'medium' | 'address' | 'mxid'>[]>;
  /** Of an address that is not published. */
  insert(record: IdentityAssociationRecord): Promise<void>;
  /** What it is looked up by goes with it. */
  delete(id: string): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
  /**
   * Up to `limit` of those that have no lookup hash with that pepper, by id from after `afterId`.
   */
  listUnhashed(pepperId: string, afterId: string, limit: number): Promise<HashableAssociation[]>;
  /**
   * Returns those of them that are there; nobody else changes or deletes them until the transaction
   * is over.
   */
  hold(ids: readonly string[]): Promise<ReadonlySet<string>>;
}
