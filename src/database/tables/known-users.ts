import type { Mxid } from '../../base/mxid.js';
import type { Reader } from '../reader.js';
import type { ReadableTable } from '../table.js';

/** The beginning and the length of a page of a list. */
export interface Page {
  /** The key of the last item of the page before; undefined for the first page. */
  readonly after: string | undefined;
  readonly limit: number;
}

/** Finds Matrix users across all tables. */
export interface KnownUserReader {
  /**
   * Returns the users that have a Matrix account, a Telegram login, a login process, a hand-over, a
   * lease, or a 3PID, in the order of the database. `search` is a part of the Matrix ID, in any
   * case.
   */
  list(page: Page & { readonly search: string | undefined }): Promise<Mxid[]>;
  has(mxid: Mxid): Promise<boolean>;
}

/** The columns that name such users. */
const places = [
  ['accounts', 'mxid'],
  ['telegram_accounts', 'owner'],
  ['login_processes', 'owner'],
  ['hand_overs', 'owner'],
  ['session_leases', 'owner'],
  ['account_addresses', 'mxid'],
  ['identity_associations', 'mxid'],
] as const;

function openReader(reader: Reader): KnownUserReader {
  return {
    async list({ after, limit, search }) {
      const pattern = `%${(search ?? '').toLowerCase().replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
      // Each table returns a page of its own by its index, so that no list of all users is made.
      const pages = places.map(
        ([table, column]) =>
          `SELECT mxid FROM (SELECT DISTINCT ${column} AS mxid FROM ${table}
             WHERE ${column} > $1 AND lower(${column}) LIKE $2 ESCAPE '\\' ORDER BY ${column} LIMIT ${limit}) AS of_${table}`,
      );
      const rows = await reader.select<{ mxid: Mxid }>(
        `SELECT mxid FROM (${pages.join(' UNION ')}) AS known ORDER BY mxid LIMIT ${limit}`,
        [after ?? '', pattern],
      );
      return rows.map(({ mxid }) => mxid);
    },

    async has(mxid) {
      const found = places.map(([table, column]) => `EXISTS (SELECT 1 FROM ${table} WHERE ${column} = $1)`);
      const rows = await reader.select(`SELECT 1 AS one WHERE ${found.join(' OR ')}`, [mxid]);
      return rows.length > 0;
    },
  };
}

/** The Matrix users that any table names. It has no table of its own. */
export const knownUsers: ReadableTable<KnownUserReader, KnownUserReader> = {
  schemas: [],
  sealedColumns: [],
  openReader,
  openStore: (session) => openReader(session),
};
