import type { Database } from '../database/database.js';
import type { ImportPart, RowOutcome } from './part.js';

export interface ImportRun {
  readonly database: Database;
  readonly parts: readonly ImportPart[];
  /** Whether everything is rolled back. */
  readonly isDryRun: boolean;
  /** Called with rows once they are written. */
  readonly report: (part: string, outcomes: readonly RowOutcome[]) => void;
}

/**
 * The number of rows in one transaction. After an interruption, the rows before it are imported,
 * and a second run imports the others.
 */
const batchSize = 200;

/**
 * Writes the parts in their order. A dry run does the same in one transaction that is rolled back,
 * so that it also finds rows that contradict each other. No daemon may use the database.
 */
export async function runImport({ database, parts, isDryRun, report }: ImportRun): Promise<void> {
  if (!isDryRun) {
    for (const part of parts) {
      for await (const write of part.batches(batchSize)) report(part.name, await database.transaction(write));
    }
    return;
  }
  const rollBack = new Error('a dry run is rolled back');
  const attempt = database.transaction(async (tx) => {
    for (const part of parts) {
      for await (const write of part.batches(batchSize)) report(part.name, await write(tx));
    }
    throw rollBack;
  });
  await attempt.catch((error: unknown) => {
    if (error !== rollBack) throw error;
  });
}
