import { z } from 'zod';
import type { Lease } from '../../sessions/leases.js';

/** The requested duration of a lease. */
export const lifetime = z
  .int()
  .min(1)
  .max(86_400 * 366)
  .optional()
  .meta({ description: 'The duration of the lease in seconds. Limited to sessions.max_lease_seconds.' });

/** The members of a lease. */
export const leaseMembers = {
  lease_id: z.string().meta({ description: 'Required to renew or release the lease. Treat it as a secret.' }),
  fencing: z.int().meta({
    description:
      'Greater than that of every earlier lease of the session. Reject work with a smaller number than the ' +
      'greatest seen.',
  }),
  expires_at: z.int().meta({
    description:
      'Milliseconds since 1970. Close the connection to Telegram before this time unless the lease was renewed.',
  }),
};

/** Returns the members of the lease as they are on the wire. */
export function leaseOnWire({ leaseId, fencing, expiresAt }: Lease) {
  return { lease_id: leaseId, fencing, expires_at: expiresAt };
}

/** Returns a duration in milliseconds. */
export function lifetimeMs(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : seconds * 1000;
}
