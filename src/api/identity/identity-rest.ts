import type { Api } from '../../http/api.js';
import { defineIdentityApi } from './identity-api.js';

/** The prefix of all versions. */
export const prefixes = ['/_matrix/identity'] as const;

/**
 * Returns the paths below /_matrix/identity that belong to no version. Without the identity service
 * there are no endpoints, and all paths return 404 M_UNRECOGNIZED.
 */
export function createIdentityRest(endpoints: Api['endpoints'] = []): Api {
  return defineIdentityApi({ name: 'identity', prefixes, endpoints });
}
