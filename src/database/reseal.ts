import type { QueryRunner } from 'typeorm';
import { selectRows } from './rows.js';
import { type SealedColumn, sealedColumns } from './sealed-columns.js';
import type { Sealer } from './sealing/sealer.js';
import type { SubjectHasher } from './sealing/subject-hasher.js';

const batchSize = 200;

/** What turns values into what is stored of them. */
export interface Sealing {
  readonly sealer: Sealer;
  readonly hasher: SubjectHasher;
}

/**
 * Seals under the current key what is sealed under another, hashes it anew if its hash is kept, and
 * says how many values; throws UnreadableValue if one does not open.
 */
export async function reseal(queryRunner: QueryRunner, sealing: Sealing): Promise<number> {
  let count = 0;
  for (const place of Object.values(sealedColumns)) count += await resealColumn(queryRunner, sealing, place);
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
      // SQLite numbers parameters by if they stand, PostgreSQL by their names: both must say the
      // same.
      const sql = `UPDATE ${table} SET ${assignments} WHERE id = $${next} AND ${column} = $${next + 1}`;
      // Another daemon may have written the row since: then it is looked at again in the next
      // round.
      await queryRunner.query(sql, [...changes.map(({ value }) => value), row.id, row.value]);
    }
    count += rows.length;
  }
}
