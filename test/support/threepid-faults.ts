import { ThreepidFailure, type ThreepidFault } from '../../src/threepid/failure.js';

/** The fact of the ThreepidFailure that the work ends in; throws where it ends otherwise. */
export async function threepidFaultOf(work: Promise<unknown>): Promise<ThreepidFault> {
  const outcome: unknown = await work.then(
    () => new Error('expected a failure, and there was none'),
    (reason: unknown) => reason,
  );
  if (outcome instanceof ThreepidFailure) return outcome.fact;
  throw outcome;
}
