import { AccountFailure } from '../failure.js';
import type { UnbindResult } from './account-addresses.js';

/**
 * Returns the result of unbinding a 3PID, or `no-support` if that failed: the 3PID is removed from
 * its account all the same.
 */
export async function ignoreUnbindFailure(unbinding: Promise<UnbindResult>): Promise<UnbindResult> {
  try {
    return await unbinding;
  } catch (error) {
    if (error instanceof AccountFailure) return 'no-support';
    throw error;
  }
}
