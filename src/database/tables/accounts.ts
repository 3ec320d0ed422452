import { EntitySchema } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import { Secret } from '../../base/secret.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** A row of accounts; `foldedMxid` is the Matrix ID in lower case. */
interface AccountRow {
  mxid: string;
  foldedMxid: string;
  passwordHash: string | null;
  createdAt: number;
  deactivatedAt: number | null;
}

const schema = new EntitySchema<AccountRow>({
  name: 'accounts',
  tableName: 'accounts',
  columns: {
    mxid: primaryText('mxid', 'accounts_pkey'),
    foldedMxid: text('folded_mxid'),
    passwordHash: optionalText('password_hash'),
    createdAt: epochMs('created_at'),
    deactivatedAt: optionalEpochMs('deactivated_at'),
  },
  indices: [{ name: 'accounts_folded_mxid', columns: ['foldedMxid'] }],
});

/** A Matrix account of this server. */
export interface AccountRecord {
  readonly mxid: Mxid;
  /** A PHC string, or undefined if the account has no password. */
  readonly passwordHash: Secret | undefined;
  readonly createdAt: number;
  readonly deactivatedAt: number | undefined;
}

/** Finds Matrix accounts. */
export interface AccountReader {
  /**
   * Returns the account with exactly this name. Otherwise returns the only account whose name
   * differs in case alone.
   */
  findByName(mxid: Mxid): Promise<AccountRecord | undefined>;
  /** Returns the account with exactly this name. */
  readonly find: (mxid: Mxid) => Promise<AccountRecord | undefined>;
}

/**
 * Stores Matrix accounts. It keeps deactivated ones, so that their names are not given out again.
 */
export interface AccountStore extends AccountReader {
  /**
   * Returns the account with exactly this name, and locks it against other transactions until this
   * one ends.
   */
  readonly hold: (mxid: Mxid) => Promise<AccountRecord | undefined>;
  /** Returns all accounts, ordered by name. */
  list(): Promise<AccountRecord[]>;
  /** Returns false, and writes nothing, if an account has exactly this name already. */
  insert(record: AccountRecord): Promise<boolean>;
  /** Returns false if there is no such account. */
  setPasswordHash(mxid: Mxid, passwordHash: Secret): Promise<boolean>;
  /**
   * Stores another hash of the same password. Returns false if there is no such account.
   */
  renewPasswordHash(mxid: Mxid, passwordHash: Secret): Promise<boolean>;
  /** Returns false if there is no such account. */
  deactivate(mxid: Mxid, at: number): Promise<boolean>;
}

const record = (row: AccountRow): AccountRecord => ({
  mxid: row.mxid as Mxid,
  passwordHash: row.passwordHash === null ? undefined : new Secret(row.passwordHash),
  createdAt: row.createdAt,
  deactivatedAt: row.deactivatedAt ?? undefined,
});

const readRows = createRowReader(schema);

function openReader(reader: Reader): AccountReader {
  const rows = readRows(reader);
  const find = async (mxid: Mxid) => {
    const row = await rows.first('WHERE mxid = $1', [mxid]);
    return row && record(row);
  };

  return {
    find,

    async findByName(mxid) {
      const exact = await find(mxid);
      if (exact) return exact;
      const [only, ...others] = await rows.select('WHERE folded_mxid = $1 LIMIT 2', [mxid.toLowerCase()]);
      return only && others.length === 0 ? record(only) : undefined;
    },
  };
}

function openStore(session: TransactionSession): AccountStore {
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const reader = openReader(session);
  const setPasswordHash = async (mxid: Mxid, passwordHash: Secret) => {
    const result = await repository().update({ mxid }, { passwordHash: passwordHash.reveal() });
    return result.affected === 1;
  };

  return {
    ...reader,

    async hold(mxid) {
      // Locks the row on PostgreSQL. SQLite has one transaction at a time.
      await session.write('UPDATE accounts SET mxid = $1 WHERE mxid = $2', [mxid, mxid]);
      return reader.find(mxid);
    },

    async list() {
      return (await repository().find({ order: { mxid: 'ASC' } })).map(record);
    },

    async insert({ mxid, passwordHash, createdAt, deactivatedAt }) {
      const inserted = await session.write(
        `INSERT INTO accounts (mxid, folded_mxid, password_hash, created_at, deactivated_at)
         VALUES ($1, $2, $3, $4, $5) ON CONFLICT (mxid) DO NOTHING`,
        [mxid, mxid.toLowerCase(), passwordHash?.reveal() ?? null, createdAt, deactivatedAt ?? null],
      );
      return inserted === 1;
    },

    setPasswordHash,
    renewPasswordHash: setPasswordHash,

    async deactivate(mxid, at) {
      const result = await repository().update({ mxid }, { deactivatedAt: at });
      return result.affected === 1;
    },
  };
}

/** The table of Matrix accounts of this server. */
export const accounts: ReadableTable<AccountStore, AccountReader> = {
  schemas: [schema],
  sealedColumns: [],
  openReader,
  openStore,
};
