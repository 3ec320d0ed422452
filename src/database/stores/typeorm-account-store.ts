import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { type AccountRow, accounts } from '../entities/accounts.js';
import type { TransactionSession } from '../transaction-session.js';
import type { AccountRecord, AccountStore } from './account-store.js';

/** Returns the Matrix accounts, within one transaction. */
export function createAccountStore(session: TransactionSession): AccountStore {
  const repository = () => session.queryRunner.manager.getRepository(accounts);
  const record = (row: AccountRow): AccountRecord => ({
    mxid: row.mxid as Mxid,
    passwordHash: row.passwordHash === null ? undefined : new Secret(row.passwordHash),
    createdAt: row.createdAt,
    deactivatedAt: row.deactivatedAt ?? undefined,
  });
  const find = async (mxid: Mxid) => {
    const row = await repository().findOneBy({ mxid });
    return row ? record(row) : undefined;
  };

  return {
    find,

    async findByName(mxid) {
      const exact = await find(mxid);
      if (exact) return exact;
      const [only, ...others] = await repository().find({ where: { foldedMxid: mxid.toLowerCase() }, take: 2 });
      return only && others.length === 0 ? record(only) : undefined;
    },

    async hold(mxid) {
      // The row's lock on PostgreSQL; SQLite has one transaction at a time.
      await repository().update({ mxid }, { mxid });
      return find(mxid);
    },

    async list() {
      return (await repository().find({ order: { mxid: 'ASC' } })).map(record);
    },

    async insert({ mxid, passwordHash, createdAt, deactivatedAt }) {
      const result = await session.queryRunner.query(
        `INSERT INTO accounts (mxid, folded_mxid, password_hash, created_at, deactivated_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (mxid) DO NOTHING`,
        [mxid, mxid.toLowerCase(), passwordHash?.reveal() ?? null, createdAt, deactivatedAt ?? null],
        true,
      );
      return result.affected === 1;
    },

    async setPasswordHash(mxid, passwordHash) {
      const result = await repository().update({ mxid }, { passwordHash: passwordHash.reveal() });
      return result.affected === 1;
    },

    async deactivate(mxid, at) {
      const result = await repository().update({ mxid }, { deactivatedAt: at });
      return result.affected === 1;
    },
  };
}
