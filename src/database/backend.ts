import type { DataSource, QueryRunner } from 'typeorm';
import type { Leases } from '../base/leases.js';
import type { Locks } from '../base/locks.js';
import type { Reader, Statements } from './reader.js';

/** The differences between SQLite and PostgreSQL. */
export interface Backend {
  readonly dataSource: DataSource;
  readonly locks: Locks;
  /** The leases of connections to Telegram. */
  readonly leases: Leases;
  /** Returns whether this daemon does what only one daemon should do. */
  leads(): boolean;
  /** Whether other daemons may use the database too. They share its clock then. */
  readonly isShared: boolean;
  /** Whether all transactions share one connection and run one after another. */
  readonly serial: boolean;
  /** Reads what is committed. Rejects with an error that `explain` understands. */
  readonly reader: Reader;
  /** Whether the reader uses the connection of the transactions, so that each has to wait. */
  readonly readsInTurn: boolean;
  /**
   * Returns a connection for one transaction. The caller releases it. Throws DatabaseFailure if
   * none is free in time.
   */
  connect(): Promise<QueryRunner>;
  begin(queryRunner: QueryRunner): Promise<void>;
  /** Runs statements on the connection of a transaction, without TypeORM if that costs less. */
  statementsOf(queryRunner: QueryRunner): Statements;
  /**
   * Begins a transaction that excludes all other openings of the same database, in other processes
   * too.
   */
  beginOpening(queryRunner: QueryRunner): Promise<void>;
  /** Commits. Throws if the database itself has ended the transaction. */
  commit(queryRunner: QueryRunner): Promise<void>;
  /**
   * Writes a row and rolls back. Rejects with an error that `explain` understands. It must not be
   * called inside a transaction.
   */
  probe(): Promise<void>;
  /**
   * Changes settings of the database, and registers the daemon. It is called once the database has
   * been prepared.
   */
  settle(): Promise<void>;
  /** Discards a connection in an unknown state. The server rolls back its transaction. */
  abandon(queryRunner: QueryRunner): Promise<void>;
  /** Returns the failure that the driver's error means, or an error without query parameters. */
  explain(error: unknown): unknown;
  close(): Promise<void>;
}
