import { type FindOptionsWhere, In, LessThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { type HandOverRow, handOvers } from '../entities/hand-overs.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { HandOverRecord, HandOverState, HandOverStore } from './hand-over-store.js';

const open = In(['pending', 'ending'] satisfies HandOverState[]);
const refused: HandOverState = 'refused';
const ending: HandOverState = 'ending';

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

  const seal = (id: string, clear: Secret | null) => clear && sealer.seal(handOverSession, id, clear);

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
    listEnding: (telegramUserId) =>
      list({ state: ending, ...(telegramUserId === undefined ? {} : { telegramUserId }) }),
    listByTelegramUserId: (telegramUserId) => list({ telegramUserId }),

    async listOpen(limit) {
      const order = { dueAt: 'ASC', id: 'ASC' } as const;
      return repository().find({ select: { id: true, dueAt: true }, where: { state: open }, order, take: limit });
    },

    async update(id, state, { session: clear, ...rest }) {
      const sealed = clear === undefined ? {} : { session: seal(id, clear) };
      return (await repository().update({ id, state }, { ...rest, ...sealed })).affected === 1;
    },

    async save({ session: clear, ...rest }) {
      await repository().upsert({ ...rest, session: seal(rest.id, clear) }, ['id']);
    },

    async delete(id) {
      return (await repository().delete({ id })).affected === 1;
    },

    async deleteRefused(before) {
      await repository().delete({ state: refused, dueAt: LessThan(before) });
    },
  };
}
