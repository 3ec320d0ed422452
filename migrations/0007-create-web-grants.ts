import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** Sessions of the web page, and the one-time links that start them. */
export class CreateWebGrants1796000000007 implements MigrationInterface {
  readonly name = 'CreateWebGrants1796000000007';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'web_grants',
        columns: [
          primaryText('token_hash', 'web_grants_pkey'),
          text('kind'),
          text('owner'),
          epochMs('created_at'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'web_grants_owner', columnNames: ['owner', 'kind'] },
          { name: 'web_grants_expiry', columnNames: ['expires_at'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('web_grants');
  }
}
