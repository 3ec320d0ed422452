import { type MigrationInterface, type QueryRunner, TableColumn, TableForeignKey, TableIndex } from 'typeorm';
import { optionalText } from './columns.js';

const column = 'account_address_id';
const foreignKey = 'identity_associations_account_address_fkey';
const index = 'identity_associations_account_address';

/**
 * The address of an account because of which an association was published: the association goes
 * with it.
 */
export class TieAssociationsToAddresses1795000000022 implements MigrationInterface {
  readonly name = 'TieAssociationsToAddresses1795000000022';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.addColumn('identity_associations', new TableColumn(optionalText(column)));
    await queryRunner.createForeignKey(
      'identity_associations',
      new TableForeignKey({
        name: foreignKey,
        columnNames: [column],
        referencedTableName: 'account_addresses',
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
      }),
    );
    await queryRunner.createIndex('identity_associations', new TableIndex({ name: index, columnNames: [column] }));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropIndex('identity_associations', index);
    await queryRunner.dropForeignKey('identity_associations', foreignKey);
    await queryRunner.dropColumn('identity_associations', column);
  }
}
