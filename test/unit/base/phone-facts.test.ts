import { expect, it } from 'vitest';
import { phoneFacts } from '../../../src/base/canonical-address.js';

it.each([
  [
    'of Britain',
    '447470674927',
    { country: 'GB', callingCode: '44', internationalFormat: '+44 7470 674927', isPossible: true },
  ],
  [
    'of Guernsey',
    '441481256789',
    { country: 'GG', callingCode: '44', internationalFormat: '+44 1481 256789', isPossible: true },
  ],
  [
    'of the United States',
    '12025550123',
    { country: 'US', callingCode: '1', internationalFormat: '+1 202 555 0123', isPossible: true },
  ],
  [
    'of Jamaica',
    '18765550123',
    { country: 'JM', callingCode: '1', internationalFormat: '+1 876 555 0123', isPossible: true },
  ],
  [
    'of Kazakhstan',
    '77012345678',
    { country: 'KZ', callingCode: '7', internationalFormat: '+7 701 234 5678', isPossible: true },
  ],
  [
    'of no country',
    '883510012345',
    { country: undefined, callingCode: '883', internationalFormat: '+883 510 012 345', isPossible: true },
  ],
  [
    'that is too short',
    '44123',
    { country: undefined, callingCode: '44', internationalFormat: '+44 123', isPossible: false },
  ],
  ['of a test server of Telegram', '99966123456', undefined],
  ['without digits', '', undefined],
])('the facts of a phone number %s', (_, digits, facts) => {
  expect(phoneFacts(digits)).toEqual(facts);
});
