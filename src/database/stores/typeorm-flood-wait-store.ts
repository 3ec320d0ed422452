import { In, LessThanOrEqual, MoreThan } from 'typeorm';
import { floodWaits } from '../entities/flood-waits.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { FloodWaitStore } from './flood-wait-store.js';

/** How long Telegram wants to be left alone, within one transaction. */
export function createFloodWaitStore(session: TransactionSession, hasher: SubjectHasher): FloodWaitStore {
  const repository = () => session.queryRunner.manager.getRepository(floodWaits);

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
