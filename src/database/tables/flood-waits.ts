import { EntitySchema, In, LessThanOrEqual } from 'typeorm';
import { epochMs, primaryText } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { ReadableTable, Sealing } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of flood_waits. */
interface FloodWaitRow {
  subjectHash: string;
  until: number;
}

const schema = new EntitySchema<FloodWaitRow>({
  name: 'flood_waits',
  tableName: 'flood_waits',
  columns: {
    subjectHash: primaryText('subject_hash', 'flood_waits_pkey'),
    until: epochMs('until'),
  },
});

/** Finds Telegram's flood waits. */
export interface FloodWaitReader {
  /** Returns until when (epoch ms) Telegram rejects requests, or undefined if it accepts them. */
  find(subject: string, now: number): Promise<number | undefined>;
}

/**
 * Stores Telegram's flood waits. It stores subjects as keyed hashes only, because they may contain
 * phone numbers.
 */
export interface FloodWaitStore extends FloodWaitReader {
  /** Stores a wait, and replaces an earlier one of the same subject. */
  save(subject: string, until: number): Promise<void>;
  /** Deletes waits that are over at `now` (epoch ms). */
  deleteExpired(now: number): Promise<void>;
}

const readRows = createRowReader(schema);

function openReader(reader: Reader, { hasher }: Sealing): FloodWaitReader {
  const rows = readRows(reader);

  return {
    async find(subject, now) {
      const hashes = hasher.allHashes(subject);
      const placeholders = hashes.map((_, index) => `$${index + 1}`).join(', ');
      const row = await rows.first(
        `WHERE subject_hash IN (${placeholders}) AND until > $${hashes.length + 1} ORDER BY until DESC LIMIT 1`,
        [...hashes, now],
      );
      return row?.until;
    },
  };
}

function openStore(session: TransactionSession, sealing: Sealing): FloodWaitStore {
  const { hasher } = sealing;
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    ...openReader(session, sealing),

    async save(subject, until) {
      const oldHashes = hasher.oldHashes(subject);
      if (oldHashes.length > 0) await repository().delete({ subjectHash: In(oldHashes) });
      await repository().upsert({ subjectHash: hasher.hash(subject), until }, ['subjectHash']);
    },

    async deleteExpired(now) {
      await repository().delete({ until: LessThanOrEqual(now) });
    },
  };
}

/** The table of flood waits. */
export const floodWaits: ReadableTable<FloodWaitStore, FloodWaitReader> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
  openReader,
};
