import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochUs, primaryText } from './columns.js';

/** The rate limits that the daemons share: when the leaky bucket of each key is empty. */
export class CreateRateLimits1796000000009 implements MigrationInterface {
  readonly name = 'CreateRateLimits1796000000009';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'rate_limits',
        columns: [primaryText('key_hash', 'rate_limits_pkey'), epochUs('empty_at')],
        indices: [{ name: 'rate_limits_empty_at', columnNames: ['empty_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('rate_limits');
  }
}
