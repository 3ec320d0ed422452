import type { Secret } from '../../base/secret.js';
import { parseDatabaseUri } from '../uri.js';
import type { ForeignDatabase } from './foreign-database.js';

/**
 * Opens the database of another program. Does not create, migrate or write it. Throws
 * DatabaseFailure.
 */
export async function openForeignDatabase(uri: Secret): Promise<ForeignDatabase> {
  const target = parseDatabaseUri(uri);
  // Only the driver that is used is loaded.
  switch (target.kind) {
    case 'sqlite': {
      const { openForeignSqlite } = await import('./foreign-sqlite.js');
      return openForeignSqlite(target);
    }
    case 'postgres': {
      const { openForeignPostgres } = await import('./foreign-postgres.js');
      return openForeignPostgres(target);
    }
  }
}
