import type { Mxid } from '../../base/mxid.js';
import { type TelegramAccountRow, telegramAccounts } from '../entities/telegram-accounts.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { TelegramAccountRecord, TelegramAccountStore } from './telegram-account-store.js';

/** The Telegram accounts that somebody is logged in to, within one transaction. */
export function createTelegramAccountStore(session: TransactionSession, sealer: Sealer): TelegramAccountStore {
  const repository = () => session.queryRunner.manager.getRepository(telegramAccounts);
  const { telegramAccountSession, telegramAccountProfile } = sealedColumns;
  const record = (row: TelegramAccountRow): TelegramAccountRecord => ({
    id: row.id,
    owner: row.owner as Mxid,
    telegramUserId: row.telegramUserId,
    session: sealer.open(telegramAccountSession, row.id, row.session),
    profile: sealer.open(telegramAccountProfile, row.id, row.profile),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  });
  const sealed = ({ id, session: clearSession, profile }: TelegramAccountRecord) => ({
    session: sealer.seal(telegramAccountSession, id, clearSession),
    profile: sealer.seal(telegramAccountProfile, id, profile),
  });

  return {
    async listByOwner(owner) {
      const rows = await repository().find({ where: { owner }, order: { createdAt: 'ASC', id: 'ASC' } });
      return rows.map(record);
    },

    async find(id) {
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    async hold(id) {
      // The row's lock on PostgreSQL; SQLite has one transaction at a time.
      const result = await repository().update({ id }, { id });
      return result.affected === 1;
    },

    async findByTelegramUserId(telegramUserId) {
      const row = await repository().findOneBy({ telegramUserId });
      return row ? record(row) : undefined;
    },

    async insert(account) {
      const { session: sealedSession, profile: sealedProfile } = sealed(account);
      // A violated constraint would end the whole transaction on PostgreSQL, and TypeORM's orIgnore() neither names
      // the constraint nor says whether a row was written.
      const result = await session.queryRunner.query(
        `INSERT INTO telegram_accounts (id, owner, telegram_user_id, session, profile, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (telegram_user_id) DO NOTHING`,
        [
          account.id,
          account.owner,
          account.telegramUserId,
          sealedSession,
          sealedProfile,
          account.createdAt,
          account.updatedAt,
        ],
        true,
      );
      return result.affected === 1;
    },

    async update(account) {
      const result = await repository().update(
        { id: account.id },
        { ...sealed(account), updatedAt: account.updatedAt },
      );
      return result.affected === 1;
    },

    async replace(id, account) {
      const changes = { id: account.id, ...sealed(account), updatedAt: account.updatedAt };
      const result = await repository().update({ id }, changes);
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}
