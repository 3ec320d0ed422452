import { In, IsNull, Not } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { type AccountAddressRow, accountAddresses } from '../entities/account-addresses.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { AccountAddressRecord, AccountAddressStore } from './account-address-store.js';

type Address = Pick<AccountAddressRecord, 'medium' | 'address'>;

/** Returns the addresses of all accounts, within one transaction. */
export function createAccountAddressStore(
  session: TransactionSession,
  sealer: Sealer,
  hasher: SubjectHasher,
): AccountAddressStore {
  const repository = () => session.queryRunner.manager.getRepository(accountAddresses);
  const place = sealedColumns.accountAddress;
  const record = (row: AccountAddressRow): AccountAddressRecord => ({
    id: row.id,
    mxid: row.mxid as Mxid,
    ...readAddress(sealer.open(place, row.id, row.address)),
    validatedAt: row.validatedAt,
    addedAt: row.addedAt,
    telegramAccountId: row.telegramAccountId ?? undefined,
  });
  const find = async (address: Address) => {
    const text = writeAddress(address);
    const row = await repository().findOneBy({ addressHash: In([hasher.hash(text), ...hasher.oldHashes(text)]) });
    return row ? record(row) : undefined;
  };

  return {
    find,

    async hold(id) {
      // The row's lock on PostgreSQL; SQLite has one transaction at a time.
      await repository().update({ id }, { id });
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    async listByTelegramAccount(telegramAccountId) {
      return (await repository().findBy({ telegramAccountId })).map(record);
    },

    async listTelegramAccountIds() {
      const rows = await repository().find({
        select: { telegramAccountId: true },
        where: { telegramAccountId: Not(IsNull()) },
      });
      // Sorted here, because databases have orders of their own.
      return [...new Set(rows.flatMap(({ telegramAccountId }) => telegramAccountId ?? []))].toSorted();
    },

    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { addedAt: 'ASC', id: 'ASC' } });
      return rows.map(record);
    },

    async insert(address) {
      if (await find(address)) return false;
      const text = writeAddress(address);
      const result = await session.queryRunner.query(
        `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at, telegram_account_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (address_hash) DO NOTHING`,
        [
          address.id,
          address.mxid,
          hasher.hash(text),
          sealer.seal(place, address.id, new Secret(text)),
          address.validatedAt,
          address.addedAt,
          address.telegramAccountId ?? null,
        ],
        true,
      );
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },

    async deleteByUser(mxid) {
      await repository().delete({ mxid });
    },
  };
}
