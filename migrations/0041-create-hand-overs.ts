import { type MigrationInterface, type QueryRunner, Table } from 'typeorm';
import { epochMs, optionalText, primaryText, text } from './columns.js';

/** Sessions on their way to the bridge, and what else the bridge is to be asked for. */
export class CreateHandOvers1795000000041 implements MigrationInterface {
  readonly name = 'CreateHandOvers1795000000041';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.createTable(
      new Table({
        name: 'hand_overs',
        columns: [
          primaryText('id', 'hand_overs_pkey'),
          text('owner'),
          text('telegram_user_id'),
          text('state'),
          optionalText('session'),
          optionalText('process'),
          optionalText('reason'),
          { name: 'attempts', type: 'integer' },
          { name: 'refusals', type: 'integer' },
          epochMs('due_at'),
          epochMs('created_at'),
        ],
        indices: [
          { name: 'hand_overs_owner', columnNames: ['owner'] },
          { name: 'hand_overs_telegram_user_id', columnNames: ['telegram_user_id'] },
          { name: 'hand_overs_due', columnNames: ['state', 'due_at'] },
        ],
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropTable('hand_overs');
  }
}
