import type { Language } from '../languages.js';

/**
 * Returns a time as a phrase, such as "5 minutes", rounded up so that no user retries too early.
 */
export function durationIn(language: Language, ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000));
  const [value, unit] =
    seconds <= 90
      ? ([seconds, 'second'] as const)
      : seconds <= 90 * 60
        ? ([Math.ceil(seconds / 60), 'minute'] as const)
        : ([Math.ceil(seconds / 3600), 'hour'] as const);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(value);
}
