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
  for (const place of sealedColumns) count += await resealColumn(queryRunner, sealing, place);
  return count;
}

async function resealColumn(
  queryRunner: QueryRunner,
  { sealer, hasher }: Sealing,
  place: SealedColumn,
): Promise<number> {
  const { table, column, hashColumn } = place;
  let count = 0;
  for (;;) {
    const rows = await selectRows<{ id: string; value: string }>(
      queryRunner,
      `SELECT id, ${column} AS value FROM ${table} WHERE ${column} NOT LIKE $1 LIMIT ${batchSize}`,
      [`${sealer.currentPrefix}%`],
    );
    if (rows.length === 0) return count;
    for (const row of rows) {
      const clear = sealer.open(place, row.id, row.value);
      const hash = hashColumn === undefined ? [] : [{ column: hashColumn, value: hasher.hash(clear.reveal()) }];
      const changes = [{ column, value: sealer.seal(place, row.id, clear) }, ...hash];
      const assignments = changes.map((change, index) => `${change.column} = $${index + 1}`).join(', ');
      const next = changes.length + 1;
      // SQLite numbers parameters by their position, PostgreSQL by their name: both must agree.
      const sql = `UPDATE ${table} SET ${assignments} WHERE id = $${next} AND ${column} = $${next + 1}`;
      // If another daemon has written the row since, the next round reads it again.
      await queryRunner.query(sql, [...changes.map(({ value }) => value), row.id, row.value]);
    }
    count += rows.length;
  }
}
