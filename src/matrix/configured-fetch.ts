import { lookUpAsSystem } from './dns.js';
import type { GuardedFetch } from './guarded-fetch.js';
import { createGuardedFetch, type GuardedFetchDeps } from './http-guarded-fetch.js';

/**
 * Requests to servers whose address the administrator has configured: any network, and names as the
 * operating system reads them.
 */
export function createConfiguredFetch(deps: Omit<GuardedFetchDeps, 'allowedNetworks' | 'lookUp'>): GuardedFetch {
  return createGuardedFetch({ ...deps, allowedNetworks: ['0.0.0.0/0', '::/0'], lookUp: lookUpAsSystem });
}
