import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** Tokens of the users of the identity service, by hash, and the policies that they accepted. */
export class CreateIdentityAccounts1795000000018 implements MigrationInterface {
  readonly name = 'CreateIdentityAccounts1795000000018';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_tokens',
        columns: [
          primaryText('token_hash', 'identity_tokens_pkey'),
          text('mxid'),
          epochMs('created_at'),
          epochMs('used_at'),
        ],
        indices: [{ name: 'identity_tokens_used_at', columnNames: ['used_at'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'accepted_terms',
        columns: [
          primaryText('mxid', 'accepted_terms_pkey'),
          primaryText('url', 'accepted_terms_pkey'),
          primaryText('version', 'accepted_terms_pkey'),
          epochMs('accepted_at'),
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('accepted_terms');
    await queryRunner.dropTable('identity_tokens');
  }
}
