import { group, withDefault } from '../setting.js';
import { wholeNumber } from '../value.js';

/** How logins go. */
export const login = group(
  'How logins go.',
  {
    expire_minutes: withDefault(
      wholeNumber(1, 10_080),
      '30',
      'A login that nobody went on with for so long is given up, and its keys are deleted.',
    ),
  },
  (keys) => ({ expireMs: keys.expire_minutes * 60_000 }),
);
