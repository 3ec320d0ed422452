import { EntitySchema } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { readAddress, writeAddress } from '../address-text.js';
import { epochMs, optionalText, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { ReadableTable, Sealing } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of account_addresses. `address` is sealed, and `addressHash` is its keyed hash. */
interface AccountAddressRow {
  id: string;
  mxid: string;
  addressHash: string;
  address: string;
  validatedAt: number;
  addedAt: number;
  telegramAccountId: string | null;
}

const schema = new EntitySchema<AccountAddressRow>({
  name: 'account_addresses',
  tableName: 'account_addresses',
  columns: {
    id: primaryText('id', 'account_addresses_pkey'),
    mxid: text('mxid'),
    addressHash: text('address_hash'),
    address: text('address'),
    validatedAt: epochMs('validated_at'),
    addedAt: epochMs('added_at'),
    telegramAccountId: optionalText('telegram_account_id'),
  },
  indices: [
    { name: 'account_addresses_mxid', columns: ['mxid'] },
    { name: 'account_addresses_telegram_account', columns: ['telegramAccountId'] },
  ],
  foreignKeys: [
    {
      name: 'account_addresses_telegram_account_fkey',
      target: 'telegram_accounts',
      columnNames: ['telegramAccountId'],
      referencedColumnNames: ['id'],
      onDelete: 'CASCADE',
      onUpdate: 'CASCADE',
    },
  ],
  uniques: [{ name: 'account_addresses_address_hash_key', columns: ['addressHash'] }],
});

/** A 3PID of a Matrix account, in its canonical form. The address is sealed at rest. */
export interface AccountAddressRecord {
  readonly id: string;
  readonly mxid: Mxid;
  readonly medium: 'email' | 'msisdn';
  readonly address: string;
  /** When it was validated, epoch ms. */
  readonly validatedAt: number;
  /** Epoch milliseconds. */
  readonly addedAt: number;
  /**
   * The ID of the Telegram account whose login proves the address. The address is deleted with it.
   */
  readonly telegramAccountId: string | undefined;
}

/** Finds the 3PIDs of Matrix accounts. */
export interface AccountAddressReader {
  find(wanted: Pick<AccountAddressRecord, 'medium' | 'address'>): Promise<AccountAddressRecord | undefined>;
  /** Returns the user's addresses, oldest first. */
  listByUser(mxid: Mxid): Promise<AccountAddressRecord[]>;
  /**
   * Returns the next ID of a Telegram account whose login proves addresses: the first one after
   * `after`, and not after `upTo` if it is set. The database defines the order.
   */
  nextTelegramAccountId(after: string, upTo?: string): Promise<string | undefined>;
}

/** Stores the 3PIDs of Matrix accounts. An address belongs to at most one account. */
export interface AccountAddressStore extends AccountAddressReader {
  /** Returns the address, and locks it against other transactions until this one ends. */
  hold(id: string): Promise<AccountAddressRecord | undefined>;
  /** Returns the addresses that the login to this Telegram account proves. */
  listByTelegramAccount(telegramAccountId: string): Promise<AccountAddressRecord[]>;
  /** Returns false, and writes nothing, if any account has the address already. */
  insert(record: AccountAddressRecord): Promise<boolean>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
  deleteByUser(mxid: Mxid): Promise<void>;
}

const sealedColumns = {
  accountAddress: { table: 'account_addresses', column: 'address', hashColumn: 'address_hash' },
} as const satisfies Record<string, SealedColumn>;

const column = sealedColumns.accountAddress;

const createRecord =
  ({ sealer }: Sealing) =>
  (row: AccountAddressRow): AccountAddressRecord => ({
    id: row.id,
    mxid: row.mxid as Mxid,
    ...readAddress(sealer.open(column, row.id, row.address)),
    validatedAt: row.validatedAt,
    addedAt: row.addedAt,
    telegramAccountId: row.telegramAccountId ?? undefined,
  });

const readRows = createRowReader(schema);

function openReader(reader: Reader, sealing: Sealing): AccountAddressReader {
  const rows = readRows(reader);
  const record = createRecord(sealing);

  return {
    async find(address) {
      const hashes = sealing.hasher.allHashes(writeAddress(address));
      const row = await rows.first(`WHERE address_hash IN (SELECT value FROM ${reader.json.elements}($1))`, [
        JSON.stringify(hashes),
      ]);
      return row && record(row);
    },

    async listByUser(mxid) {
      return (await rows.select('WHERE mxid = $1 ORDER BY added_at, id', [mxid])).map(record);
    },

    async nextTelegramAccountId(after, upTo) {
      const [next] = await reader.select<{ id: string }>(
        `SELECT telegram_account_id AS id FROM account_addresses
         WHERE telegram_account_id > $1 ${upTo === undefined ? '' : 'AND telegram_account_id <= $2'}
         ORDER BY telegram_account_id LIMIT 1`,
        upTo === undefined ? [after] : [after, upTo],
      );
      return next?.id;
    },
  };
}

function openStore(session: TransactionSession, sealing: Sealing): AccountAddressStore {
  const { sealer, hasher } = sealing;
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const record = createRecord(sealing);
  const reader = openReader(session, sealing);

  return {
    ...reader,

    async hold(id) {
      // Locks the row on PostgreSQL. SQLite has one transaction at a time.
      await repository().update({ id }, { id });
      const row = await repository().findOneBy({ id });
      return row ? record(row) : undefined;
    },

    async listByTelegramAccount(telegramAccountId) {
      return (await repository().findBy({ telegramAccountId })).map(record);
    },

    async insert(address) {
      if (await reader.find(address)) return false;
      const text = writeAddress(address);
      const inserted = await session.write(
        `INSERT INTO account_addresses (id, mxid, address_hash, address, validated_at, added_at, telegram_account_id)
         VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (address_hash) DO NOTHING`,
        [
          address.id,
          address.mxid,
          hasher.hash(text),
          sealer.seal(column, address.id, new Secret(text)),
          address.validatedAt,
          address.addedAt,
          address.telegramAccountId ?? null,
        ],
      );
      return inserted === 1;
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

/** The table of 3PIDs of Matrix accounts. */
export const accountAddresses: ReadableTable<AccountAddressStore, AccountAddressReader> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openReader,
  openStore,
};
