import { ThreepidFailure, type ThreepidFailureDetails } from '../../src/threepid/failure.js';

/**
 * Returns the details of the ThreepidFailure that `work` rejects with. Throws if it ends otherwise.
 */
export async function threepidFailureOf(work: Promise<unknown>): Promise<ThreepidFailureDetails> {
  const outcome: unknown = await work.then(
    () => new Error('expected a failure, and there was none'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof ThreepidFailure) return outcome.details;
  throw outcome;
}
