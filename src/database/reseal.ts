import type { QueryRunner } from 'typeorm';
import { selectRows } from './rows.js';
import { type SealedColumn, sealedColumns } from './sealed-columns.js';
import type { Sealer } from './sealing/sealer.js';

const batchSize = 200;

/** Seals under the current key what is sealed under another, and says how many values; throws UnreadableValue where one does not open. */
export async function reseal(queryRunner: QueryRunner, sealer: Sealer): Promise<number> {
  let count = 0;
  for (const place of Object.values(sealedColumns)) count += await resealColumn(queryRunner, sealer, place);
  return count;
}

async function resealColumn(queryRunner: QueryRunner, sealer: Sealer, place: SealedColumn): Promise<number> {
  const { table, column } = place;
  let count = 0;
  for (;;) {
    const rows = await selectRows<{ id: string; value: string }>(
      queryRunner,
      `SELECT id, ${column} AS value FROM ${table} WHERE ${column} NOT LIKE $1 LIMIT ${batchSize}`,
      [`${sealer.currentPrefix}%`],
    );
    if (rows.length === 0) return count;
    for (const row of rows) {
      const sealed = sealer.seal(place, row.id, sealer.open(place, row.id, row.value));
      // Another daemon may have written the row since: then it is looked at again in the next round.
      await queryRunner.query(`UPDATE ${table} SET ${column} = $1 WHERE id = $2 AND ${column} = $3`, [
        sealed,
        row.id,
        row.value,
      ]);
    }
    count += rows.length;
  }
}
