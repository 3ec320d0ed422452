import type { QueryRunner } from 'typeorm';

/**
 * What the stores of one transaction work with: it refuses to serve once the transaction is over.
 */
export class TransactionSession {
  #over = false;
  readonly #queryRunner: QueryRunner;

  constructor(queryRunner: QueryRunner) {
    this.#queryRunner = queryRunner;
  }

  /** The connection of the transaction; throws when the transaction is over. */
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
