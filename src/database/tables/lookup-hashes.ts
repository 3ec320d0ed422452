import { EntitySchema, IsNull, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { epochMs, optionalEpochMs, primaryText, text } from '../columns.js';
import { inChunks } from '../in-chunks.js';
import { createRowReader, readJsonList, type Reader } from '../reader.js';
import type { ReadableTable, Sealing } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of lookup_peppers. `keyCheck` is the keyed hash of the pepper, under the same key as its
 * lookup hashes.
 */
interface LookupPepperRow {
  id: string;
  pepper: string;
  keyCheck: string;
  createdAt: number;
  activatedAt: number | null;
  retiredAt: number | null;
}

const lookupPepperSchema = new EntitySchema<LookupPepperRow>({
  name: 'lookup_peppers',
  tableName: 'lookup_peppers',
  columns: {
    id: primaryText('id', 'lookup_peppers_pkey'),
    pepper: text('pepper'),
    keyCheck: text('key_check'),
    createdAt: epochMs('created_at'),
    activatedAt: optionalEpochMs('activated_at'),
    retiredAt: optionalEpochMs('retired_at'),
  },
});

/** A row of lookup_hashes. `hash` is the keyed hash of the hash that clients look up. */
interface LookupHashRow {
  pepperId: string;
  hash: string;
  associationId: string;
}

export const lookupHashSchema = new EntitySchema<LookupHashRow>({
  name: 'lookup_hashes',
  tableName: 'lookup_hashes',
  columns: {
    pepperId: primaryText('pepper_id', 'lookup_hashes_pkey'),
    hash: primaryText('hash', 'lookup_hashes_pkey'),
    associationId: text('association_id'),
  },
  indices: [{ name: 'lookup_hashes_association', columns: ['associationId', 'pepperId'] }],
  foreignKeys: [
    {
      name: 'lookup_hashes_association_fkey',
      target: 'identity_associations',
      columnNames: ['associationId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
    },
  ],
});

/** A pepper of hashed lookups. */
export interface LookupPepperRecord {
  readonly id: string;
  readonly pepper: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  /** When clients began to receive it, epoch ms. Undefined while its hashes are still computed. */
  readonly activatedAt: number | undefined;
  /** When clients began to receive another one, epoch ms. Undefined before that. */
  readonly retiredAt: number | undefined;
  /** Whether its hashes are stored under the current encryption key. Old keys may be removed. */
  readonly isUnderCurrentKey: boolean;
}

/**
 * The hash that an association is found by: base64url of the SHA-256 of address, medium and pepper.
 */
export interface LookupHash {
  readonly pepperId: string;
  readonly associationId: string;
  readonly hash: string;
  /** Whether it is the hash of an alias, not of the canonical form. */
  readonly isAlias: boolean;
}

/** Finds peppers and lookup hashes. */
export interface LookupHashReader {
  /** Returns all peppers, oldest first. */
  listPeppers(): Promise<LookupPepperRecord[]>;
  /** Returns the users whose addresses have these hashes with that pepper. */
  findUsers(pepperId: string, hashes: readonly string[]): Promise<ReadonlyMap<string, Mxid>>;
}

/**
 * Stores peppers and lookup hashes. Peppers are public, so it stores keyed hashes of the lookup
 * hashes. A foreign key deletes them with their association.
 */
export interface LookupHashStore extends LookupHashReader {
  /** Returns all peppers, and locks them against other transactions until this one ends. */
  holdPeppers(): Promise<LookupPepperRecord[]>;
  /** Stores a pepper that is not active yet. */
  insertPepper(pepper: Pick<LookupPepperRecord, 'id' | 'pepper' | 'createdAt'>): Promise<void>;
  /** Activates the pepper, and retires the former one. */
  activatePepper(id: string, at: number): Promise<void>;
  /** Requires that the pepper has no hashes any more. */
  deletePepper(id: string): Promise<void>;
  /**
   * Stores hashes of associations that this transaction has locked or inserted. A hash belongs to
   * one association: the hash of a canonical form replaces another, the hash of an alias does not.
   */
  insert(hashes: readonly LookupHash[]): Promise<void>;
  /** Deletes up to `limit` hashes of that pepper, and returns their number. */
  deleteByPepper(pepperId: string, limit: number): Promise<number>;
}

/** So few that hashing them does not hold up other requests. */
const lookupSize = 1_000;

const subjectOf = (hash: string) => `lookup ${hash}`;
const checkOf = ({ hasher }: Sealing, pepper: string) => hasher.hash(`lookup pepper ${pepper}`);

const readPeppers = createRowReader(lookupPepperSchema);

function openReader(reader: Reader, sealing: Sealing): LookupHashReader {
  const { hasher } = sealing;
  const record = (row: LookupPepperRow): LookupPepperRecord => ({
    id: row.id,
    pepper: row.pepper,
    createdAt: row.createdAt,
    activatedAt: row.activatedAt ?? undefined,
    retiredAt: row.retiredAt ?? undefined,
    isUnderCurrentKey: row.keyCheck === checkOf(sealing, row.pepper),
  });

  return {
    async listPeppers() {
      return (await readPeppers(reader).select('ORDER BY created_at, id', [])).map(record);
    },

    async findUsers(pepperId, asked) {
      const found = new Map<string, Mxid>();
      let before = Promise.resolve();
      for (let from = 0; from < asked.length; from += lookupSize) {
        // A chunk is hashed while the database searches for the one before.
        const chunk = asked.slice(from, from + lookupSize);
        const kept = hasher.hashEach(chunk.map(subjectOf));
        await before;
        before = findKept(reader, pepperId, kept).then(({ positions, mxids }) => {
          for (const [index, position] of positions.entries()) {
            found.set(chunk[position % chunk.length] ?? '', mxids[index] as Mxid);
          }
        });
      }
      await before;
      return found;
    },
  };
}

/**
 * Returns the positions of the stored hashes, and their users: two lists instead of rows, since
 * the driver takes longer to read rows than to find them.
 */
async function findKept(reader: Reader, pepperId: string, kept: readonly string[]) {
  const { elements, keyed, firstKey, list } = reader.json;
  const [row] = await reader.select<{ positions: unknown; mxids: unknown }>(
    `SELECT ${list}(asked.key - ${firstKey}) AS positions, ${list}(identity_associations.mxid) AS mxids
     FROM ${elements}($1) ${keyed} CROSS JOIN lookup_hashes
     JOIN identity_associations ON identity_associations.id = lookup_hashes.association_id
     WHERE lookup_hashes.hash = asked.value AND lookup_hashes.pepper_id = $2`,
    [JSON.stringify(kept), pepperId],
  );
  return {
    positions: readJsonList(row?.positions) as readonly number[],
    mxids: readJsonList(row?.mxids) as readonly Mxid[],
  };
}

function openStore(session: TransactionSession, sealing: Sealing): LookupHashStore {
  const { hasher } = sealing;
  const peppers = () => session.queryRunner.manager.getRepository(lookupPepperSchema);
  const reader = openReader(session, sealing);

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
    ...reader,

    async holdPeppers() {
      // Locks the rows on PostgreSQL. SQLite has one transaction at a time. All transactions lock
      // in the same order, so they cannot deadlock.
      for (const { id } of await reader.listPeppers()) await peppers().update({ id }, { id });
      return reader.listPeppers();
    },

    async insertPepper({ id, pepper, createdAt }) {
      await peppers().insert({
        id,
        pepper,
        keyCheck: checkOf(sealing, pepper),
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

/** The tables of peppers and of hashes for hashed lookups. */
export const lookupHashes: ReadableTable<LookupHashStore, LookupHashReader> = {
  schemas: [lookupPepperSchema, lookupHashSchema],
  sealedColumns: [],
  openReader,
  openStore,
};
