import { In } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { type AccountAddressRow, accountAddresses } from '../entities/account-addresses.js';
import { sealedColumns } from '../sealed-columns.js';
import type { Sealer } from '../sealing/sealer.js';
import type { SubjectHasher } from '../sealing/subject-hasher.js';
import type { TransactionSession } from '../transaction-session.js';
import type { AccountAddressRecord, AccountAddressStore } from './account-address-store.js';

type Address = Pick<AccountAddressRecord, 'medium' | 'address'>;

/** The addresses of all accounts, within one transaction. */
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
  });
  const find = async (address: Address) => {
    const text = writeAddress(address);
    const row = await repository().findOneBy({ addressHash: In([hasher.hash(text), ...hasher.oldHashes(text)]) });
    return row ? record(row) : undefined;
  };

  return {
    find,

    async listByUser(mxid) {
      const rows = await repository().find({ where: { mxid }, order: { addedAt: 'ASC', id: 'ASC' } });
      return rows.map(record);
    },

    async insert(address) {
      if (await find(address)) return false;
      const text = writeAddress(address);
      const result = await session.queryRunner.query(
        `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (address_hash) DO NOTHING`,
        [
          address.id,
          address.mxid,
          hasher.hash(text),
          sealer.seal(place, address.id, new Secret(text)),
          address.validatedAt,
          address.addedAt,
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

function writeAddress({ medium, address }: Address): string {
  return `${medium}:${address}`;
}

function readAddress(text: Secret): Address {
  const [, medium, address = ''] = /^(email|msisdn):(.*)$/s.exec(text.reveal()) ?? [];
  return { medium: medium === 'email' ? 'email' : 'msisdn', address };
}
