import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/**
 * Which address is proven in which session of the homeserver beside us; a session is found by keyed
 * hash.
 */
export class CreateHomeserverSessions1795000000030 implements MigrationInterface {
  readonly name = 'CreateHomeserverSessions1795000000030';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'homeserver_sessions',
        columns: [primaryText('id', 'homeserver_sessions_pkey'), text('address'), epochMs('expires_at')],
        indices: [{ name: 'homeserver_sessions_expires_at', columnNames: ['expires_at'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('homeserver_sessions');
  }
}
