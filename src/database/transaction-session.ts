import type { QueryRunner } from 'typeorm';

/**
 * The connection that the stores of one transaction share. It throws after the transaction is over.
 */
export class TransactionSession {
  #over = false;
  readonly #queryRunner: QueryRunner;

  constructor(queryRunner: QueryRunner) {
    this.#queryRunner = queryRunner;
  }

  /** The connection of the transaction. Throws if the transaction is over. */
  get queryRunner(): QueryRunner {
    if (this.#over) throw new Error('a store was used after its transaction was over');
    return this.#queryRunner;
  }

  get isOver(): boolean {
    return this.#over;
  }

  end(): void {
    this.#over = true;
  }
}
