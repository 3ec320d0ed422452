import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** OpenID tokens of users of our own, by hash. */
export class CreateOpenIdTokens1795000000037 implements MigrationInterface {
  readonly name = 'CreateOpenIdTokens1795000000037';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'open_id_tokens',
        columns: [
          primaryText('token_hash', 'open_id_tokens_pkey'),
          text('mxid'),
          text('device_id'),
          epochMs('expires_at'),
        ],
        indices: [{ name: 'open_id_tokens_device', columnNames: ['mxid', 'device_id'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('open_id_tokens');
  }
}
