import { EntitySchema, In } from 'typeorm';
import type { ThirdPartyAddress } from '../../base/canonical-address.js';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, optionalText, primaryText, text } from '../columns.js';
import { inChunks } from '../in-chunks.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Sealing, Table } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';
import { lookupHashSchema } from './lookup-hashes.js';

/**
 * A row of identity_associations. `address`, `alias` and `signed` are sealed. `addressHash` is the
 * keyed hash of the address.
 */
interface IdentityAssociationRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  alias: string | null;
  signed: string;
  createdAt: number;
  accountAddressId: string | null;
}

const schema = new EntitySchema<IdentityAssociationRow>({
  name: 'identity_associations',
  tableName: 'identity_associations',
  columns: {
    id: primaryText('id', 'identity_associations_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    alias: optionalText('alias'),
    signed: text('signed'),
    createdAt: epochMs('created_at'),
    accountAddressId: optionalText('account_address_id'),
  },
  indices: [
    { name: 'identity_associations_mxid', columns: ['mxid'] },
    { name: 'identity_associations_account_address', columns: ['accountAddressId'] },
  ],
  foreignKeys: [
    {
      name: 'identity_associations_account_address_fkey',
      target: 'account_addresses',
      columnNames: ['accountAddressId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
  uniques: [{ name: 'identity_associations_address_hash_key', columns: ['addressHash'] }],
});

/** A published association. Its address, alias and signed text are sealed at rest. */
export interface IdentityAssociationRecord extends ThirdPartyAddress {
  readonly id: string;
  readonly mxid: Mxid;
  /** Another form of the address that clients may hash. */
  readonly alias: string | undefined;
  /** The signed association, as JSON. */
  readonly signed: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** The ID of the account's address that it was published for. It is deleted with that address. */
  readonly accountAddressId?: string | undefined;
}

/** The fields that lookup hashes are computed from. */
export type HashableAssociation = Pick<IdentityAssociationRecord, 'id' | 'medium' | 'address' | 'alias'>;

/** Stores published associations, at most one for each address. */
export interface IdentityAssociationStore {
  find(address: ThirdPartyAddress): Promise<IdentityAssociationRecord | undefined>;
  /** Returns the published ones of these addresses, in any order. */
  findMany(
    addresses: readonly ThirdPartyAddress[],
  ): Promise<Pick<IdentityAssociationRecord, 'medium' | 'address' | 'mxid'>[]>;
  /** Requires that the address is not published. */
  insert(record: IdentityAssociationRecord): Promise<void>;
  /** Deletes the association and its lookup hashes. */
  delete(association: Pick<IdentityAssociationRecord, 'id' | 'mxid' | 'medium' | 'address'>): Promise<void>;
  deleteByUser(mxid: Mxid): Promise<void>;
  /** Returns what is published for the user, oldest first. */
  listByUser(mxid: Mxid): Promise<(ThirdPartyAddress & Pick<IdentityAssociationRecord, 'createdAt'>)[]>;
  /**
   * Returns up to `limit` associations without a lookup hash of that pepper, by ID from after
   * `afterId`.
   */
  listUnhashed(pepperId: string, afterId: string, limit: number): Promise<HashableAssociation[]>;
  /**
   * Returns the IDs that exist, and locks their rows against other transactions until this one
   * ends.
   */
  hold(ids: readonly string[]): Promise<ReadonlySet<string>>;
}

const sealedColumns = {
  identityAddress: { table: 'identity_associations', column: 'address', hashColumn: 'address_hash' },
  identityAlias: { table: 'identity_associations', column: 'alias' },
  identitySigned: { table: 'identity_associations', column: 'signed' },
} as const satisfies Record<string, SealedColumn>;

function openStore(session: TransactionSession, { sealer, hasher }: Sealing): IdentityAssociationStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const { identityAddress, identityAlias, identitySigned } = sealedColumns;
  const openAddress = (row: { readonly id: string; readonly address: string }) =>
    readAddress(sealer.open(identityAddress, row.id, row.address));
  const openAlias = (row: { readonly id: string; readonly alias: string | null }) =>
    row.alias === null ? undefined : sealer.open(identityAlias, row.id, row.alias).reveal();

  return {
    async find(address) {
      const row = await repository().findOneBy({ addressHash: In(hasher.allHashes(writeAddress(address))) });
      return row
        ? {
            id: row.id,
            mxid: row.mxid as Mxid,
            ...openAddress(row),
            alias: openAlias(row),
            signed: sealer.open(identitySigned, row.id, row.signed).reveal(),
            createdAt: row.createdAt,
            accountAddressId: row.accountAddressId ?? undefined,
          }
        : undefined;
    },

    findMany: (addresses) =>
      inChunks(addresses, async (chunk) => {
        const byHash = new Map(
          chunk.flatMap((address) => hasher.allHashes(writeAddress(address)).map((hash) => [hash, address])),
        );
        const rows = await repository().find({
          select: { mxid: true, addressHash: true },
          where: { addressHash: In([...byHash.keys()]) },
        });
        return rows.flatMap(({ mxid, addressHash }) => {
          const asked = byHash.get(addressHash);
          return asked ? [{ medium: asked.medium, address: asked.address, mxid: mxid as Mxid }] : [];
        });
      }),

    async insert({ id, mxid, medium, address, alias, signed, createdAt, accountAddressId }) {
      const text = writeAddress({ medium, address });
      await repository().insert({
        id,
        mxid,
        addressHash: hasher.hash(text),
        address: sealer.seal(identityAddress, id, new Secret(text)),
        alias: alias === undefined ? null : sealer.seal(identityAlias, id, new Secret(alias)),
        signed: sealer.seal(identitySigned, id, new Secret(signed)),
        createdAt,
        accountAddressId: accountAddressId ?? null,
      });
    },

    async delete({ id }) {
      await repository().delete({ id });
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },

    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { createdAt: 'ASC', id: 'ASC' } });
      return rows.map((row) => ({ ...openAddress(row), createdAt: row.createdAt }));
    },

    async hold(ids) {
      const held = await inChunks(ids, async (chunk) => {
        // Locks the rows on PostgreSQL. SQLite has one transaction at a time.
        await repository()
          .createQueryBuilder()
          .update()
          .set({ id: () => 'id' })
          .whereInIds(chunk)
          .execute();
        return repository().find({ select: { id: true }, where: { id: In(chunk) } });
      });
      return new Set(held.map(({ id }) => id));
    },

    async listUnhashed(pepperId, afterId, limit) {
      const rows = await repository()
        .createQueryBuilder('association')
        .select(['association.id', 'association.address', 'association.alias'])
        .where('association.id > :afterId', { afterId })
        .andWhere((query) => {
          const hashed = query
            .subQuery()
            .select('1')
            .from(lookupHashSchema, 'hash')
            .where('hash.associationId = association.id')
            .andWhere('hash.pepperId = :pepperId', { pepperId });
          return `NOT EXISTS ${hashed.getQuery()}`;
        })
        .orderBy('association.id')
        .limit(limit)
        .getMany();
      return rows.map((row) => ({ id: row.id, ...openAddress(row), alias: openAlias(row) }));
    },
  };
}

/** The table of published associations. */
export const identityAssociations: Table<IdentityAssociationStore> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openStore,
};
