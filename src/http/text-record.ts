import { z } from 'zod';

/**
 * Declares an object of texts in a reply, by any names. It is checked in a fraction of the time of
 * `z.record`, which has a schema check each name and text.
 */
export function textRecord(description: string) {
  const shape = {
    type: 'object',
    propertyNames: { type: 'string' },
    additionalProperties: { type: 'string' },
  } as const;
  return z
    .unknown()
    .refine(isTextRecord)
    .meta({ ...shape, description }) as z.ZodType<Readonly<Record<string, string>>>;
}

function isTextRecord(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((text) => typeof text === 'string');
}
