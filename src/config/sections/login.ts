import { allowance } from '../allowance.js';
import { group, withDefault } from '../setting.js';
import { wholeNumber } from '../value.js';

/** Telegram logins. */
export const login = group(
  'Telegram logins.',
  {
    expire_minutes: withDefault(
      wholeNumber(1, 10_080),
      '30',
      'Login processes idle for longer than this are cancelled and their keys deleted.',
    ),
    attempts_per_user: allowance(
      'How many login attempts one Matrix user may make before the reply is 429. Counts codes, repeated ' +
        'codes, QR logins and bot logins. Without this limit, a user could send codes to the phones of other ' +
        'users repeatedly. All daemons of one PostgreSQL database count together.',
      '10',
      '600',
      'Attempts',
    ),
  },
  (keys) => ({ expireMs: keys.expire_minutes * 60_000, attemptsPerUser: keys.attempts_per_user }),
);
