import type { QueryRunner } from 'typeorm';
import type { Backend } from './backend.js';

/**
 * Runs the work in a transaction that excludes openings of the database by other processes. Commits
 * when it resolves, and rolls back when it rejects. Throws like the backend explains the error.
 */
export async function inOpening<T>(backend: Backend, work: (queryRunner: QueryRunner) => Promise<T>): Promise<T> {
  const queryRunner = await backend.connect();
  try {
    await backend.beginOpening(queryRunner);
    const result = await work(queryRunner);
    await backend.commit(queryRunner);
    return result;
  } catch (error) {
    await queryRunner.query('ROLLBACK').catch(() => backend.abandon(queryRunner));
    throw backend.explain(error);
  } finally {
    await queryRunner.release();
  }
}
