import type { DataSource, QueryRunner } from 'typeorm';
import type { Locks } from '../base/locks.js';

/** What differs between SQLite and PostgreSQL. */
export interface Backend {
  readonly dataSource: DataSource;
  readonly locks: Locks;
  /** Whether transactions must come one after the other, since all share one connection. */
  readonly serial: boolean;
  /**
   * Returns a connection for one transaction, to be released after it; throws DatabaseFailure if
   * none is free in time.
   */
  connect(): Promise<QueryRunner>;
  begin(queryRunner: QueryRunner): Promise<void>;
  /**
   * Begins a transaction that excludes every other opening of the same database, in other processes
   * too.
   */
  beginOpening(queryRunner: QueryRunner): Promise<void>;
  /** Commits, or throws: a transaction that the database itself gave up is never taken for done. */
  commit(queryRunner: QueryRunner): Promise<void>;
  /**
   * Writes a row and rolls back; rejects with what `explain` understands. Not called inside a
   * transaction.
   */
  probe(): Promise<void>;
  /** Called when the database was found fit for use: from here on its settings may change. */
  settle(): Promise<void>;
  /** Gives up a connection of which the state is unknown; the server rolls back what was open. */
  abandon(queryRunner: QueryRunner): Promise<void>;
  /**
   * Returns the known failure that the driver's error stands for, otherwise an error that holds no
   * query parameters.
   */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}
