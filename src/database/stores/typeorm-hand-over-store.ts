import { type FindOptionsWhere, In, LessThan, LessThanOrEqual, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type HandOverRow, handOvers } from '../entities/hand-overs.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { HandOverRecord, HandOverState, HandOverStore } from './hand-over-store.js';

const open = In(['pending', 'ending'] satisfies HandOverState[]);
const refused: HandOverState = 'refused';

/** Returns the sessions on their way to the bridge, within one transaction. */
export function createHandOverStore(session: TransactionSession, sealer: Sealer): HandOverStore {
  const repository = () => session.queryRunner.manager.getRepository(handOvers);
  const { handOverSession } = sealedColumns;
  const record = (row: HandOverRow): HandOverRecord => ({
    ...row,
    owner: row.owner as Mxid,
    state: row.state as HandOverState,
    session: row.session === null ? null : sealer.open(handOverSession, row.id, row.session),
  });

  const list = async (where: FindOptionsWhere<HandOverRow>) => {
    const rows = await repository().find({ where, order: { createdAt: 'ASC', id: 'ASC' } });
    return rows.map(record);
  };

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    listByOwner: (owner) => list({ owner }),
    listEnding: () => list({ state: 'ending' satisfies HandOverState }),
    listByTelegramUserId: (telegramUserId) => list({ telegramUserId }),

    async listDue(at, limit) {
      const rows = await repository().find({
        where: { state: open, dueAt: LessThanOrEqual(at) },
        order: { dueAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async nextDueAt(after) {
      return (await repository().minimum('dueAt', { state: open, dueAt: MoreThan(after) })) ?? undefined;
    },

    async setDueAt(id, dueAt) {
      return (await repository().update({ id }, { dueAt })).affected === 1;
    },

    async save({ session: clear, ...rest }) {
      const sealed = clear && sealer.seal(handOverSession, rest.id, clear);
      await repository().upsert({ ...rest, session: sealed }, ['id']);
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteRefused(before) {
      await repository().delete({ state: refused, dueAt: LessThan(before) });
    },
  };
}
