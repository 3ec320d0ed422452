import pg from 'pg';
import { QueryFailedError } from 'typeorm';
import { explainConnecting, explainQuery } from '../postgres-errors.js';
import type { PostgresTarget } from '../uri.js';
import type { ForeignDatabase, ForeignRow } from './foreign-database.js';

const connectTimeoutMs = 10_000;
const fetchedAtOnce = 500;

/** Opens the PostgreSQL database of another program. Throws DatabaseFailure. */
export async function openForeignPostgres(target: PostgresTarget): Promise<ForeignDatabase> {
  const client = new pg.Client({
    connectionString: target.uri.reveal(),
    application_name: 'gangway import',
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
  });
  // Without a listener, a connection that breaks would end the process.
  client.on('error', () => undefined);
  let cursors = 0;

  const query = async (sql: string, parameters: readonly string[] = []): Promise<readonly ForeignRow[]> => {
    try {
      const { rows } = await client.query<ForeignRow>(sql, [...parameters]);
      return rows;
    } catch (error) {
      const cause = error instanceof Error ? error : new Error(String(error));
      throw explainQuery(new QueryFailedError(sql, undefined, cause), target);
    }
  };

  async function* rows(sql: string): AsyncGenerator<ForeignRow> {
    const cursor = `rows_${(cursors += 1)}`;
    await query(`DECLARE ${cursor} NO SCROLL CURSOR FOR ${sql}`);
    for (;;) {
      const fetched = await query(`FETCH ${fetchedAtOnce} FROM ${cursor}`);
      yield* fetched;
      if (fetched.length < fetchedAtOnce) return;
    }
  }

  const names = async (sql: string, parameters: readonly string[] = []) =>
    (await query(sql, parameters)).map(({ name }) => String(name)).toSorted();
  // The tables that a name without a schema means.
  const visible = `FROM pg_class WHERE pg_table_is_visible(oid) AND relkind IN ('r', 'p', 'v', 'm')`;

  try {
    await client.connect();
    await query('BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
  } catch (error) {
    client.end().catch(() => undefined);
    throw explainConnecting(error, target);
  }
  return {
    kind: 'postgres',
    tables: () => names(`SELECT relname AS name ${visible}`),
    columns: (table) =>
      names(
        `SELECT attname AS name FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped
         AND attrelid = (SELECT oid ${visible} AND relname = $1)`,
        [table],
      ),
    rows,
    async countOtherConnections() {
      const [row] = await query(
        `SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database()
         AND pid <> pg_backend_pid() AND backend_type = 'client backend'`,
      );
      return Number(row?.['count']);
    },
    close: () => client.end(),
  };
}
