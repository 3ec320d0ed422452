import { In } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { identityAssociations } from '../entities/identity-associations.js';
import { lookupHashes } from '../entities/lookup-hashes.js';
import { inChunks } from '../in-chunks.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { IdentityAssociationStore } from './identity-association-store.js';

/** Returns the published associations, within one transaction. */
export function createIdentityAssociationStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): IdentityAssociationStore {
  const repository = () => session.queryRunner.manager.getRepository(identityAssociations);
  const { identityAddress, identityAlias, identitySigned } = sealedColumns;
  const hashesOf = (text: string) => [hasher.hash(text), ...hasher.oldHashes(text)];
  const openAddress = (row: { readonly id: string; readonly address: string }) =>
    readAddress(sealer.open(identityAddress, row.id, row.address));
  const openAlias = (row: { readonly id: string; readonly alias: string | null }) =>
    row.alias === null ? undefined : sealer.open(identityAlias, row.id, row.alias).reveal();

  return {
    async find(address) {
      const row = await repository().findOneBy({ addressHash: In(hashesOf(writeAddress(address))) });
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
          chunk.flatMap((address) => hashesOf(writeAddress(address)).map((hash) => [hash, address])),
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

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },

    async hold(ids) {
      const held = await inChunks(ids, async (chunk) => {
        // The rows' locks on PostgreSQL; SQLite has one transaction at a time.
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
            .from(lookupHashes, 'hash')
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
