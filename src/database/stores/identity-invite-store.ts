import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';

/** An invite of somebody who is known by an address only. Address and token are sealed at rest. */
export interface IdentityInviteRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly token: string;
  readonly roomId: string;
  readonly sender: Mxid;
  /** Of its ephemeral key, in unpadded base64 of the standard alphabet. */
  readonly publicKey: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Where invites are kept: pending ones, and those that are on their way to a homeserver. */
export interface IdentityInviteStore {
  /** Pending. */
  insert(record: IdentityInviteRecord): Promise<void>;
  findByToken(token: string): Promise<IdentityInviteRecord | undefined>;
  hasPublicKey(publicKey: string): Promise<boolean>;
  /** Pending ones for that address, oldest first. */
  listPending(address: ThirdPartyAddress): Promise<IdentityInviteRecord[]>;
  countPending(address: ThirdPartyAddress): Promise<number>;
  /** They are pending no more, but part of that delivery. */
  claim(ids: readonly string[], deliveryId: string): Promise<void>;
  /** Those of that delivery are pending again. */
  release(deliveryId: string): Promise<void>;
  /** Deletes it if it is pending. */
  deletePending(id: string): Promise<void>;
  /** Deletes pending ones and those that are part of a delivery. */
  deleteBySender(sender: Mxid): Promise<void>;
  deleteByDelivery(deliveryId: string): Promise<void>;
  /** Deletes pending ones that were made at or before `until` (epoch ms). */
  deletePendingUntil(until: number): Promise<void>;
}
