import type { QueryRunner } from 'typeorm';
import type { Parameter, Reader } from './reader.js';
import { selectRows } from './rows.js';

/**
 * The connection that the stores of one transaction share. It throws after the transaction is over.
 */
export class TransactionSession implements Reader {
  #over = false;
  readonly #queryRunner: QueryRunner;

  constructor(
    queryRunner: QueryRunner,
    readonly json: Reader['json'],
  ) {
    this.#queryRunner = queryRunner;
  }

  /** The connection of the transaction. Throws if the transaction is over. */
  get queryRunner(): QueryRunner {
    if (this.#over) throw new Error('a store was used after its transaction was over');
    return this.#queryRunner;
  }

  select<Row>(sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
    return selectRows(this.queryRunner, sql, [...parameters]);
  }

  get isOver(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }
}
