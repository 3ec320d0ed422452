import { In, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { uiaSessions } from '../entities/uia-sessions.js';
import type { TransactionSession } from '../transaction-session.js';
import type { UiaSessionStore } from './uia-session-store.js';

/** Returns the user-interactive authentications under way, within one transaction. */
export function createUiaSessionStore(session: TransactionSession): UiaSessionStore {
  const repository = () => session.queryRunner.manager.getRepository(uiaSessions);

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? { ...row, owner: row.owner as Mxid, completed: readStages(row.completed) } : undefined;
    },

    async insert({ completed, ...rest }) {
      await repository().insert({ ...rest, completed: JSON.stringify(completed) });
    },

    async update({ id, completed, ...rest }) {
      const result = await repository().update({ id }, { ...rest, completed: JSON.stringify(completed) });
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },

    async keepNewest(owner, count) {
      const all = await repository().find({ where: { owner }, order: { expiresAt: 'DESC', id: 'ASC' } });
      const excess = all.slice(count).map(({ id }) => id);
      if (excess.length > 0) await repository().delete({ id: In(excess) });
    },

    async deleteByOwner(owner) {
      await repository().delete({ owner });
    },

    async deleteExpired(until) {
      await repository().delete({ expiresAt: LessThanOrEqual(until) });
    },
  };
}

function readStages(text: string): string[] {
  const stages: unknown = JSON.parse(text);
  return Array.isArray(stages) ? stages.map(String) : [];
}
