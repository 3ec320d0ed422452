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
 * Where it is kept how long Telegram wants to be left alone. `subject` is kept as a keyed hash
 * only: it may hold a phone number.
 */
export interface FloodWaitStore {
  /** Until when (epoch ms) Telegram must not be asked, or undefined if it may be. */
  find(subject: string, now: number): Promise<number | undefined>;
  /** Remembers a wait; replaces an earlier one of the same subject. */
  save(subject: string, until: number): Promise<void>;
  /** Forgets waits that are over at `now` (epoch ms). */
  deleteExpired(now: number): Promise<void>;
}

function openStore(session: TransactionSession, { hasher }: Sealing): FloodWaitStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);

  return {
    async find(subject, now) {
      const hashes = [hasher.hash(subject), ...hasher.oldHashes(subject)];
      const row = await repository().findOne({
        where: { subjectHash: In(hashes), until: MoreThan(now) },
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

/** The table of waits that Telegram asked for. */
export const floodWaits: Table<FloodWaitStore> = {
  schemas: [schema],
  sealedColumns: [],
  openStore,
};
