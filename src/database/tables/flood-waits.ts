import { EntitySchema, In, LessThanOrEqual, MoreThan } from 'typeorm';
import { epochMs, primaryText } from '../columns.js';
import type { Sealing, Table } from '../table.js';
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

/**
 * Stores Telegram's flood waits. It stores subjects as keyed hashes only, because they may contain
 * phone numbers.
 */
export interface FloodWaitStore {
  /** Returns until when (epoch ms) Telegram rejects requests, or undefined if it accepts them. */
  find(subject: string, now: number): Promise<number | undefined>;
  /** Stores a wait, and replaces an earlier one of the same subject. */
  save(subject: string, until: number): Promise<void>;
  /** Deletes waits that are over at `now` (epoch ms). */
  deleteExpired(now: number): Promise<void>;
}

function openStore(session: TransactionSession, { hasher }: Sealing): FloodWaitStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    async find(subject, now) {
      const row = await repository().findOne({
        where: { subjectHash: In(hasher.allHashes(subject)), until: MoreThan(now) },
        order: { until: 'DESC' },
      });
      return row?.until;
    },

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
export const floodWaits: Table<FloodWaitStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
