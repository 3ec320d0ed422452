import { EntitySchema, type QueryRunner } from 'typeorm';
import { Secret } from '../../base/secret.js';
import { primaryText, text } from '../columns.js';
import { selectRows } from '../rows.js';
import type { SealedColumn, Sealer } from '../sealing/sealer.js';

/** The only row of sealing_check; `value` is sealed. */
interface SealingCheckRow {
  id: string;
  value: string;
}

const schema = new EntitySchema<SealingCheckRow>({
  name: 'sealing_check',
  tableName: 'sealing_check',
  columns: {
    id: primaryText('id', 'sealing_check_pkey'),
    value: text('value'),
  },
});

const sealedValue: SealedColumn = { table: 'sealing_check', column: 'value' };
const checkId = 'check';
const checkText = 'this opens with the right encryption key';

/** The table with a known value, by which a wrong encryption key is noticed at start. */
export const sealingCheck = { schemas: [schema], sealedColumns: [sealedValue] };

/** Returns false if no value is stored yet. Throws UnreadableValue if the key is wrong. */
export async function checkKey(queryRunner: QueryRunner, sealer: Sealer): Promise<boolean> {
  if (!(await queryRunner.hasTable(sealedValue.table))) return false;
  const rows = await selectRows<SealingCheckRow>(queryRunner, 'SELECT id, value FROM sealing_check');
  for (const row of rows) sealer.open(sealedValue, row.id, row.value);
  return rows.length > 0;
}

/** Stores the value by which the key is checked from then on. */
export async function writeKeyCheck(queryRunner: QueryRunner, sealer: Sealer): Promise<void> {
  const value = sealer.seal(sealedValue, checkId, new Secret(checkText));
  await queryRunner.query('INSERT INTO sealing_check (id, value) VALUES ($1, $2)', [checkId, value]);
}
