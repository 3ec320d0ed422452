import { In } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { type TelegramAccountRow, telegramAccounts } from '../entities/telegram-accounts.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { TransactionSession } from '../transaction-session.js';
import type { SessionHolder, TelegramAccountRecord, TelegramAccountStore } from './telegram-account-store.js';

/** Returns the Telegram accounts that somebody is logged in to, within one transaction. */
export function createTelegramAccountStore(session: TransactionSession, sealer: Sealer): TelegramAccountStore {
  const repository = () => session.queryRunner.manager.getRepository(telegramAccounts);
  const { telegramAccountSession, telegramAccountProfile } = sealedColumns;
  const record = (row: TelegramAccountRow): TelegramAccountRecord => ({
    id: row.id,
    owner: row.owner as Mxid,
    telegramUserId: row.telegramUserId,
    session: row.session === null ? null : sealer.open(telegramAccountSession, row.id, row.session),
    profile: sealer.open(telegramAccountProfile, row.id, row.profile),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    heldBy: row.heldBy as SessionHolder,
  });
  const sealed = ({ id, session: clearSession, profile }: TelegramAccountRecord) => ({
    session: clearSession && sealer.seal(telegramAccountSession, id, clearSession),
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

    async list(heldBy) {
      const rows = await repository().find({
        where: heldBy === undefined ? {} : { heldBy: In(heldBy) },
        order: { createdAt: 'ASC', id: 'ASC' },
      });
      return rows.map(record);
    },

    async insert(account) {
      const { session: sealedSession, profile: sealedProfile } = sealed(account);
      // A violated constraint would end the whole transaction on PostgreSQL, and TypeORM's
      // orIgnore() neither names the constraint nor says whether a row was written.
      const result = await session.queryRunner.query(
        `INSERT INTO telegram_accounts (id, owner, telegram_user_id, session, profile, created_at, updated_at, held_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (telegram_user_id) DO NOTHING`,
        [
          account.id,
          account.owner,
          account.telegramUserId,
          sealedSession,
          sealedProfile,
          account.createdAt,
          account.updatedAt,
          account.heldBy,
        ],
        true,
      );
      return result.affected === 1;
    },

    async update(account) {
      const result = await repository().update(
        { id: account.id, heldBy: account.heldBy },
        { ...sealed(account), updatedAt: account.updatedAt },
      );
      return result.affected === 1;
    },

    async replace(id, account) {
      const { id: newId, heldBy, updatedAt } = account;
      const changes = { id: newId, ...sealed(account), heldBy, updatedAt };
      const result = await repository().update({ id }, changes);
      return result.affected === 1;
    },

    async setHolder(id, { from, to, session: clear, at }) {
      const sealedSession = clear && sealer.seal(telegramAccountSession, id, clear);
      const changes = { heldBy: to, session: sealedSession, updatedAt: at };
      const result = await repository().update({ id, heldBy: from }, changes);
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}
