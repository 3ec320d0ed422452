import { alphanumeric, randomText, type Random } from '../base/random.js';
import { Secret } from '../base/secret.js';

const mailedLength = 32;
const digitsOfCode = 6;

/** A fresh token for an address of that medium: 190 random bits by mail, six digits to a phone. */
export function makeToken(medium: 'email' | 'msisdn', random: Random): Secret {
  return new Secret(
    medium === 'email'
      ? randomText(random, mailedLength, alphanumeric)
      : randomText(random, digitsOfCode, '0123456789'),
  );
}

/** What somebody has typed, without what people type into codes and no token has in it: spaces and dashes. */
export function readToken(typed: Secret): Secret {
  return new Secret(typed.reveal().replaceAll(/[\s\-\u2010-\u2015]/gu, ''));
}
