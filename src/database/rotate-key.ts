import type { QueryRunner } from 'typeorm';
import type { Runtime } from '../base/runtime.js';
import type { Secret } from '../base/secret.js';
import { openBackend } from './open-database.js';
import { inOpening } from './opening.js';
import { asWrongKey, prepareDatabase } from './prepare.js';
import { resealColumn } from './reseal.js';
import { selectRows } from './rows.js';
import { refuseRunningDaemons } from './running-daemons.js';
import type { EncryptionKeys } from './sealing/keyring.js';
import { type SealedColumn, createSealer, type Sealer } from './sealing/sealer.js';
import { createSubjectHasher } from './sealing/subject-hasher.js';
import { sealedColumns } from './tables/index.js';

/** The values of one column after a rotation. */
export interface RotatedColumn {
  readonly table: string;
  readonly column: string;
  /** How many were sealed again. */
  readonly resealed: number;
  /** How many were opened with the current key alone. */
  readonly verified: number;
}

/** The database and its keys: the new one is `key`, the earlier ones are `oldKeys`. */
export interface RotationOptions extends Runtime {
  readonly uri: Secret;
  readonly encryption: EncryptionKeys;
}

const batchSize = 500;

/**
 * Seals all values again under the current key, in many small transactions, then opens each with
 * this key alone. If it is interrupted, both keys are in use: start it again with both. No daemon
 * may run. Throws DatabaseFailure `in_use` or `daemon_running` if one does, `wrong_key` if a value
 * requires another key.
 */
export async function rotateKey(options: RotationOptions): Promise<readonly RotatedColumn[]> {
  const { uri, encryption, ...runtime } = options;
  const sealer = createSealer({ ...encryption, ...runtime });
  const hasher = createSubjectHasher(encryption);
  const currentSealer = createSealer({ key: encryption.key, oldKeys: [], ...runtime });
  const backend = await openBackend({ uri, offline: true, ...runtime });
  // A daemon that starts meanwhile waits for the transaction, and the next one finds it.
  const inTransaction = <T>(work: (queryRunner: QueryRunner) => Promise<T>) =>
    inOpening(backend, async (queryRunner) => {
      await refuseRunningDaemons(queryRunner, uri);
      return work(queryRunner);
    });
  try {
    await prepareDatabase({ backend, sealer, hasher, logger: runtime.logger, reseals: false });
    const rotated: RotatedColumn[] = [];
    for (const place of sealedColumns) {
      const resealed = await resealColumn(inTransaction, { sealer, hasher }, place);
      const verified = await inTransaction((queryRunner) => verify(queryRunner, currentSealer, place));
      rotated.push({ table: place.table, column: place.column, resealed, verified });
    }
    return rotated;
  } catch (error) {
    throw asWrongKey(error);
  } finally {
    await backend.close();
  }
}

/** Opens all values of the column. Returns their number. Throws UnreadableValue. */
async function verify(queryRunner: QueryRunner, sealer: Sealer, place: SealedColumn): Promise<number> {
  const { table, column } = place;
  let count = 0;
  for (let after = ''; ;) {
    const rows = await selectRows<{ id: string; value: string }>(
      queryRunner,
      `SELECT id, ${column} AS value FROM ${table} WHERE id > $1 AND ${column} IS NOT NULL ORDER BY id LIMIT ${batchSize}`,
      [after],
    );
    for (const { id, value } of rows) sealer.open(place, id, value);
    count += rows.length;
    const last = rows.at(-1);
    if (!last) return count;
    after = last.id;
  }
}
