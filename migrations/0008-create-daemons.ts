import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, primaryText, text } from './columns.js';

/** The daemons that share the database, and which of them has the connection of each session. */
export class CreateDaemons1796000000008 implements MigrationInterface {
  readonly name = 'CreateDaemons1796000000008';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'daemons',
        columns: [
          primaryText('id', 'daemons_pkey'),
          text('connection_name'),
          epochMs('registered_at'),
          epochMs('expires_at'),
        ],
      }),
    );
    await queryRunner.createTable(
      new Table({
        name: 'connection_leases',
        columns: [primaryText('key', 'connection_leases_pkey'), text('daemon'), text('fencing_token')],
        foreignKeys: [
          {
            name: 'connection_leases_daemon_fkey',
            columnNames: ['daemon'],
            referencedTableName: 'daemons',
            referencedColumnNames: ['id'],
            onDelete: 'CASCADE',
          },
        ],
        indices: [{ name: 'connection_leases_daemon', columnNames: ['daemon'] }],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('connection_leases');
    await queryRunner.dropTable('daemons');
  }
}
