import type { QueryRunner } from 'typeorm';
import { selectRows } from './rows.js';
import type { SealedColumn } from './sealing/sealer.js';
import type { Sealing } from './table.js';
import { sealedColumns } from './tables/index.js';

const batchSize = 200;

/**
 * Seals all values of older keys again under the current key, and renews their hashes. Returns the
 * number of values. Throws UnreadableValue if a value cannot be opened.
 */
export async function reseal(queryRunner: QueryRunner, sealing: Sealing): Promise<number> {
  let count = 0;
  for (const place of sealedColumns) count += await resealColumn((work) => work(queryRunner), sealing, place);
  return count;
}

/** Runs one batch, in a transaction of its own or in that of the caller. */
type RunBatch = <T>(work: (queryRunner: QueryRunner) => Promise<T>) => Promise<T>;

/** Seals the values of one column again, in batches. Returns the number of values. */
export async function resealColumn(runBatch: RunBatch, sealing: Sealing, place: SealedColumn): Promise<number> {
  let count = 0;
  for (let from: string | undefined = ''; ;) {
    const after: string = from;
    const batch: Batch = await runBatch((queryRunner) => resealBatch(queryRunner, sealing, place, after));
    count += batch.count;
    if (batch.last !== undefined) from = batch.last;
    // If another daemon has written a row since it was read, the next round reads it again.
    else if (after === '') return count;
    else from = '';
  }
}

interface Batch {
  readonly count: number;
  /** The ID of the last row, or undefined after the end of the table. */
  readonly last: string | undefined;
}

async function resealBatch(
  queryRunner: QueryRunner,
  { sealer, hasher }: Sealing,
  place: SealedColumn,
  after: string,
): Promise<Batch> {
  const { table, column, hashColumn } = place;
  const rows = await selectRows<{ id: string; value: string }>(
    queryRunner,
    `SELECT id, ${column} AS value FROM ${table} WHERE id > $1 AND ${column} NOT LIKE $2 ORDER BY id LIMIT ${batchSize}`,
    [after, `${sealer.currentPrefix}%`],
  );
  for (const row of rows) {
    const clear = sealer.open(place, row.id, row.value);
    const hash = hashColumn === undefined ? [] : [{ column: hashColumn, value: hasher.hash(clear.reveal()) }];
    const changes = [{ column, value: sealer.seal(place, row.id, clear) }, ...hash];
    const assignments = changes.map((change, index) => `${change.column} = $${index + 1}`).join(', ');
    const next = changes.length + 1;
    // SQLite numbers parameters by their position, PostgreSQL by their name: both must agree.
    const sql = `UPDATE ${table} SET ${assignments} WHERE id = $${next} AND ${column} = $${next + 1}`;
    await queryRunner.query(sql, [...changes.map(({ value }) => value), row.id, row.value]);
  }
  return { count: rows.length, last: rows.at(-1)?.id };
}
