import { z } from 'zod';

/** The maximum number of 3PIDs in a lookup, regardless of the configuration. */
export const maxLookups = 100_000;

/** Returns the schema of a text. */
export function text(description: string, ...examples: readonly string[]) {
  return z.string().meta({ description, ...(examples.length === 0 ? {} : { examples: [...examples] }) });
}

/** Returns the schema of a text that may be absent, or null, as some libraries send it. */
export function optionalText(description: string) {
  return z
    .string()
    .nullish()
    .transform((value) => value ?? undefined)
    .meta({ description });
}

/**
 * Returns the schema of `send_attempt`: a number, or its digits, as forms and the SDK for browsers
 * send it.
 */
export function sendAttempt({ isNeeded }: { readonly isNeeded: boolean }) {
  return z
    .unknown()
    .optional()
    .transform((value, context) => {
      if (value === undefined && !isNeeded) return undefined;
      const number = typeof value === 'string' && /^-?\d{1,15}$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number)) return number;
      context.addIssue({ code: 'custom', message: 'no integer' });
      return z.NEVER;
    })
    .meta({
      type: ['integer', 'string'],
      description:
        'A message is sent only if this is greater than the greatest so far for this 3PID and client secret.',
    });
}
