import { In, LessThan, LessThanOrEqual } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type SessionLeaseRow, sessionLeases } from '../entities/session-leases.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { SessionLeaseRecord, SessionLeaseState, SessionLeaseStore } from './session-lease-store.js';

const open = In(['active', 'ending'] satisfies SessionLeaseState[]);

/** Returns the leased sessions, within one transaction. */
export function createSessionLeaseStore(session: TransactionSession, sealer: Sealer): SessionLeaseStore {
  const repository = () => session.queryRunner.manager.getRepository(sessionLeases);
  const { sessionLeaseSession } = sealedColumns;
  const record = (row: SessionLeaseRow): SessionLeaseRecord => ({
    ...row,
    owner: row.owner as Mxid,
    state: row.state as SessionLeaseState,
    session: row.session === null ? null : sealer.open(sessionLeaseSession, row.id, row.session),
  });

  return {
    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    async findByLeaseId(leaseId) {
      const row = await repository().findOneBy({ leaseId });
      return row ? record(row) : undefined;
    },

    async listActive() {
      return (await repository().findBy({ state: 'active' satisfies SessionLeaseState })).map(record);
    },

    async listExportRequests() {
      return (await repository().findBy({ state: 'export_requested' satisfies SessionLeaseState })).map(record);
    },

    async listExpired(at, limit) {
      const rows = await repository().find({
        where: { state: open, expiresAt: LessThanOrEqual(at) },
        order: { expiresAt: 'ASC', id: 'ASC' },
        take: limit,
      });
      return rows.map(record);
    },

    async save({ session: clear, ...rest }) {
      const sealed = clear && sealer.seal(sessionLeaseSession, rest.id, clear);
      await repository().upsert({ ...rest, session: sealed }, ['id']);
    },

    async delete(id) {
      await repository().delete({ id });
    },

    async deleteOver(before) {
      await repository().delete({ state: 'over' satisfies SessionLeaseState, expiresAt: LessThan(before) });
    },
  };
}
