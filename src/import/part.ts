import type { Transaction } from '../database/database.js';
import type { Content, ImportOutcome } from './outcome.js';

/** A row of a source. `row` identifies it for the administrator, without secrets. */
export interface SourceRow<T> {
  readonly row: string;
  readonly content: Content<T>;
}

/** A row with its outcome. */
export interface RowOutcome {
  readonly row: string;
  readonly outcome: ImportOutcome;
}

/** Writes several rows in a transaction. */
export type WriteBatch = (tx: Transaction) => Promise<readonly RowOutcome[]>;

/** The rows of one kind in a source, with what writes them. */
export interface ImportPart {
  /** A plural noun, for reports. */
  readonly name: string;
  /** Reads the rows in batches of at most that size. */
  batches(size: number): AsyncIterable<WriteBatch>;
}

/** Creates a part from what reads the rows, and what writes one of them. */
export function createPart<T>(
  name: string,
  rows: () => AsyncIterable<SourceRow<T>>,
  write: (tx: Transaction, value: T) => Promise<ImportOutcome>,
): ImportPart {
  const batchOf =
    (batch: readonly SourceRow<T>[]): WriteBatch =>
    async (tx) => {
      const outcomes: RowOutcome[] = [];
      for (const { row, content } of batch) {
        outcomes.push({ row, outcome: content.kind === 'read' ? await write(tx, content.value) : content });
      }
      return outcomes;
    };

  return {
    name,
    async *batches(size) {
      let batch: SourceRow<T>[] = [];
      for await (const row of rows()) {
        if (batch.push(row) < size) continue;
        yield batchOf(batch);
        batch = [];
      }
      if (batch.length > 0) yield batchOf(batch);
    },
  };
}
