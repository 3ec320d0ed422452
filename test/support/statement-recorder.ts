import pg from 'pg';
import sqlite3 from 'sqlite3';
import { vi } from 'vitest';

/** Records the SQL statements that this process sends to its databases, with or without TypeORM. */
export interface StatementRecorder {
  /** Runs `work`, and returns the statements that were sent since it began, in their order. */
  during(work: () => Promise<unknown>): Promise<readonly string[]>;
  stop(): void;
}

/** Starts a recorder at the methods of the drivers, which still send the statements. */
export function recordStatements(): StatementRecorder {
  const statements = [vi.spyOn(sqlite3.Statement.prototype, 'all'), vi.spyOn(sqlite3.Statement.prototype, 'run')];
  const texts = [vi.spyOn(sqlite3.Database.prototype, 'exec'), vi.spyOn(pg.Client.prototype, 'query')];
  const spies = [...statements, ...texts];
  return {
    async during(work) {
      for (const spy of spies) spy.mockClear();
      await work();
      const ofStatements = statements.flatMap(({ mock }) =>
        mock.contexts.map((statement: unknown, index) => ({
          sql: statement && Reflect.get(statement, 'sql'),
          order: mock.invocationCallOrder[index] ?? 0,
        })),
      );
      const ofTexts = texts.flatMap(({ mock }) =>
        mock.calls.map(([sql]: readonly unknown[], index) => ({ sql, order: mock.invocationCallOrder[index] ?? 0 })),
      );
      return [...ofStatements, ...ofTexts]
        .toSorted((one, other) => one.order - other.order)
        .map(({ sql }) => String(sql));
    },
    stop() {
      for (const spy of spies) spy.mockRestore();
    },
  };
}
