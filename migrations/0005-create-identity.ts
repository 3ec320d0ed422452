import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** The identity service: keys, bindings, lookup hashes, invites, users and terms. */
export class CreateIdentity1796000000005 implements MigrationInterface {
  readonly name = 'CreateIdentity1796000000005';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'identity_signing_keys',
        columns: [primaryText('key_id', 'identity_signing_keys_pkey'), text('public_key'), epochMs('created_at')],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'identity_associations',
        columns: [
          primaryText('id', 'identity_associations_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          optionalText('alias'),
          text('signed'),
          epochMs('created_at'),
          optionalText('account_address_id'),
        ],
        indices: [
          { name: 'identity_associations_mxid', columnNames: ['mxid'] },
          { name: 'identity_associations_account_address', columnNames: ['account_address_id'] },
        ],
        // A binding that was published for a 3PID of an account goes with the 3PID.
        foreignKeys: [
          {
            name: 'identity_associations_account_address_fkey',
            columnNames: ['account_address_id'],
            referencedTableName: 'account_addresses',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        uniques: [{ name: 'identity_associations_address_hash_key', columnNames: ['address_hash'] }],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'lookup_peppers',
        columns: [
          primaryText('id', 'lookup_peppers_pkey'),
          text('pepper'),
          text('key_check'),
          epochMs('created_at'),
          optionalEpochMs('activated_at'),
          optionalEpochMs('retired_at'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'lookup_hashes',
        columns: [
          primaryText('pepper_id', 'lookup_hashes_pkey'),
          primaryText('hash', 'lookup_hashes_pkey'),
          text('association_id'),
        ],
        indices: [{ name: 'lookup_hashes_association', columnNames: ['association_id', 'pepper_id'] }],
        foreignKeys: [
          {
            name: 'lookup_hashes_association_fkey',
            columnNames: ['association_id'],
            referencedTableName: 'identity_associations',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
      }),
    );
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
    await queryRunner.createTable(
      new Table({
        name: 'invite_deliveries',
        columns: [
          primaryText('id', 'invite_deliveries_pkey'),
          text('server_name'),
          text('body'),
          epochMs('created_at'),
          epochMs('due_at'),
          optionalEpochMs('failed_at'),
        ],
        indices: [
          { name: 'invite_deliveries_due_at', columnNames: ['due_at'] },
          { name: 'invite_deliveries_server', columnNames: ['server_name'] },
        ],
      }),
    );
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
    await queryRunner.createTable(
      new Table({
        name: 'identity_bindings',
        columns: [
          primaryText('id', 'identity_bindings_pkey'),
          text('mxid'),
          text('address_hash'),
          text('address'),
          text('id_server'),
          text('proof'),
          epochMs('created_at'),
        ],
        uniques: [{ name: 'identity_bindings_place_key', columnNames: ['mxid', 'address_hash', 'id_server'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('identity_bindings');
    await queryRunner.dropTable('accepted_terms');
    await queryRunner.dropTable('identity_tokens');
    await queryRunner.dropTable('invite_deliveries');
    await queryRunner.dropTable('identity_invites');
    await queryRunner.dropTable('lookup_hashes');
    await queryRunner.dropTable('lookup_peppers');
    await queryRunner.dropTable('identity_associations');
    await queryRunner.dropTable('identity_signing_keys');
  }
}
