import type { Surface } from '../../http/surface.js';
import { identitySurface } from './identity-surface.js';

/** The prefix of all versions. */
export const prefixes = ['/_matrix/identity'] as const;

/**
 * Returns the paths below /_matrix/identity that belong to no version. Without the identity service
 * there are no endpoints, and all paths return 404 M_UNRECOGNIZED.
 */
export function createIdentityRest(endpoints: Surface['endpoints'] = []): Surface {
  return identitySurface({ name: 'identity', prefixes, endpoints });
}
