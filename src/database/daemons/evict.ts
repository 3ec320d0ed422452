import type { QueryRunner } from 'typeorm';
import type { Logger } from '../../base/logger.js';
import { advisoryKey } from '../advisory-locks.js';
import { selectRows } from '../rows.js';
import { databaseNowMs, endOfLease } from './registration.js';

/**
 * Ends the lease of another daemon if its time is over. The transactions of that daemon that have
 * begun end before: each holds a lock that this waits for (see fencedBegin). Its connections are
 * closed, so that it does not keep locks while it stands still. Throws what the driver throws.
 */
export async function evictDaemon(
  queryRunner: QueryRunner,
  { id, connectionName, logger }: { readonly id: string; readonly connectionName: string; readonly logger: Logger },
): Promise<void> {
  const closeConnections = async () => {
    try {
      await queryRunner.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = $1 AND datname = current_database() AND pid <> pg_backend_pid()`,
        [connectionName],
      );
    } catch (error) {
      logger.warn('connections of a lost daemon not closed', { error });
    }
  };
  await closeConnections();
  await queryRunner.query('BEGIN');
  try {
    await queryRunner.query(`SET LOCAL lock_timeout = '5s'`);
    await queryRunner.query('SELECT pg_advisory_xact_lock($1::bigint)', [fenceKey(id)]);
    const gone = await selectRows(
      queryRunner,
      `WITH gone AS (DELETE FROM daemons WHERE id = $1 AND ${endOfLease} <= ${databaseNowMs} RETURNING id) SELECT id FROM gone`,
      [id],
    );
    await queryRunner.query('COMMIT');
    if (gone.length === 0) return;
    // The daemon may have connected again before it could see that it has lost its lease.
    await closeConnections();
    logger.warn('lease of a lost daemon ended', { daemon: id });
  } catch (error) {
    await queryRunner.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

/**
 * Returns the statements that begin a transaction of that daemon. The last one returns no row if
 * the daemon has lost its lease; if it returns one, the lease outlasts the transaction.
 */
export function fencedBegin(id: string): string {
  if (!/^[\w-]+$/.test(id)) throw new Error('the ID of a daemon must be base64url');
  return `BEGIN; SELECT pg_advisory_xact_lock_shared(${fenceKey(id)}::bigint); SELECT id FROM daemons WHERE id = '${id}'`;
}

function fenceKey(id: string): string {
  return advisoryKey(`daemon ${id}`);
}
