import type { QueryRunner } from 'typeorm';
import type { Parameter, Reader, Statements } from './reader.js';

/**
 * The connection that the stores of one transaction share. It throws after the transaction is over.
 */
export class TransactionSession implements Reader, Statements {
  #over = false;
  readonly #queryRunner: QueryRunner;
  readonly #statements: Statements;

  constructor(
    queryRunner: QueryRunner,
    statements: Statements,
    readonly json: Reader['json'],
  ) {
    this.#queryRunner = queryRunner;
    this.#statements = statements;
  }

  /** The connection of the transaction. Throws if the transaction is over. */
  get queryRunner(): QueryRunner {
    this.#requireOpen();
    return this.#queryRunner;
  }

  select<Row>(sql: string, parameters: readonly Parameter[]): Promise<Row[]> {
    this.#requireOpen();
    return this.#statements.select(sql, parameters);
  }

  write(sql: string, parameters: readonly Parameter[]): Promise<number> {
    this.#requireOpen();
    return this.#statements.write(sql, parameters);
  }

  get isOver(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }

  #requireOpen(): void {
    if (this.#over) throw new Error('a store was used after its transaction was over');
  }
}
