import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from './columns.js';

/**
 * Invites of people who are known by an address only; found by keyed hashes of address and token.
 */
export class CreateIdentityInvites1795000000015 implements MigrationInterface {
  readonly name = 'CreateIdentityInvites1795000000015';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_invites',
        columns: [
          primaryText('id', 'identity_invites_pkey'),
          text('address_hash'),
          text('address'),
          text('token_hash'),
          text('token'),
          text('room_id'),
          text('sender'),
          text('public_key'),
          epochMs('created_at'),
          optionalText('delivery_id'),
        ],
        indices: [
          { name: 'identity_invites_address', columnNames: ['address_hash'] },
          { name: 'identity_invites_delivery', columnNames: ['delivery_id'] },
          { name: 'identity_invites_created_at', columnNames: ['created_at'] },
        ],
        uniques: [
          { name: 'identity_invites_token_hash_key', columnNames: ['token_hash'] },
          { name: 'identity_invites_public_key_key', columnNames: ['public_key'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('identity_invites');
  }
}
