/** A row as the driver returns it. SQLite checks no types, so any value can be of any type. */
export type ForeignRow = Readonly<Record<string, unknown>>;

/** The database of another program, which is only read. Methods throw DatabaseFailure. */
export interface ForeignDatabase {
  readonly kind: 'sqlite' | 'postgres';
  /** Returns the names of its tables and views, in code point order. */
  tables(): Promise<readonly string[]>;
  /** Returns the names of the columns of a table or view, or none if there is no such table. */
  columns(table: string): Promise<readonly string[]>;
  /**
   * Returns the rows of a SELECT without parameters. All queries see the same state. Few rows are
   * in memory at a time.
   */
  rows(sql: string): AsyncIterable<ForeignRow>;
  /** Returns the number of other connections to it, or undefined if that is unknown. */
  countOtherConnections(): Promise<number | undefined>;
  close(): Promise<void>;
}
