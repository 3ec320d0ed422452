import { AccountFailure } from '../failure.js';
import type { UnbindResult } from './account-addresses.js';

/**
 * Returns an address goes from its account also if it cannot be withdrawn from where it is
 * published: that is `no-support` then.
 */
export async function ifPossible(unbinding: Promise<UnbindResult>): Promise<UnbindResult> {
  try {
    return await unbinding;
  } catch (error) {
    if (error instanceof AccountFailure) return 'no-support';
    throw error;
  }
}
