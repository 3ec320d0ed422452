import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm';

const tables = ['access_tokens', 'refresh_tokens'] as const;
const indexOf = (table: string) => new TableIndex({ name: `${table}_parent`, columnNames: ['parent_hash'] });

/** A refresh looks for what was given for the same token. */
export class IndexParentsOfTokens1795000000046 implements MigrationInterface {
  readonly name = 'IndexParentsOfTokens1795000000046';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const table of tables) await queryRunner.createIndex(table, indexOf(table));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const table of tables) await queryRunner.dropIndex(table, indexOf(table));
  }
}
