import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalEpochMs, optionalText, primaryText, text } from './columns.js';

/** Sessions in which addresses are proven, and the tokens that were sent for it. */
export class CreateValidationSessions1795000000009 implements MigrationInterface {
  readonly name = 'CreateValidationSessions1795000000009';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'validation_sessions',
        columns: [
          primaryText('id', 'validation_sessions_pkey'),
          text('purpose'),
          text('address_hash'),
          text('address'),
          optionalText('alias'),
          text('client_secret_hash'),
          optionalText('mxid'),
          optionalText('next_link'),
          optionalEpochMs('last_attempt'),
          epochMs('created_at'),
          optionalEpochMs('validated_at'),
          epochMs('expires_at'),
        ],
        indices: [
          { name: 'validation_sessions_address', columnNames: ['address_hash'] },
          { name: 'validation_sessions_expires_at', columnNames: ['expires_at'] },
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'validation_tokens',
        columns: [
          primaryText('id', 'validation_tokens_pkey'),
          text('session_id'),
          text('token_hash'),
          epochMs('created_at'),
          epochMs('wrong_guesses'),
        ],
        indices: [{ name: 'validation_tokens_session', columnNames: ['session_id'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('validation_tokens');
    await queryRunner.dropTable('validation_sessions');
  }
}
