import { In, IsNull, LessThanOrEqual } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { type IdentityInviteRow, identityInvites } from '../entities/identity-invites.js';
import { inChunks } from '../in-chunks.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { IdentityInviteRecord, IdentityInviteStore } from './identity-invite-store.js';

/** Returns the invites by address, within one transaction. */
export function createIdentityInviteStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): IdentityInviteStore {
  const repository = () => session.queryRunner.manager.getRepository(identityInvites);
  const { identityInviteAddress, identityInviteToken } = sealedColumns;
  const anyHashOf = (text: string) => In([hasher.hash(text), ...hasher.oldHashes(text)]);
  const pendingFor = (address: ThirdPartyAddress) => ({
    addressHash: anyHashOf(writeAddress(address)),
    deliveryId: IsNull(),
  });
  const record = (row: IdentityInviteRow): IdentityInviteRecord => ({
    id: row.id,
    ...readAddress(sealer.open(identityInviteAddress, row.id, row.address)),
    token: sealer.open(identityInviteToken, row.id, row.token).reveal(),
    roomId: row.roomId,
    sender: row.sender as Mxid,
    publicKey: row.publicKey,
    createdAt: row.createdAt,
  });

  return {
    async insert({ id, medium, address, token, roomId, sender, publicKey, createdAt }) {
      const text = writeAddress({ medium, address });
      await repository().insert({
        id,
        addressHash: hasher.hash(text),
        address: sealer.seal(identityInviteAddress, id, new Secret(text)),
        tokenHash: hasher.hash(token),
        token: sealer.seal(identityInviteToken, id, new Secret(token)),
        roomId,
        sender,
        publicKey,
        createdAt,
        deliveryId: null,
      });
    },

    async findByToken(token) {
      const row = await repository().findOneBy({ tokenHash: anyHashOf(token) });
      return row ? record(row) : undefined;
    },

    hasPublicKey: (publicKey) => repository().existsBy({ publicKey }),

    async listPending(address) {
      const rows = await repository().find({ where: pendingFor(address), order: { createdAt: 'ASC', id: 'ASC' } });
      return rows.map(record);
    },

    countPending: (address) => repository().countBy(pendingFor(address)),

    async claim(ids, deliveryId) {
      await inChunks(ids, async (chunk) => {
        await repository().update({ id: In([...chunk]) }, { deliveryId });
        return [];
      });
    },

    async release(deliveryId) {
      await repository().update({ deliveryId }, { deliveryId: null });
    },

    async deletePending(id) {
      await repository().delete({ id, deliveryId: IsNull() });
    },

    async deleteBySender(sender) {
      await repository().delete({ sender });
    },

    async deleteByDelivery(deliveryId) {
      await repository().delete({ deliveryId });
    },

    async deletePendingUntil(until) {
      await repository().delete({ createdAt: LessThanOrEqual(until), deliveryId: IsNull() });
    },
  };
}
