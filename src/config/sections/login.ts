import { allowance } from '../allowance.js';
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
    attempts_per_user: allowance(
      'How often one Matrix user may ask Telegram for a code, the same code in another way included, begin to log in with a QR code, or log a ' +
        'bot in, before the answer is 429. Without it, anybody who may log in could have codes sent to the phones of others over and over. Each ' +
        'daemon counts for itself, from nothing when it starts.',
      '10',
      '600',
      'Attempts',
    ),
  },
  (keys) => ({ expireMs: keys.expire_minutes * 60_000, attemptsPerUser: keys.attempts_per_user }),
);
