import { MigrationExecutor, type QueryRunner } from 'typeorm';
import type { Logger } from '../base/logger.js';
import { migrations } from '../../migrations/index.js';
import type { Backend } from './backend.js';
import { migrationsTableName } from './data-source.js';
import { DatabaseFailure } from './failure.js';
import { inOpening } from './opening.js';
import { reseal } from './reseal.js';
import { selectRows } from './rows.js';
import { type Sealer, UnreadableValue } from './sealing/sealer.js';
import type { SubjectHasher } from './sealing/subject-hasher.js';
import { checkKey, writeKeyCheck } from './tables/sealing-check.js';

/**
 * Prepares the database for this version and this encryption key, in one transaction that excludes
 * other openings. Rejects the schema of another version and a wrong key before it writes anything,
 * then migrates and seals values of older keys again. Throws DatabaseFailure newer_schema,
 * unreleased_schema or wrong_key.
 */
export async function prepareDatabase(deps: {
  readonly backend: Backend;
  readonly sealer: Sealer;
  readonly hasher: SubjectHasher;
  readonly logger: Logger;
  /** Whether values of older keys are sealed again. True by default. */
  readonly reseals?: boolean;
}): Promise<void> {
  const { backend, sealer, hasher, logger, reseals = true } = deps;
  const prepare = async (queryRunner: QueryRunner) => {
    await refuseOtherSchema(queryRunner);
    const checked = await checkKey(queryRunner, sealer);
    const executor = new MigrationExecutor(backend.dataSource, queryRunner);
    executor.transaction = 'none';
    const done = await executor.executePendingMigrations();
    if (!checked) await writeKeyCheck(queryRunner, sealer);
    const resealed = reseals ? await reseal(queryRunner, { sealer, hasher }) : 0;
    // The redaction of the log would take a name with its number for a key.
    return { migrated: done.map(({ name }) => name.replace(/\d+$/, '')), resealed };
  };
  const { migrated, resealed } = await inOpening(backend, prepare).catch((error: unknown) => {
    throw asWrongKey(error);
  });
  if (migrated.length > 0) logger.info('database migrated', { migrations: migrated });
  if (resealed > 0) logger.info('values resealed', { values: resealed });
  await backend.settle().catch((error: unknown) => {
    throw backend.explain(error);
  });
}

/**
 * Throws DatabaseFailure if migrations were applied that this version does not have. Those with a
 * lower number than the first one are of versions that were never released.
 */
export async function refuseOtherSchema(queryRunner: QueryRunner): Promise<void> {
  if (!(await queryRunner.hasTable(migrationsTableName))) return;
  const known = new Set(migrations.map((migration) => migration.name));
  const rows = await selectRows<{ name: string }>(queryRunner, `SELECT name FROM ${migrationsTableName} ORDER BY id`);
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  const first = Math.min(...migrations.map(({ name }) => numberOf(name)));
  const isUnreleased = unknown.some((name) => numberOf(name) < first);
  throw new DatabaseFailure(
    isUnreleased ? { kind: 'unreleased_schema' } : { kind: 'newer_schema', migrations: unknown },
  );
}

function numberOf(name: string): number {
  return Number(/\d+$/.exec(name)?.[0] ?? 0);
}

/** Returns DatabaseFailure `wrong_key` for a value whose key is missing, else the error itself. */
export /** Returns the failure `wrong_key` for a value of another key, or the error. */
function asWrongKey(error: unknown): unknown {
  if (!(error instanceof UnreadableValue) || error.missingKeyId === undefined) return error;
  return new DatabaseFailure({ kind: 'wrong_key', neededKeyId: error.missingKeyId }, { cause: error });
}
