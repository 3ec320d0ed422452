import { z } from 'zod';

/** The most addresses that a lookup may have, whatever the configuration. */
export const mostLookups = 100_000;

/** A text. */
export function text(description: string, ...examples: readonly string[]) {
  return z.string().meta({ description, ...(examples.length === 0 ? {} : { examples: [...examples] }) });
}

/** A text that may be absent, or null, as some libraries send it. */
export function optionalText(description: string) {
  return z
    .string()
    .nullish()
    .transform((value) => value ?? undefined)
    .meta({ description });
}

/** `send_attempt`: a number, or its digits, as forms and the SDK for browsers send it. */
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
        'A message goes out only where this is greater than the greatest so far for this address and client secret.',
    });
}
