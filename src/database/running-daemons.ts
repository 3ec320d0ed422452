import type { QueryRunner } from 'typeorm';
import type { Secret } from '../base/secret.js';
import { runningDaemons } from './daemons/registration.js';
import { DatabaseFailure } from './failure.js';
import { selectRows } from './rows.js';
import { parseDatabaseUri } from './uri.js';

/**
 * Throws DatabaseFailure `daemon_running` if a daemon has a lease of the PostgreSQL database. The
 * daemon of a SQLite file has locked it.
 */
export async function refuseRunningDaemons(queryRunner: QueryRunner, uri: Secret): Promise<void> {
  const target = parseDatabaseUri(uri);
  if (target.kind === 'sqlite') return;
  const rows = await selectRows(queryRunner, runningDaemons);
  if (rows.length === 0) return;
  throw new DatabaseFailure({ kind: 'daemon_running', server: target.server, database: target.database });
}
