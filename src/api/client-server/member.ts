import { z } from 'zod';

/**
 * Returns the schema of a member of a body that is documented here and validated later, since the
 * order of checks and their errors matter.
 */
export function member(type: 'string' | 'boolean' | 'object' | 'integer', description: string) {
  return z.unknown().optional().meta({ type, description });
}
