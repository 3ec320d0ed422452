import { LessThanOrEqual, MoreThan } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type LoginProcessRow, loginProcesses } from '../entities/login-processes.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { LoginProcessRecord, LoginProcessStore } from './login-process-store.js';

/** Returns the logins under way, within one transaction. */
export function createLoginProcessStore(session: TransactionSession, sealer: Sealer): LoginProcessStore {
  const repository = () => session.queryRunner.manager.getRepository(loginProcesses);
  const state = sealedColumns.loginProcessState;
  const record = (row: LoginProcessRow): LoginProcessRecord => ({
    id: row.id,
    owner: row.owner as Mxid,
    state: sealer.open(state, row.id, row.state),
    createdAt: row.createdAt,
    expiresAt: row.expiresAt,
  });

  return {
    async find(owner, id) {
      const row = await repository().findOneBy({ id, owner });
      return row ? record(row) : undefined;
    },

    async listByOwner(owner, after) {
      const rows = await repository().find({
        where: { owner, expiresAt: MoreThan(after) },
        order: { createdAt: 'DESC', id: 'DESC' },
      });
      return rows.map(record);
    },

    async listExpired(now, limit) {
      const rows = await repository().find({
        where: { expiresAt: LessThanOrEqual(now) },
        order: { expiresAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async save({ id, owner, createdAt, expiresAt, ...sealed }) {
      const row: LoginProcessRow = { id, owner, state: sealer.seal(state, id, sealed.state), createdAt, expiresAt };
      await repository().upsert(row, ['id']);
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}
