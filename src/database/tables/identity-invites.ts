import { EntitySchema, In, IsNull, LessThanOrEqual } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, optionalText, primaryText, text } from '../columns.js';
import { inChunks } from '../in-chunks.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of identity_invites. `address` and `token` are sealed. `addressHash` and `tokenHash` are
 * their keyed hashes.
 */
interface IdentityInviteRow {
  id: string;
  addressHash: string;
  address: string;
  tokenHash: string;
  token: string;
  roomId: string;
  sender: string;
  publicKey: string;
  createdAt: number;
  deliveryId: string | null;
}

const schema = new EntitySchema<IdentityInviteRow>({
  name: 'identity_invites',
  tableName: 'identity_invites',
  columns: {
    id: primaryText('id', 'identity_invites_pkey'),
    addressHash: text('address_hash'),
    address: text('address'),
    tokenHash: text('token_hash'),
    token: text('token'),
    roomId: text('room_id'),
    sender: text('sender'),
    publicKey: text('public_key'),
    createdAt: epochMs('created_at'),
    deliveryId: optionalText('delivery_id'),
  },
  indices: [
    { name: 'identity_invites_address', columns: ['addressHash'] },
    { name: 'identity_invites_delivery', columns: ['deliveryId'] },
    { name: 'identity_invites_created_at', columns: ['createdAt'] },
  ],
  uniques: [
    { name: 'identity_invites_token_hash_key', columns: ['tokenHash'] },
    { name: 'identity_invites_public_key_key', columns: ['publicKey'] },
  ],
});

/** An invite to an address that has no Matrix ID yet. Address and token are sealed at rest. */
export interface IdentityInviteRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly token: string;
  readonly roomId: string;
  readonly sender: Mxid;
  /** The public part of its ephemeral key, in unpadded standard base64. */
  readonly publicKey: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** Stores invites: pending ones, and those of a delivery to a homeserver. */
export interface IdentityInviteStore {
  /** Stores a pending invite. */
  insert(record: IdentityInviteRecord): Promise<void>;
  findByToken(token: string): Promise<IdentityInviteRecord | undefined>;
  hasPublicKey(publicKey: string): Promise<boolean>;
  /** Returns pending invites to that address, oldest first. */
  listPending(address: ThirdPartyAddress): Promise<IdentityInviteRecord[]>;
  countPending(address: ThirdPartyAddress): Promise<number>;
  /** Assigns the invites to that delivery. They are no longer pending. */
  claim(ids: readonly string[], deliveryId: string): Promise<void>;
  /** Makes the invites of that delivery pending again. */
  release(deliveryId: string): Promise<void>;
  /** Deletes the invite if it is pending. */
  deletePending(id: string): Promise<void>;
  /** Deletes the sender's invites, pending or not. */
  deleteBySender(sender: Mxid): Promise<void>;
  deleteByDelivery(deliveryId: string): Promise<void>;
  /** Deletes pending invites that were created at or before `until` (epoch ms). */
  deletePendingUntil(until: number): Promise<void>;
}

const sealedColumns = {
  identityInviteAddress: { table: 'identity_invites', column: 'address', hashColumn: 'address_hash' },
  identityInviteToken: { table: 'identity_invites', column: 'token', hashColumn: 'token_hash' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): IdentityInviteStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { identityInviteAddress, identityInviteToken } = sealedColumns;
  const anyHashOf = (text: string) => In(hasher.allHashes(text));
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

/** The table of invites to addresses. */
export const identityInvites: Table<IdentityInviteStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
