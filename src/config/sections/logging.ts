import { group, withDefault } from '../setting.js';
import { oneOf } from '../value.js';

/** The log on standard output. */
export const logging = group(
  'The log, on standard output. Secrets, codes and whole phone numbers are not logged at any level.',
  {
    level: withDefault(oneOf(['error', 'warn', 'info', 'debug']), 'info', 'The lowest level that is logged.'),
    format: withDefault(
      oneOf(['json', 'pretty']),
      'json',
      'json writes one JSON object a line. pretty is easier to read.',
    ),
  },
  (keys) => ({ level: keys.level, format: keys.format }),
);
