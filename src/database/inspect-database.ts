import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import { migrations } from '../../migrations/index.js';
import { openBackend } from './open-database.js';
import { migrationsTableName } from './data-source.js';
import { asWrongKey, refuseOtherSchema } from './prepare.js';
import { selectRows } from './rows.js';
import type { EncryptionKeys } from './sealing/keyring.js';
import { createSealer } from './sealing/sealer.js';
import { checkKey } from './tables/sealing-check.js';

/** The state of a database that was not changed. */
export interface DatabaseInspection {
  /** Such as `SQLite 3.45.0` or `PostgreSQL 16.2`. */
  readonly version: string;
  /** How many migrations the next start of this version applies. */
  readonly pendingMigrations: number;
  /** False if no value is stored by which the key could be checked. */
  readonly isKeyChecked: boolean;
  /** The time of the server, epoch ms. Undefined for SQLite. */
  readonly serverTime: number | undefined;
}

/**
 * Connects, reads the version, checks the schema and the encryption key, and writes a row that is
 * rolled back. Migrates nothing. Throws DatabaseFailure, also if another program has written a
 * newer schema or the key is wrong.
 */
export async function inspectDatabase(
  options: Runtime & { readonly uri: Secret; readonly encryption: EncryptionKeys },
): Promise<DatabaseInspection> {
  const sealer = createSealer({ ...options.encryption, random: options.random });
  const backend = await openBackend(options);
  try {
    const queryRunner = await backend.connect();
    try {
      await refuseOtherSchema(queryRunner);
      const isKeyChecked = await checkKey(queryRunner, sealer);
      const isNew = !(await queryRunner.hasTable(migrationsTableName));
      const applied = isNew
        ? []
        : await selectRows<{ name: string }>(queryRunner, `SELECT name FROM ${migrationsTableName}`);
      const isPostgres = backend.dataSource.options.type === 'postgres';
      const sql = isPostgres
        ? `SELECT current_setting('server_version') AS version, extract(epoch from clock_timestamp()) * 1000 AS time`
        : 'SELECT sqlite_version() AS version, NULL AS time';
      const [row] = await selectRows<{ version: string; time: string | null }>(queryRunner, sql);
      if (!isNew) await backend.probe();
      return {
        version: `${isPostgres ? 'PostgreSQL' : 'SQLite'} ${row?.version ?? ''}`,
        pendingMigrations: migrations.length - applied.length,
        isKeyChecked,
        serverTime: row?.time === null || row === undefined ? undefined : Number(row.time),
      };
    } finally {
      await queryRunner.release();
    }
  } catch (error) {
    throw asWrongKey(backend.explain(error));
  } finally {
    await backend.close();
  }
}
