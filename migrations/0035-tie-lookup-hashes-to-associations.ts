import { type MigrationInterface, type QueryRunner, TableForeignKey } from 'typeorm';

const foreignKey = 'lookup_hashes_association_fkey';

/** What an association is found by goes with it, whatever ends it. */
export class TieLookupHashesToAssociations1795000000035 implements MigrationInterface {
  readonly name = 'TieLookupHashesToAssociations1795000000035';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(
      'DELETE FROM lookup_hashes WHERE association_id NOT IN (SELECT id FROM identity_associations)',
    );
    await queryRunner.createForeignKey(
      'lookup_hashes',
      new TableForeignKey({
        name: foreignKey,
        columnNames: ['association_id'],
        referencedTableName: 'identity_associations',
        referencedColumnNames: ['id'],
        onDelete: 'CASCADE',
      }),
    );
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.dropForeignKey('lookup_hashes', foreignKey);
  }
}
