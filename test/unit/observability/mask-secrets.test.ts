import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesSecret, maskSecrets } from '../../../src/observability/mask-secrets.js';

const sessionString = `1${'BAAO9J3xQ2Vk7LmZs4Tn0pRyWc8Hd5Gf6Kb/+iXuEaYq1oC'.repeat(7)}`;

describe('maskSecrets', () => {
  it.each([
    ['a bearer token', 'sent Authorization: Bearer sW0rdfish-sw0rdfish', 'sW0rdfish-sw0rdfish'],
    ['a bearer token without its header', 'got "bearer sW0rdfish-sw0rdfish"', 'sW0rdfish-sw0rdfish'],
    ['basic credentials', 'authorization: Basic dXNlcjpwYXNz', 'dXNlcjpwYXNz'],
    ['an access token in a query', 'GET /x?access_token=syt_abc&y=1', 'syt_abc'],
    ['a password in a URL', 'postgres://gangway:hunter2@db/x', 'hunter2'],
    ['a bot token', 'bot 123456789:AAF-abcdefghijklmnopqrstuvwxyz01234 failed', 'AAF-abcdefghijklmnopqrstuvwxyz01234'],
    ['a bot token in a path', 'GET /bot123%3Ax 123456789%3AAAF-abcdefghijklmnopqrstuvwxyz01234', 'AAF-abcdef'],
    ['a hexadecimal auth key', `key ${'0f'.repeat(256)}`, '0f0f'],
    ['a session string', `session ${sessionString} loaded`, sessionString.slice(40, 90)],
    ['a base64url secret', 'k=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4Zm9vYmFyMTI', 'Zm9vYmFyYmF6'],
    ['a PEM key', '-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----', 'MIIB'],
    ['a phone number', 'sent to +15550123456.', '15550123'],
    ['a phone number with separators', 'sent to +1 (555) 012-3456.', '555'],
    ['a percent-encoded phone number', 'GET /x?n=%2B15550123456', '15550123'],
  ])('hides %s', (_what, text, part) => {
    expect(text).toContain(part);
    expect(maskSecrets(text)).not.toContain(part);
  });

  it('leaves the last two digits of a phone number', () => {
    expect(maskSecrets('sent to +15550123456')).toBe('sent to +…56');
  });

  it.each([
    'request 3f2b8c1e-9d47-4a6b-8e21-0c5d7f9a1b2c took 12 ms',
    'request 3f2b8c1e9d474a6b8e210c5d7f9a1b2c took 12 ms',
    'at 2026-02-03T04:05:06.789Z, 1770091506789 ms, offset +00:00 and +0530',
    'at createLogger (file:///srv/Gangway2/node_modules/telegram/client/telegramBaseClient2/network/MTProtoSender.js:10:5)',
    'could not read /var/lib/Gangway/version2/some-long-folder-name/another-Long-folder-name/data1.sqlite',
    'https://matrix.example.org:8448/_matrix/provision/login/@User1:example.org/request_code',
    'the bearer of this token is missing',
    'PHONE_NUMBER_INVALID (400) from auth.sendCode, 5 retries left',
  ])('keeps text without a secret: %s', (text) => {
    expect(maskSecrets(text)).toBe(text);
  });

  // A line break is no part of a secret, but lets no text pass without a search.
  it('hides in a short text what it hides in a longer one', () => {
    const part = fc.constantFrom(
      ...'=:+ /-._1x'.split(''),
      'authorization',
      'bearer',
      'token',
      'phone',
      '-----BEGIN X-----',
      '://a:b@',
      '%3a',
      '%2B',
      '123456789',
      '0f'.repeat(12),
      'Zm9vYmFyYmF6cXV4',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        expect(`\n${maskSecrets(text)}`).toBe(maskSecrets(`\n${text}`));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('namesSecret', () => {
  it.each([
    'password',
    'bot_token',
    'Set-Cookie',
    'authorization',
    'api_hash',
    'phoneCode',
    'phone_code_hash',
    'tokens',
  ])('hides the value of %s', (name) => {
    expect(namesSecret(name)).toBe(true);
  });

  it.each(['code', 'requestId', 'status', 'path', 'mxid', 'passwordHint', 'kind'])('keeps the value of %s', (name) => {
    expect(namesSecret(name)).toBe(false);
  });
});
