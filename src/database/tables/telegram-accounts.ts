import { EntitySchema } from 'typeorm';
import type { Mxid } from '../../base/mxid.js';
import type { Secret } from '../../base/secret.js';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from '../columns.js';
import { createRowReader, type Reader } from '../reader.js';
import type { SealedColumn } from '../sealing/sealer.js';
import type { Page } from './known-users.js';
import type { ReadableTable, Sealing } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/**
 * A row of telegram_accounts. `session` and `profile` are sealed. `session` is null unless `heldBy`
 * is `gangway`.
 */
interface TelegramAccountRow {
  id: string;
  owner: string;
  telegramUserId: string;
  session: string | null;
  profile: string;
  createdAt: number;
  updatedAt: number;
  heldBy: string;
  usedAt: number | null;
  unpermittedSince: number | null;
}

const schema = new EntitySchema<TelegramAccountRow>({
  name: 'telegram_accounts',
  tableName: 'telegram_accounts',
  columns: {
    id: primaryText('id', 'telegram_accounts_pkey'),
    owner: text('owner'),
    telegramUserId: text('telegram_user_id'),
    session: optionalText('session'),
    profile: text('profile'),
    createdAt: epochMs('created_at'),
    updatedAt: epochMs('updated_at'),
    heldBy: { ...text('held_by'), default: 'gangway' },
    usedAt: optionalEpochMs('used_at'),
    unpermittedSince: optionalEpochMs('unpermitted_since'),
  },
  indices: [{ name: 'telegram_accounts_owner', columns: ['owner'] }],
  uniques: [{ name: 'telegram_accounts_telegram_user_id_key', columns: ['telegramUserId'] }],
});

/** The program that may open the session of a linked account. */
export type SessionHolder =
  | 'gangway'
  /** No program until the bridge answers. The session is in hand_overs. */
  | 'hand_over'
  | 'bridge'
  /** A program that leased it. The session is in session_leases. */
  | 'lease'
  /** An administrator exported it. */
  | 'export';

/** A linked account. `session` and `profile` are sealed at rest. */
export interface TelegramAccountRecord {
  readonly id: string;
  readonly owner: Mxid;
  /** Unique over all accounts. */
  readonly telegramUserId: string;
  /** Null unless `heldBy` is `gangway`. */
  readonly session: Secret | null;
  /** The latest profile from Telegram, as JSON. */
  readonly profile: Secret;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly heldBy: SessionHolder;
}

/** A linked account that is stored. */
export interface StoredTelegramAccount extends TelegramAccountRecord {
  /** When the session was last used, to within a day. Epoch milliseconds. */
  readonly usedAt: number;
}

/** The change of a session's holder. */
export interface HolderChange {
  readonly from: SessionHolder;
  readonly to: SessionHolder;
  /** Null unless `to` is `gangway`. */
  readonly session: Secret | null;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** Finds linked accounts. */
export interface TelegramAccountReader {
  /** Returns the owner's linked accounts, oldest first. */
  listByOwner(owner: Mxid): Promise<StoredTelegramAccount[]>;
  find(id: string): Promise<StoredTelegramAccount | undefined>;
  /** Returns the linked account of that Telegram user, if any. */
  findByTelegramUserId(telegramUserId: string): Promise<StoredTelegramAccount | undefined>;
  /** Returns accounts in the order of their Telegram user IDs, which are the keys of pages. */
  page(page: Page): Promise<StoredTelegramAccount[]>;
}

/** Stores linked accounts. A Matrix ID may have several. */
export interface TelegramAccountStore extends TelegramAccountReader {
  /**
   * Locks the account against other transactions until this one ends. Returns false if there is
   * none.
   */
  hold(id: string): Promise<boolean>;
  /**
   * Returns false, and writes nothing, if the Telegram account is linked already. The unique
   * constraint decides.
   */
  insert(record: TelegramAccountRecord): Promise<boolean>;
  /** Returns all linked accounts, oldest first. */
  list(): Promise<StoredTelegramAccount[]>;
  /**
   * Replaces session, profile and updatedAt. Returns false if there is no such account, or if it
   * has another holder now.
   */
  update(record: TelegramAccountRecord): Promise<boolean>;
  /**
   * Replaces ID, session, holder, profile and updatedAt of the account `id`. Rows that refer to it
   * follow. Returns false if there is no such account.
   */
  replace(id: string, record: TelegramAccountRecord): Promise<boolean>;
  /**
   * Gives the session to another holder. Returns false if there is no such account, or if its
   * holder is not `from`.
   */
  setHolder(id: string, change: HolderChange): Promise<boolean>;
  /** Returns false if there is none. */
  delete(id: string): Promise<boolean>;
}

const sealedColumns = {
  telegramAccountSession: { table: 'telegram_accounts', column: 'session' },
  telegramAccountProfile: { table: 'telegram_accounts', column: 'profile' },
} as const satisfies Record<string, SealedColumn>;

const { telegramAccountSession, telegramAccountProfile } = sealedColumns;

const createRecord =
  ({ sealer }: Sealing) =>
  (row: TelegramAccountRow): StoredTelegramAccount => ({
    id: row.id,
    owner: row.owner as Mxid,
    telegramUserId: row.telegramUserId,
    session: row.session === null ? null : sealer.open(telegramAccountSession, row.id, row.session),
    profile: sealer.open(telegramAccountProfile, row.id, row.profile),
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
    heldBy: row.heldBy as SessionHolder,
    usedAt: row.usedAt ?? row.createdAt,
  });

const readRows = createRowReader(schema);

function openReader(reader: Reader, sealing: Sealing): TelegramAccountReader {
  const rows = readRows(reader);
  const record = createRecord(sealing);

  return {
    async listByOwner(owner) {
      return (await rows.select('WHERE owner = $1 ORDER BY created_at, id', [owner])).map(record);
    },

    async find(id) {
      const row = await rows.first('WHERE id = $1', [id]);
      return row && record(row);
    },

    async findByTelegramUserId(telegramUserId) {
      const row = await rows.first('WHERE telegram_user_id = $1', [telegramUserId]);
      return row && record(row);
    },

    async page({ after, limit }) {
      const rest = `WHERE telegram_user_id > $1 ORDER BY telegram_user_id LIMIT ${limit}`;
      return (await rows.select(rest, [after ?? ''])).map(record);
    },
  };
}

function openStore(session: TransactionSession, sealing: Sealing): TelegramAccountStore {
  const { sealer } = sealing;
  const repository = () => session.queryRunner.manager.getRepository(schema);
  const record = createRecord(sealing);
  const sealed = ({ id, session: clearSession, profile }: TelegramAccountRecord) => ({
    session: clearSession && sealer.seal(telegramAccountSession, id, clearSession),
    profile: sealer.seal(telegramAccountProfile, id, profile),
  });

  return {
    ...openReader(session, sealing),

    async hold(id) {
      // Locks the row on PostgreSQL. SQLite has one transaction at a time.
      const result = await repository().update({ id }, { id });
      return result.affected === 1;
    },

    async list() {
      return (await repository().find({ order: { createdAt: 'ASC', id: 'ASC' } })).map(record);
    },

    async insert(account) {
      const { session: sealedSession, profile: sealedProfile } = sealed(account);
      // A violated constraint would end the whole transaction on PostgreSQL. TypeORM's orIgnore()
      // neither names the constraint nor reports whether a row was written.
      const inserted = await session.write(
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
      );
      return inserted === 1;
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
      const changes = { id: newId, ...sealed(account), heldBy, updatedAt, usedAt: updatedAt };
      const result = await repository().update({ id }, changes);
      return result.affected === 1;
    },

    async setHolder(id, { from, to, session: clear, at }) {
      const sealedSession = clear && sealer.seal(telegramAccountSession, id, clear);
      const changes = { heldBy: to, session: sealedSession, updatedAt: at, usedAt: at };
      const result = await repository().update({ id, heldBy: from }, changes);
      return result.affected === 1;
    },

    async delete(id) {
      const result = await repository().delete({ id });
      return result.affected === 1;
    },
  };
}

/** The table of linked accounts. */
export const telegramAccounts: ReadableTable<TelegramAccountStore, TelegramAccountReader> = {
  schemas: [schema],
  sealedColumns: Object.values(sealedColumns),
  openReader,
  openStore,
};
