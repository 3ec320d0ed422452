import { readNumericCode } from '../base/human-input.js';
import { alphanumeric, randomText, type Random } from '../base/random.js';
import { Secret } from '../base/secret.js';

const mailedLength = 32;
const digitsOfCode = 6;

/**
 * Returns a fresh token for an address of that medium: 190 random bits by mail, six digits to a
 * phone.
 */
export function makeToken(medium: 'email' | 'msisdn', random: Random): Secret {
  return new Secret(
    medium === 'email'
      ? randomText(random, mailedLength, alphanumeric)
      : randomText(random, digitsOfCode, '0123456789'),
  );
}

/**
 * Returns the token that a person has written; those of mails consist of letters and digits, too.
 */
export function readToken(typed: Secret): Secret {
  return new Secret(readNumericCode(typed.reveal()));
}
