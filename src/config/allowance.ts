import { group, withDefault } from './setting.js';
import { wholeNumber } from './value.js';

/**
 * Returns a rate limit: a maximum number within a window. `counted` begins "... within the window."
 */
export function allowance(about: string, max: string, windowSeconds: string, counted: string) {
  return group(
    about,
    {
      max: withDefault(wholeNumber(1, 1_000_000), max, `${counted} within the window.`),
      window_seconds: withDefault(wholeNumber(1, 2_592_000), windowSeconds, 'The length of the window.'),
    },
    (keys) => ({ max: keys.max, windowMs: keys.window_seconds * 1000 }),
  );
}
