import type { QueryRunner } from 'typeorm';

/** Returns the rows of a SELECT. The caller guarantees that the columns match `Row`. */
export async function selectRows<Row>(
  queryRunner: QueryRunner,
  sql: string,
  parameters: (string | number | null)[] = [],
): Promise<Row[]> {
  const rows: unknown = await queryRunner.query(sql, parameters);
  if (!Array.isArray(rows)) throw new Error('the database answered a SELECT without rows');
  return rows as Row[];
}
