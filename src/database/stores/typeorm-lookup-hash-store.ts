import { IsNull, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type LookupPepperRow, lookupPeppers } from '../entities/lookup-peppers.js';
import { inChunks } from '../in-chunks.js';
import { selectRows } from '../rows.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { LookupHash, LookupHashStore, LookupPepperRecord } from './lookup-hash-store.js';

/** Returns the peppers and hashes of lookups, within one transaction. */
export function createLookupHashStore(session: TransactionSession, hasher: SubjectHasher): LookupHashStore {
  const peppers = () => session.queryRunner.manager.getRepository(lookupPeppers);
  const checkOf = (pepper: string) => hasher.hash(`lookup pepper ${pepper}`);
  const subjectOf = (hash: string) => `lookup ${hash}`;
  const record = (row: LookupPepperRow): LookupPepperRecord => ({
    id: row.id,
    pepper: row.pepper,
    createdAt: row.createdAt,
    activatedAt: row.activatedAt ?? undefined,
    retiredAt: row.retiredAt ?? undefined,
    isUnderCurrentKey: row.keyCheck === checkOf(row.pepper),
  });
  const listPeppers = async () =>
    (await peppers().find({ order: { createdAt: 'ASC', id: 'ASC' } })).map((row) => record(row));

  const insertHashes = (records: readonly LookupHash[], onConflict: string) =>
    inChunks(records, async (chunk) => {
      // One statement may not write a row twice.
      const rows = new Map(
        chunk.map(({ pepperId, hash, associationId }) => [
          `${pepperId} ${hash}`,
          [pepperId, hasher.hash(subjectOf(hash)), associationId],
        ]),
      );
      const values = Array.from(rows, (_, index) => `($${index * 3 + 1}, $${index * 3 + 2}, $${index * 3 + 3})`);
      await session.queryRunner.query(
        `INSERT INTO lookup_hashes (pepper_id, hash, association_id) VALUES ${values.join(', ')}
         ON CONFLICT (pepper_id, hash) DO ${onConflict}`,
        [...rows.values()].flat(),
      );
      return [];
    });

  return {
    listPeppers,

    async holdPeppers() {
      // The rows' locks on PostgreSQL; SQLite has one transaction at a time. One after another, for
      // all take them in the same order then.
      for (const { id } of await listPeppers()) await peppers().update({ id }, { id });
      return listPeppers();
    },

    async insertPepper({ id, pepper, createdAt }) {
      await peppers().insert({
        id,
        pepper,
        keyCheck: checkOf(pepper),
        createdAt,
        activatedAt: null,
        retiredAt: null,
      });
    },

    async activatePepper(id, at) {
      await peppers().update({ id: Not(id), activatedAt: Not(IsNull()), retiredAt: IsNull() }, { retiredAt: at });
      await peppers().update({ id }, { activatedAt: at });
    },

    async deletePepper(id) {
      await peppers().delete({ id });
    },

    async insert(records) {
      const replace = 'UPDATE SET association_id = excluded.association_id';
      await insertHashes(
        records.filter(({ isAlias }) => !isAlias),
        replace,
      );
      await insertHashes(
        records.filter(({ isAlias }) => isAlias),
        'NOTHING',
      );
    },

    async findUsers(pepperId, asked) {
      const found = await inChunks(asked, async (chunk) => {
        const byKept = new Map(
          chunk.flatMap((hash) => {
            const subject = subjectOf(hash);
            return [hasher.hash(subject), ...hasher.oldHashes(subject)].map((kept) => [kept, hash] as const);
          }),
        );
        const kept = [...byKept.keys()];
        const rows = await selectRows<{ hash: string; mxid: string }>(
          session.queryRunner,
          `SELECT lookup_hashes.hash AS hash, identity_associations.mxid AS mxid
           FROM lookup_hashes JOIN identity_associations ON identity_associations.id = lookup_hashes.association_id
           WHERE lookup_hashes.pepper_id = $1 AND lookup_hashes.hash IN (${kept.map((_, index) => `$${index + 2}`).join(', ')})`,
          [pepperId, ...kept],
        );
        return rows.map(({ hash, mxid }) => [byKept.get(hash) ?? '', mxid as Mxid] as const);
      });
      return new Map(found);
    },

    async deleteByPepper(pepperId, limit) {
      const result = await session.queryRunner.query(
        `DELETE FROM lookup_hashes WHERE pepper_id = $1 AND hash IN
         (SELECT hash FROM lookup_hashes WHERE pepper_id = $1 LIMIT ${limit})`,
        [pepperId],
        true,
      );
      return result.affected ?? 0;
    },
  };
}
