import type { ThirdPartyAddress } from '../base/canonical-address.js';
import { type Mxid, serverNameOf } from '../base/mxid.js';
import { randomId, type Random } from '../base/random.js';
import { signJson } from '../base/signed-json.js';
import type { Transaction } from '../database/database.js';
import type { IdentityInviteRecord } from '../database/tables/identity-invites.js';
import type { SignedAssociation } from './associations.js';
import { hashesOf } from './lookup-hash.js';
import type { SigningKeys } from './signing-keys.js';

/** A binding to write. */
export interface NewAssociation extends ThirdPartyAddress {
  readonly mxid: Mxid;
  /** Another form of the address that clients may hash. */
  readonly alias: string | undefined;
  /** When the 3PID was bound, epoch ms. */
  readonly boundAt: number;
  /** When the row is written, epoch ms. */
  readonly writtenAt: number;
  /** The ID of the account's address that it is published for, if it ends with that. */
  readonly accountAddressId?: string | undefined;
}

/**
 * Writes bindings in the caller's transaction. The caller has excluded other writers of the 3PID.
 */
export interface AssociationWriter {
  /** Deletes the binding of the 3PID, if there is one to that user, or to any if none is named. */
  withdraw(tx: Transaction, address: ThirdPartyAddress, mxid?: Mxid): Promise<void>;
  /**
   * Signs and stores the binding, with its lookup hashes, in place of an earlier one. Pending
   * invites are included, and their delivery to the homeserver is scheduled.
   */
  write(
    tx: Transaction,
    association: NewAssociation,
  ): Promise<{ readonly signed: SignedAssociation; readonly hasInvites: boolean }>;
}

export interface AssociationWriterDeps {
  readonly signingKeys: Pick<SigningKeys, 'current' | 'all'>;
  /** The name in signatures. */
  readonly serverName: string;
  readonly random: Random;
}

// The value that other identity services use and clients expect.
const validForMs = 100 * 365 * 86_400_000;

/** Creates a writer that signs with these keys. */
export function createAssociationWriter({ signingKeys, serverName, random }: AssociationWriterDeps): AssociationWriter {
  const signWithAll = (object: SignedAssociation) =>
    signingKeys.all.reduce<SignedAssociation>((signed, key) => signJson(signed, serverName, key), object);

  const sign = (association: NewAssociation, pending: readonly IdentityInviteRecord[]) => {
    const { mxid, medium, address, boundAt } = association;
    const invites = pending.map(({ token, roomId, sender }) => ({
      medium,
      address,
      room_id: roomId,
      sender,
      token,
      mxid,
      signed: signWithAll({ mxid, token }),
    }));
    const object = {
      medium,
      address,
      mxid,
      ts: boundAt,
      not_before: boundAt,
      not_after: boundAt + validForMs,
      ...(invites.length > 0 && { invites }),
    };
    return signJson(object, serverName, signingKeys.current);
  };

  const withdraw = async (tx: Transaction, address: ThirdPartyAddress, mxid?: Mxid) => {
    const found = await tx.identityAssociations.find(address);
    if (!found || (mxid !== undefined && found.mxid !== mxid)) return;
    await tx.identityAssociations.delete(found);
  };

  return {
    withdraw,

    async write(tx, association) {
      const held = await tx.lookupHashes.holdPeppers();
      const { mxid, medium, address, alias, writtenAt: createdAt, accountAddressId } = association;
      const pending = await tx.identityInvites.listPending(association);
      const signed = sign(association, pending);
      const text = JSON.stringify(signed);
      const row = { id: randomId(random), mxid, medium, address, alias };
      await withdraw(tx, association);
      await tx.identityAssociations.insert({ ...row, signed: text, createdAt, accountAddressId });
      await tx.lookupHashes.insert(hashesOf(row, held));
      if (pending.length > 0) {
        const delivery = { id: randomId(random), serverName: serverNameOf(mxid), body: text, createdAt };
        await tx.inviteDeliveries.insert({ ...delivery, dueAt: createdAt });
        await tx.identityInvites.claim(
          pending.map(({ id }) => id),
          delivery.id,
        );
      }
      return { signed, hasInvites: pending.length > 0 };
    },
  };
}
