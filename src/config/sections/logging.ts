import { group, withDefault } from '../setting.js';
import { oneOf } from '../value.js';

/** What is written to standard output. */
export const logging = group(
  'What is logged, to standard output. Secrets, codes and whole phone numbers are in no log, at any level.',
  {
    level: withDefault(oneOf(['error', 'warn', 'info', 'debug']), 'info', 'The least important level that is logged.'),
    format: withDefault(oneOf(['json', 'pretty']), 'json', 'json for machines, one object a line; pretty for people.'),
  },
  (keys) => ({ level: keys.level, format: keys.format }),
);
