import type { QueryRunner } from 'typeorm';

/**
 * Returns the rows that a SELECT answers; the caller vouches for their shape, which the SELECT's
 * own text names.
 */
export async function selectRows<Row>(
  queryRunner: QueryRunner,
  sql: string,
  parameters: string[] = [],
): Promise<Row[]> {
  const rows: unknown = await queryRunner.query(sql, parameters);
  if (!Array.isArray(rows)) throw new Error('the database answered a SELECT without rows');
  return rows as Row[];
}
