import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** The public keys that the identity service has ever signed with. */
export class CreateIdentitySigningKeys1795000000012 implements MigrationInterface {
  readonly name = 'CreateIdentitySigningKeys1795000000012';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_signing_keys',
        columns: [primaryText('key_id', 'identity_signing_keys_pkey'), text('public_key'), epochMs('created_at')],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('identity_signing_keys');
  }
}
