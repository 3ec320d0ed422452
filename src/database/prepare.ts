import { MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Logger } from '../base/logger.js';
import { Secret } from '../base/secret.js';
import { migrations } from '../../migrations/index.js';
import type { Backend } from './backend.js';
import { migrationsTableName } from './data-source.js';
import { DatabaseFailure } from './failure.js';
import { reseal } from './reseal.js';
import { selectRows } from './rows.js';
import { sealedColumns } from './sealed-columns.js';
import { type Sealer, UnreadableValue } from './sealing/sealer.js';
import type { SubjectHasher } from './sealing/subject-hasher.js';

const checkId = 'check';
const checkText = 'this opens with the right encryption key';

/**
 * Makes the database fit for this version and this encryption key, all in one transaction that
 * excludes other openings: refuses a newer schema and a wrong key before anything is written,
 * migrates, and seals anew what is under an old key. Throws DatabaseFailure newer_schema or
 * wrong_key.
 */
export async function prepareDatabase(deps: {
  readonly backend: Backend;
  readonly sealer: Sealer;
  readonly hasher: SubjectHasher;
  readonly logger: Logger;
}): Promise<void> {
  const { backend, sealer, hasher, logger } = deps;
  const queryRunner = await backend.connect();
  try {
    await backend.beginOpening(queryRunner);
    await refuseNewerSchema(queryRunner);
    const checked = await checkKey(queryRunner, sealer);
    const executor = new MigrationExecutor(backend.dataSource, queryRunner);
    executor.transaction = 'none';
    const done = await executor.executePendingMigrations();
    if (!checked) await writeCheck(queryRunner, sealer);
    const resealed = await reseal(queryRunner, { sealer, hasher });
    await backend.commit(queryRunner);
    // Without its number a name is not taken for a key by the redaction of the log.
    const migrated = done.map(({ name }) => name.replace(/\d+$/, ''));
    if (migrated.length > 0) logger.info('database migrated', { migrations: migrated });
    if (resealed > 0) logger.info('values sealed under an old encryption key are sealed anew', { values: resealed });
  } catch (error) {
    await queryRunner.query('ROLLBACK').catch(() => backend.abandon(queryRunner));
    throw asWrongKey(backend.explain(error));
  } finally {
    await queryRunner.release();
  }
  await backend.settle().catch((error: unknown) => {
    throw backend.explain(error);
  });
}

async function refuseNewerSchema(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable(migrationsTableName))) return;
  const known = new Set(migrations.map((migration) => migration.name));
  const rows = await selectRows<{ name: string }>(queryRunner, `SELECT name FROM ${migrationsTableName} ORDER BY id`);
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new DatabaseFailure({ kind: 'newer_schema', migrations: unknown });
}

/** Returns whether there was a value to check the key by; throws if it does not open. */
async function checkKey(queryRunner: QueryRunner, sealer: Sealer): Promise<boolean> {
  const place = sealedColumns.sealingCheckValue;
  if (!(await queryRunner.hasTable(place.table))) return false;
  const rows = await selectRows<{ id: string; value: string }>(queryRunner, 'SELECT id, value FROM sealing_check');
  for (const row of rows) sealer.open(place, row.id, row.value);
  return rows.length > 0;
}

async function writeCheck(queryRunner: QueryRunner, sealer: Sealer): Promise<void> {
  const value = sealer.seal(sealedColumns.sealingCheckValue, checkId, new Secret(checkText));
  await queryRunner.query('INSERT INTO sealing_check (id, value) VALUES ($1, $2)', [checkId, value]);
}

function asWrongKey(error: unknown): unknown {
  if (!(error instanceof UnreadableValue) || error.missingKeyId === undefined) return error;
  return new DatabaseFailure({ kind: 'wrong_key', neededKeyId: error.missingKeyId }, { cause: error });
}
