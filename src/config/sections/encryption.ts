import { group, required, withDefault } from '../setting.js';
import { listOf, secretText } from '../value.js';

const keyBytes = 32;

const encryptionKey = secretText(
  {
    expects: 'the base64 of 32 random bytes',
    samples: ['put-a-random-key-here'],
    todo: 'Put the output of `openssl rand -base64 32` here. Back it up separately from the database.',
  },
  (input) =>
    /^[A-Za-z0-9+/]+={0,2}$/.test(input) && Buffer.from(input, 'base64').length === keyBytes && isCanonical(input),
);

function isCanonical(input: string): boolean {
  return Buffer.from(input, 'base64').toString('base64').replace(/=+$/, '') === input.replace(/=+$/, '');
}

/** The keys that encrypt secrets in the database. */
export const encryption = group(
  'The keys that encrypt Telegram sessions and other secrets in the database. Without them, the ' +
    'database is unusable.',
  {
    key: required(
      encryptionKey,
      'put-a-random-key-here',
      'The base64 of 32 random bytes. If you lose this key, all users must log in again. Back it up ' +
        'separately from the database.',
    ),
    old_keys: withDefault(
      listOf(encryptionKey, 'each the base64 of 32 random bytes'),
      [],
      'Earlier keys. To change the key, move the old one here, so that data encrypted with it stays readable.',
    ),
  },
  (keys) => ({ key: keys.key, oldKeys: keys.old_keys }),
);
