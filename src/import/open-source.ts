import type { Secret } from '../base/secret.js';
import { DatabaseFailure } from '../database/failure.js';
import type { ForeignDatabase } from '../database/foreign/foreign-database.js';
import { openForeignDatabase } from '../database/foreign/open-foreign-database.js';
import { SourceFailure } from './source-failure.js';

/** Opens the database of the other program. Throws SourceFailure. */
export async function openSource(uri: Secret): Promise<ForeignDatabase> {
  try {
    return await openForeignDatabase(uri);
  } catch (error) {
    if (!(error instanceof DatabaseFailure)) throw error;
    throw new SourceFailure({ kind: 'source_unusable', problem: error.details }, { cause: error });
  }
}
