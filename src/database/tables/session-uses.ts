import type { Mxid } from '../../base/mxid.js';
import type { Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';
import type { TransactionSession } from '../transaction-session.js';

/** An owner of linked accounts. */
export interface OwnerPermission {
  readonly owner: Mxid;
  /** When a daemon first noticed that the owner may not log in. Epoch milliseconds. */
  readonly unpermittedSince: number | undefined;
  /** Whether a policy can end a session of the owner: the bridge, or an export, has the others. */
  readonly hasEndable: boolean;
}

/** Finds linked accounts that a policy may end. Opens no session. */
export interface SessionUseReader {
  /**
   * Returns up to `limit` accounts whose session Gangway holds and has not used since `before`
   * (epoch ms), oldest first.
   */
  listUnused(before: number, limit: number): Promise<{ readonly id: string }[]>;
  /**
   * Returns up to `limit` owners of linked accounts in the order of their Matrix IDs: those after
   * `after`, or the first ones if it is undefined.
   */
  listOwners(after: Mxid | undefined, limit: number): Promise<OwnerPermission[]>;
}

/** Stores when linked accounts were used. */
export interface SessionUseStore extends SessionUseReader {
  /** Stores that the session was used. */
  setUsed(id: string, at: number): Promise<void>;
  /** Stores since when these owners may not log in; undefined if they may. */
  setUnpermittedSince(owners: readonly Mxid[], since: number | undefined): Promise<void>;
}

function openReader(reader: Reader): SessionUseReader {
  return {
    async listUnused(before, limit) {
      const usedAt = 'coalesce(used_at, created_at)';
      return reader.select<{ id: string }>(
        `SELECT id FROM telegram_accounts WHERE held_by = 'gangway' AND ${usedAt} < $1
         ORDER BY ${usedAt}, id LIMIT ${limit}`,
        [before],
      );
    },

    async listOwners(after, limit) {
      const found = await reader.select<{ owner: Mxid; since: string | number | null; endable: string | number }>(
        `SELECT owner, min(unpermitted_since) AS since, sum(CASE WHEN held_by IN ('bridge', 'export') THEN 0 ELSE 1 END) AS endable
         FROM telegram_accounts WHERE owner > $1 GROUP BY owner ORDER BY owner LIMIT ${limit}`,
        [after ?? ''],
      );
      return found.map(({ owner, since, endable }) => ({
        owner,
        unpermittedSince: since === null ? undefined : Number(since),
        hasEndable: Number(endable) > 0,
      }));
    },
  };
}

function openStore(session: TransactionSession): SessionUseStore {
  return {
    ...openReader(session),

    async setUsed(id, at) {
      await session.queryRunner.query('UPDATE telegram_accounts SET used_at = $1 WHERE id = $2', [at, id]);
    },

    async setUnpermittedSince(owners, since) {
      const { elements } = session.json;
      await session.queryRunner.query(
        `UPDATE telegram_accounts SET unpermitted_since = $1 WHERE owner IN (SELECT value FROM ${elements}($2))`,
        [since ?? null, JSON.stringify(owners)],
      );
    },
  };
}

/** The columns of telegram_accounts by which policies end sessions. It has no table of its own. */
export const sessionUses: ReadableTable<SessionUseStore, SessionUseReader> = {
  schemas: [],
  sealedColumns: [],
  openReader,
  openStore,
};
