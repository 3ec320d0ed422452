import { z } from 'zod';

/** A member of a body that is described here and read later, because the order of checks and their errors matter. */
export function member(type: 'string' | 'boolean' | 'object' | 'integer', description: string) {
  return z.unknown().optional().meta({ type, description });
}
