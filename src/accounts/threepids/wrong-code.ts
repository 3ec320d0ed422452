import { ThreepidFailure } from '../../threepid/failure.js';

/** Returns the failure of a code that the homeserver rejects, which is that of our own sessions. */
export function wrongCode(): ThreepidFailure {
  return new ThreepidFailure({ kind: 'token_wrong' });
}
